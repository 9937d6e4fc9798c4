"""Two processes that share every batch end where one with the whole batch does, and end together."""

import json
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parents[2]
TRAINING = {"steps": 4, "batch": 4, "validate_every": 2, "log_every": 1, "validation_windows": 4}
NETWORK = {"size": "mini", "width": 16}
NAME, OTHER = "gray_scott_reaction_diffusion", "shear_flow"
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


EXPLODING = """
import os, sys, torch
from replication.__main__ import main
from replication.forecasting import trained
from replication.forecasting.training import ForecastFit

def explode(*args, **options):
    raise torch.OutOfMemoryError("CUDA out of memory")

if os.environ["RANK"] == "1":
    {place} = explode
sys.exit(main())
"""


def training(sets, tmp_path, out, *more, **settings):
    """Return the arguments of a small training of two frames on `sets`."""
    for name, folder in sets.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"dataset": name, "folder": str(folder)}))
    (tmp_path / "cpu.json").write_text(json.dumps({"status": "present", "device": "cpu", "reason": ""}))
    settings |= {"network": NETWORK, "auxiliary": {"kind": "l1", "weight": 0.1}, "history": 2, "training": TRAINING}
    data = [tmp_path / f"{name}.json" for name in sets]
    files = ["--hardware", tmp_path / "cpu.json", "--out", out, "--data", *data]
    return ["-m", "replication", "train", "--settings", json.dumps(settings), *more, *files]


def alone(folder, given, tmp_path, out):
    """Return the arguments of a small training on one set, whose windows it forecasts."""
    return training({NAME: folder}, tmp_path, out, "--evaluation", given, equal_to=None)


def run(launched, tmp_path, **options):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    subprocess.run(launched, check=True, cwd=tmp_path, env=environment, capture_output=True, **options)


def same_history(folders):
    """Hold losses and validation errors of two runs against each other."""
    one, two = (np.genfromtxt(out / "history.csv", delimiter=",", names=True, usecols=(1, 2, 5)) for out in folders)
    for column in one.dtype.names:
        np.testing.assert_allclose(two[column], one[column], rtol=1e-4)


def same_forecast(folders):
    with h5py.File(folders[0] / "forecast.h5") as one, h5py.File(folders[1] / "forecast.h5") as two:
        for name in ("one_step", "rollout"):
            np.testing.assert_allclose(two[name][:], one[name][:], rtol=1e-4, atol=1e-5)


def by_one_and_by_two(arguments, tmp_path, place):
    """Run `arguments(folder)` in one process, then in two; return both run folders."""
    folders = [tmp_path / count / "cpu" / "wavelit" / place / "seed0" for count in ("one", "two")]
    for launcher, out in zip(([sys.executable], TORCHRUN), folders, strict=True):
        run([*launcher, *arguments(out)], tmp_path)
    return folders


def test_two_processes_give_the_result_of_one(published, tmp_path):
    folder, given, _ = published(NAME, history=2)
    folders = by_one_and_by_two(lambda out: alone(folder, given, tmp_path, out), tmp_path, f"{NAME}/wavelit")
    same_forecast(folders)
    same_history(folders)


def test_two_processes_give_the_joint_model_of_one(make_set, tmp_path):
    sets = {name: make_set(name) for name in (NAME, OTHER)}
    folders = by_one_and_by_two(lambda out: training(sets, tmp_path, out), tmp_path, "joint/wavelit_joint")
    same_history(folders)
    one, two = (load_file(out / "model.safetensors") for out in folders)
    for name, weights in one.items():
        torch.testing.assert_close(two[name], weights, rtol=1e-3, atol=1e-5)


def test_two_processes_give_the_baseline_of_one(published, tmp_path):
    folder, given, _ = published(NAME, history=2)
    task = {
        "paper": "wavelit", "problem": NAME, "hardware": {"device": "cpu"}, "data": str(folder),
        "evaluation": str(given), "history": 2, "network": NETWORK,
        "training": TRAINING | {"precision": "f32"},
    }  # fmt: skip
    (tmp_path / "task.json").write_text(json.dumps(task))
    command = [ROOT / "workflow" / "baselines" / "unet.py", "--task", tmp_path / "task.json", "--seed", "0", "--out"]
    folders = by_one_and_by_two(lambda out: [*command, out], tmp_path, f"{NAME}/unet")
    same_forecast(folders)
    same_history(folders)


@pytest.mark.parametrize("place", ["trained.samples", "ForecastFit.loss"])
def test_a_process_without_memory_ends_all_of_them(place, published, tmp_path):
    folder, given, _ = published(NAME, history=2)
    (tmp_path / "exploding.py").write_text(EXPLODING.format(place=place))
    out = tmp_path / "cpu" / "wavelit" / NAME / "wavelit" / "seed0"
    exploding = alone(folder, given, tmp_path, out)[2:]  # without `-m replication`, whose place the script takes
    run([*TORCHRUN, "exploding.py", *exploding], tmp_path, timeout=120)
    record = json.loads((out / "training.json").read_text())
    assert record["status"] == "skipped"
    assert record["reason"].startswith("out of memory")
