"""A place to train the smallest arms of KD-PINN in, by the verbs themselves."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from replication.__main__ import main
from replication.layout import RECORD_FILES
from replication.measurement.table import run_rows
from replication.problems.burgers import Burgers
from replication.settings.loading import load_preset

TINY = load_preset(
    Path("workflow/presets/smoke.yaml"),
    {
        "kd_pinn": {
            "problems": {
                "burgers": {
                    "viscosity": 0.01,
                    "points": {"collocation": 50, "distillation": 30, "conditions": {"initial": 20, "boundary": 20}},
                    "networks": {"teacher": [8, 8], "student": [8, 8]},
                    "training": {
                        "adam": {"steps": 5},
                        "lbfgs": {"iterations": 5},
                        "dtype": "float32",
                        "compiled": False,
                    },
                }
            }
        }
    },
).settings.kd_pinn
SETTINGS = TINY.training_settings("burgers", "teacher")
DISTILLED = TINY.training_settings("burgers", "kd_student")
EXPLOSIVE = SETTINGS | {"training": SETTINGS["training"] | {"adam": {"steps": 50, "learning_rate": 1e30}}}
UNTRAINED = {"training": SETTINGS["training"] | {"adam": {"steps": 0}, "lbfgs": {"iterations": 0}}}


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A working directory with evaluation points and a probed CPU; torch's defaults are put back."""
    monkeypatch.chdir(tmp_path)
    _, points = Burgers(0.01).grid({"x": 8, "t": 5})
    np.savez("evaluation.npz", points=points)
    np.savez("reference.npz", points=points, **Burgers(0.01).solution(points))
    (tmp_path / "cpu.json").write_text(json.dumps({"status": "present", "device": "cpu", "reason": ""}))
    yield tmp_path
    torch.set_default_dtype(torch.float32)


def train(workplace, method, settings, seed=0, hardware="cpu.json", needs=()):
    folder = workplace / f"results/test/cpu/kd_pinn/burgers/{method}/seed{seed}"
    arguments = ["--settings", json.dumps(settings), "--evaluation", "evaluation.npz", "--hardware", hardware]
    assert main(["train", *arguments, "--needs", *map(str, needs), "--out", str(folder)]) == 0
    assert all((folder / name).is_file() for name in ("prediction.npz", *RECORD_FILES))
    return folder


def score(folder):
    assert (
        main(["score", "--run", str(folder), "--reference", "reference.npz", "--out", str(folder / "scores.json")]) == 0
    )
    return run_rows(folder)
