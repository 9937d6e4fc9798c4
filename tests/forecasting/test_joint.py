"""The joint model: one training for several datasets, a forecast of each, and one line where that cannot be."""

import json

import pytest
import torch

from replication.errors import UserError
from replication.forecasting.memory import PREPARING
from replication.papers.wavelit import joint
from replication.runs.outcome import Status, write
from replication.runs.run import Run

GRAY_SCOTT, STAIRCASE = "gray_scott_reaction_diffusion", "helmholtz_staircase"
SETTINGS = {
    "network": {"size": "mini", "width": 16},
    "auxiliary": {"kind": "weighted_l1", "weight": 0.1},
    "history": 2,
    "training": {"steps": 4, "batch": 2, "validate_every": 2, "log_every": 1, "validation_windows": 2},
}


def run(tmp_path, problem, data, **given):
    folder = tmp_path / "cpu" / "wavelit" / problem / "wavelit_joint" / "seed0"
    folder.mkdir(parents=True, exist_ok=True)
    return Run("wavelit", problem, "wavelit_joint", 0, folder, dict(SETTINGS), code_version="test", data=data, **given)


@pytest.fixture
def sets(published):
    """Two datasets: name -> (folder, published windows)."""
    return {name: published(name, history=2)[:2] for name in (GRAY_SCOTT, STAIRCASE)}


@pytest.fixture
def trained(sets, tmp_path):
    """Return a function that trains on the sets it names and returns the run of that training."""

    def train(*names):
        this = run(tmp_path, "joint", {name: sets[name][0] for name in names}, evaluation=tmp_path)
        outcome = joint.train_joint(this)
        write(outcome, this.folder, {"settings": SETTINGS}, {})
        return this, outcome

    return train


def forecast(tmp_path, sets, name, model):
    data, evaluation = sets[name]
    return joint.forecast_with_joint(
        run(tmp_path, name, {name: data}, evaluation=evaluation, inputs={"wavelit_joint": model.folder})
    )


def test_each_dataset_is_forecast_by_the_one_model(trained, sets, tmp_path):
    model, outcome = trained(*sets)
    assert outcome.status is Status.DONE
    assert {row["dataset"] for row in outcome.history} == set(sets)
    for name in sets:
        found = forecast(tmp_path, sets, name, model)
        assert (found.status, found.parameters) == (Status.DONE, outcome.parameters)
        assert found.prediction["one_step"].shape == (44, 16, 8, 2)


def test_a_dataset_of_other_fields_ends_in_one_line(trained, sets, tmp_path):
    model, _ = trained(*sets)
    record = json.loads((model.folder / "training.json").read_text())
    record["fields"][GRAY_SCOTT] = ["A", "temperature"]
    (model.folder / "training.json").write_text(json.dumps(record))
    message = rf"{GRAY_SCOTT}: fields are A, B, but .*seed0 was trained with fields A, temperature; train it"
    with pytest.raises(UserError, match=message):
        forecast(tmp_path, sets, GRAY_SCOTT, model)


def test_a_dataset_that_the_model_has_not_seen_ends_in_one_line(trained, sets, tmp_path):
    model, _ = trained(GRAY_SCOTT)
    with pytest.raises(UserError, match=rf"{STAIRCASE}: fields are .*trained on {GRAY_SCOTT} alone; train it again"):
        forecast(tmp_path, sets, STAIRCASE, model)


def test_datasets_share_the_memory_for_training_splits(sets, tmp_path):
    frames_gb = 4 * 24 * 2 * 16 * 8 * 4 / 2**30
    this = run(tmp_path, "joint", {name: folder for name, (folder, _) in sets.items()}, evaluation=tmp_path)
    for room, held in ((3 * frames_gb, [frames_gb, frames_gb]), (1.5 * frames_gb, [frames_gb, 0.0])):
        this.settings["training"] = SETTINGS["training"] | {"resident_gb": room}
        fit, _ = joint._prepared(this, "cpu")
        assert [each.resident_gb for each in fit.training.values()] == held
        assert [each.resident_gb for each in fit.validation.values()] == [0.0, 0.0]


def test_data_that_do_not_fit_end_as_skipped(trained, sets, monkeypatch):
    def explode(*args, **options):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(joint, "samples", explode)
    _, outcome = trained(*sets)
    assert (outcome.status, outcome.reason) == (Status.SKIPPED, PREPARING)
