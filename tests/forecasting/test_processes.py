"""Two processes that share every batch end where one with the whole batch does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TRAINING = {"steps": 4, "batch": 4, "validate_every": 2, "log_every": 1, "validation_windows": 4}
NAME = "gray_scott_reaction_diffusion"


def test_two_processes_give_the_result_of_one(published, tmp_path):
    folder, given, _ = published(NAME, history=2)
    (tmp_path / f"{NAME}.json").write_text(json.dumps({"dataset": NAME, "folder": str(folder)}))
    (tmp_path / "cpu.json").write_text(json.dumps({"status": "present", "device": "cpu", "reason": ""}))
    settings = {
        "network": {"size": "mini", "width": 16}, "equal_to": None, "auxiliary": {"kind": "l1", "weight": 0.1},
        "history": 2, "training": TRAINING,
    }  # fmt: skip
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    forecasts, histories = [], []
    for count, launcher in enumerate(([sys.executable], torchrun), start=1):
        out = tmp_path / f"{count}" / "cpu" / "wavelit" / NAME / "wavelit" / "seed0"
        command = [*launcher, "-m", "replication", "train", "--settings", json.dumps(settings), "--evaluation", given]
        command += ["--data", tmp_path / f"{NAME}.json", "--hardware", tmp_path / "cpu.json", "--out", out]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        subprocess.run(command, check=True, cwd=tmp_path, env=environment, capture_output=True)
        with h5py.File(out / "forecast.h5") as file:
            forecasts.append({name: file[name][:] for name in file})
        histories.append(np.genfromtxt(out / "history.csv", delimiter=",", names=True, usecols=(1, 2, 5)))
    for name, values in forecasts[0].items():
        np.testing.assert_allclose(forecasts[1][name], values, rtol=1e-4, atol=1e-5)
    for column in histories[0].dtype.names:
        np.testing.assert_allclose(histories[1][column], histories[0][column], rtol=1e-4)
