"""Two processes that share every batch end where one with the whole batch does, and end together."""

import json
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
TRAINING = {"steps": 4, "batch": 4, "validate_every": 2, "log_every": 1, "validation_windows": 4}
NAME = "gray_scott_reaction_diffusion"
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


def command(folder, given, tmp_path, out):
    """Return the arguments of a small training of two frames."""
    (tmp_path / f"{NAME}.json").write_text(json.dumps({"dataset": NAME, "folder": str(folder)}))
    (tmp_path / "cpu.json").write_text(json.dumps({"status": "present", "device": "cpu", "reason": ""}))
    settings = {
        "network": {"size": "mini", "width": 16}, "equal_to": None, "auxiliary": {"kind": "l1", "weight": 0.1},
        "history": 2, "training": TRAINING,
    }  # fmt: skip
    arguments = ["train", "--settings", json.dumps(settings), "--evaluation", given, "--out", out]
    return [*arguments, "--data", tmp_path / f"{NAME}.json", "--hardware", tmp_path / "cpu.json"]


def run(launched, tmp_path, **options):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    subprocess.run(launched, check=True, cwd=tmp_path, env=environment, capture_output=True, **options)


def test_two_processes_give_the_result_of_one(published, tmp_path):
    folder, given, _ = published(NAME, history=2)
    forecasts, histories = [], []
    for count, launcher in enumerate(([sys.executable], TORCHRUN), start=1):
        out = tmp_path / f"{count}" / "cpu" / "wavelit" / NAME / "wavelit" / "seed0"
        run([*launcher, "-m", "replication", *command(folder, given, tmp_path, out)], tmp_path)
        with h5py.File(out / "forecast.h5") as file:
            forecasts.append({name: file[name][:] for name in file})
        histories.append(np.genfromtxt(out / "history.csv", delimiter=",", names=True, usecols=(1, 2, 5)))
    for name, values in forecasts[0].items():
        np.testing.assert_allclose(forecasts[1][name], values, rtol=1e-4, atol=1e-5)
    for column in histories[0].dtype.names:
        np.testing.assert_allclose(histories[1][column], histories[0][column], rtol=1e-4)


@pytest.mark.parametrize("place", ["trained.samples", "ForecastFit.loss"])
def test_a_process_without_memory_ends_all_of_them(place, published, tmp_path):
    folder, given, _ = published(NAME, history=2)
    (tmp_path / "exploding.py").write_text(EXPLODING.format(place=place))
    out = tmp_path / "cpu" / "wavelit" / NAME / "wavelit" / "seed0"
    run([*TORCHRUN, "exploding.py", *command(folder, given, tmp_path, out)], tmp_path, timeout=120)
    record = json.loads((out / "training.json").read_text())
    assert record["status"] == "skipped"
    assert record["reason"].startswith("out of memory")
