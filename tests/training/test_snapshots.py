"""Snapshots are at their steps, the same after a kill, and gone when another training begins."""

import pytest
import torch

from replication.errors import UserError
from replication.networks.flat import flatten
from replication.training.checkpoint import Checkpoint
from replication.training.fit import Fit
from replication.training.settings import LBFGS, Adam, Training
from replication.training.snapshots import Snapshots, read_snapshots, snapshot_steps

SETTINGS = Training(adam=Adam(steps=16), lbfgs=LBFGS(iterations=2), compiled=False)


def fit(objective, folder, settings=SETTINGS, checkpoint=Checkpoint):
    return Fit(objective, settings, checkpoint(folder / "checkpoint.safetensors", "identity"), Snapshots(folder, 5))


class Killed(Exception):
    """Stands for SIGKILL in the middle of a training."""


class KilledAfterFive(Checkpoint):
    saves = 0

    def due(self):
        return True

    def save(self, tensors, header):
        super().save(tensors, header)
        self.saves += 1
        if self.saves == 5:
            raise Killed


def test_steps_are_quadratic_from_start_to_end():
    assert snapshot_steps(5, 16) == (0, 1, 4, 9, 16)
    assert snapshot_steps(5, 2) == (0, 1, 2)


def test_a_training_leaves_its_weights_at_those_steps(burgers_objective, tmp_path):
    objective = burgers_objective()
    start = flatten(objective.network)
    fit(objective, tmp_path).run()
    kept = read_snapshots(tmp_path)
    assert list(kept) == [0, 1, 4, 9, 16]
    torch.testing.assert_close(kept[0], start.double())
    # Adam's first step moves every weight by the learning rate.
    torch.testing.assert_close((kept[1] - kept[0]).abs().max().item(), 1e-3, rtol=1e-3, atol=0)


def test_a_killed_training_leaves_the_same_snapshots(burgers_objective, tmp_path):
    fit(burgers_objective(), tmp_path / "whole").run()
    with pytest.raises(Killed):
        fit(burgers_objective(), tmp_path / "killed", checkpoint=KilledAfterFive).run()
    fit(burgers_objective(), tmp_path / "killed").run()
    whole, killed = (read_snapshots(tmp_path / name) for name in ("whole", "killed"))
    assert list(whole) == list(killed)
    for step in whole:
        assert torch.equal(whole[step], killed[step])


def test_a_new_training_forgets_the_old_snapshots(burgers_objective, tmp_path):
    fit(burgers_objective(), tmp_path).run()
    (tmp_path / "checkpoint.safetensors").unlink(missing_ok=True)
    shorter = Training(adam=Adam(steps=4), lbfgs=LBFGS(iterations=0), compiled=False)
    fit(burgers_objective(), tmp_path, shorter).run()
    assert list(read_snapshots(tmp_path)) == [0, 1, 2, 4]


def test_a_run_without_snapshots_is_named(tmp_path):
    with pytest.raises(UserError, match="holds no snapshots; delete"):
        read_snapshots(tmp_path)
