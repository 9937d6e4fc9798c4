"""A baseline's script becomes a whole run folder, trained or not."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from replication.forecasting.saved import rebuilt
from replication.layout import RECORD_FILES

ROOT = Path(__file__).resolve().parents[2]
TRAINED = """
from torch import nn

def build(shape, task):
    return nn.Conv2d(shape.inputs, shape.fields, 3, padding=1, bias=task["parameters"] > 1000)

if __name__ == "__main__":
    from replication.forecasting.command import main

    main(build)
"""
UNTRAINED = """
from replication.forecasting.command import untrained

untrained(lambda task: lambda given: given.history[:, -1])
"""


@pytest.fixture
def run(published, tmp_path, monkeypatch):
    """Return a function that runs a script's text as a baseline and returns its run folder."""
    folder, given, _ = published("gray_scott_reaction_diffusion", history=2)
    task = {
        "paper": "wavelit", "problem": folder.name, "data": str(folder), "evaluation": str(given), "history": 2,
        "network": {"size": "mini", "width": 16}, "hardware": {"device": "cpu"},
        "training": {"steps": 5, "batch": 4, "precision": "f32", "validate_every": 5, "log_every": 1},
    }  # fmt: skip
    (tmp_path / "task.json").write_text(json.dumps(task))

    def go(script):
        (tmp_path / "method.py").write_text(script)
        out = tmp_path / "results" / "cpu" / "wavelit" / folder.name / "method" / "seed0"
        command = [
            sys.executable,
            tmp_path / "method.py",
            "--task",
            tmp_path / "task.json",
            "--seed",
            "0",
            "--out",
            out,
        ]
        subprocess.run(command, check=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"})
        assert all((out / name).is_file() for name in ("forecast.h5", *RECORD_FILES))
        assert not (out / "checkpoint.safetensors").exists()
        return out

    return go


def test_a_trained_method_leaves_its_model_its_history_and_its_cost(run):
    out = run(TRAINED)
    record = json.loads((out / "training.json").read_text())
    assert (record["status"], record["phases"]["adamw"]["steps"]) == ("done", 5)
    history = pd.read_csv(out / "history.csv")
    assert list(history["step"]) == [0, 1, 2, 3, 4, 5]
    assert history["validation_vrmse"].notna().tolist() == [True, False, False, False, False, True]
    network, shape = rebuilt(out)
    assert record["parameters"] == sum(parameter.numel() for parameter in network.parameters())
    assert (shape.history, shape.fields, shape.grid, shape.periodic) == (2, 2, (16, 8), (True, True))


def test_an_untrained_method_leaves_its_forecast(run):
    import h5py

    out = run(UNTRAINED)
    with h5py.File(out / "forecast.h5") as file:
        rollout = file["rollout"][:]
    np.testing.assert_array_equal(rollout, np.broadcast_to(rollout[:, :1], rollout.shape))
    assert json.loads((out / "training.json").read_text())["parameters"] == 0
