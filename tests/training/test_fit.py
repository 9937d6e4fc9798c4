"""A training is resumable bit for bit, keeps its history and ends honestly."""

import math

import pytest
import torch

from replication.networks.flat import flatten
from replication.training.checkpoint import Checkpoint
from replication.training.fit import Diverged, Fit
from replication.training.settings import LBFGS, Adam, Training

SETTINGS = Training(adam=Adam(steps=12), lbfgs=LBFGS(iterations=15, history=5), compiled=False, log_every=3)


class Killed(Exception):
    """Stands for SIGKILL in the middle of a training."""


class KilledAt(Checkpoint):
    """Saves at every step and kills the process after `saves` of them."""

    def due(self):
        return True

    def save(self, tensors, header):
        super().save(tensors, header)
        self.saves = getattr(self, "saves", 0) + 1
        if self.saves == self.kill_after:
            raise Killed


def train(objective, checkpoint):
    fit = Fit(objective, SETTINGS, checkpoint)
    fit.run()
    return flatten(objective.network), fit


@pytest.mark.parametrize("steps", [1, 7, 12, 13, 20, 27])
def test_a_killed_training_ends_with_the_bits_of_an_unbroken_one(burgers_objective, tmp_path, steps):
    expected, whole = train(burgers_objective(), Checkpoint(tmp_path / "whole.safetensors", "same"))
    killed = KilledAt(tmp_path / "killed.safetensors", "same")
    killed.kill_after = steps
    with pytest.raises(Killed):
        train(burgers_objective(), killed)
    weights, resumed = train(burgers_objective(), Checkpoint(tmp_path / "killed.safetensors", "same"))
    assert torch.equal(weights, expected)
    assert resumed.history == whole.history
    assert [phase.steps for phase in resumed.phases.values()] == [12, 15]


def test_a_checkpoint_of_other_settings_or_code_is_discarded(burgers_objective, tmp_path, caplog):
    path = tmp_path / "checkpoint.safetensors"
    other = KilledAt(path, "other")
    other.kill_after = 5
    with pytest.raises(Killed):
        train(burgers_objective(), other)
    assert Checkpoint(path, "mine").load() is None
    assert "other settings or other code" in caplog.text
    assert not path.exists()


def test_a_truncated_checkpoint_is_discarded(burgers_objective, tmp_path, caplog):
    path = tmp_path / "checkpoint.safetensors"
    saved = KilledAt(path, "mine")
    saved.kill_after = 2
    with pytest.raises(Killed):
        train(burgers_objective(), saved)
    path.write_bytes(path.read_bytes()[:100])
    assert Checkpoint(path, "mine").load() is None
    assert "cannot be read" in caplog.text


def test_the_history_has_a_row_every_few_steps_of_both_phases(burgers_objective, tmp_path):
    _, fit = train(burgers_objective(), Checkpoint(tmp_path / "c.safetensors", "same"))
    assert [row["step"] for row in fit.history if row["phase"] == "adam"] == [0, 3, 6, 9]
    assert [row["step"] for row in fit.history if row["phase"] == "lbfgs"] == [0, 3, 6, 9, 12, 15]
    for row in fit.history:
        total = row["loss_residual"] + 2 * row["loss_initial"] + 3 * row["loss_boundary"]
        assert math.isclose(row["loss"], total, rel_tol=1e-5)
        assert row["gradient_norm"] > 0
    assert fit.history[-1]["loss"] < fit.history[0]["loss"]
    assert fit.lbfgs_stop == "budget used"


def test_a_loss_that_is_not_finite_ends_the_run_with_its_history(burgers_objective, tmp_path):
    objective = burgers_objective()
    explosive = SETTINGS.model_copy(update={"adam": Adam(steps=200, learning_rate=1e30)})
    with pytest.raises(Diverged, match="not finite at adam step") as caught:
        Fit(objective, explosive, Checkpoint(tmp_path / "c.safetensors", "same")).run()
    assert len(caught.value.fit.history) >= 1
