import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from replication.networks.saved import predict
from replication.papers.s2gpt_pinn.families import Gradient
from replication.papers.s2gpt_pinn.neurons import PATIENCE, Neurons, _reason_to_stop
from replication.problems.burgers import Burgers
from replication.reduced_basis.interpolation import EmpiricalInterpolation
from replication.training.checkpoint import Checkpoint
from replication.training.gauss_newton import GaussNewton
from replication.training.least_squares import LeastSquares
from replication.training.settings import LBFGS, Adam, Training


def neurons(workshop: Any, folder: Path, **changes: Any) -> Neurons:
    return Neurons(folder, workshop.run("gpt_pinn").settings["family"] | changes, 0)


def test_a_neuron_is_near_the_truth_and_says_why_its_training_ended(workshop: Any, tmp_path: Path) -> None:
    trainer = workshop.run("gpt_pinn").settings["family"]["trainer"] | {"steps": 60, "resample_every": 30}
    neuron = neurons(workshop, tmp_path, trainer=trainer).neuron([0.5])
    assert neuron.record["stop"] == "all 60 steps made"
    assert neuron.record["cpu_s"] > 0
    assert neuron.record["dtype"] == "float64"
    points = Burgers(0.5).grid({"x": 20, "t": 20})[1]
    exact = Burgers(0.5).solution(points)["u"]
    error = predict(neuron.network, ("u",), points)["u"] - exact
    assert (error**2).sum() < 0.05**2 * (exact**2).sum()


def test_a_neuron_is_trained_once(workshop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = neurons(workshop, tmp_path).neuron([0.5])
    monkeypatch.setattr(GaussNewton, "advance", lambda self: pytest.fail("trained again"))
    second = neurons(workshop, tmp_path).neuron([0.5])
    assert dict(first.record) == dict(second.record)
    for a, b in zip(first.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_interpolation_in_neurons_is_exact_at_its_points(workshop: Any, tmp_path: Path) -> None:
    """Nearly dependent as neurons are, to the 1e-12 of the function's size."""
    points = torch.as_tensor(Burgers(0.5).grid({"x": 40, "t": 40})[1])
    trained = [neurons(workshop, tmp_path).neuron([viscosity]).network for viscosity in np.linspace(0.2, 1.0, 7)]
    *functions, asked = [network(points).detach()[:, 0] for network in trained]
    space = EmpiricalInterpolation()
    for function in functions:
        space.add(function)
    gap = space.interpolate(asked[space.points]) - asked
    assert gap[space.points].abs().max() <= 1e-12 * asked.abs().max()
    assert gap.abs().max() > 1e-8 * asked.abs().max()
    for function in functions:
        assert (space.interpolate(function[space.points]) - function).abs().max() <= 1e-12 * function.abs().max()


def test_a_killed_training_ends_with_the_bits_of_one_that_was_not(
    workshop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = neurons(workshop, tmp_path / "whole").neuron([0.7])
    monkeypatch.setattr(Checkpoint, "due", lambda self: True)
    advance, calls = GaussNewton.advance, 0

    def killed(self: GaussNewton) -> bool:
        nonlocal calls
        calls += 1
        if calls == 14:
            raise KeyboardInterrupt
        return advance(self)

    monkeypatch.setattr(GaussNewton, "advance", killed)
    with pytest.raises(KeyboardInterrupt):
        neurons(workshop, tmp_path / "killed").neuron([0.7])
    again = neurons(workshop, tmp_path / "killed").neuron([0.7])
    assert calls < 14 + 20
    for a, b in zip(whole.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_published_kind_of_trainer(workshop: Any, tmp_path: Path) -> None:
    training = Training(adam=Adam(steps=5), lbfgs=LBFGS(iterations=5), compiled=False)
    trainer = Gradient(collocation=50, conditions={"initial": 10, "boundary": 10}, training=training).model_dump()
    neuron = neurons(workshop, tmp_path, trainer=trainer).neuron([0.5])
    assert neuron.record["steps"] == 10
    assert neuron.record["dtype"] == "float32"
    assert torch.get_default_dtype() == torch.float32


def test_reasons_to_stop() -> None:
    assert _reason_to_stop([1.0, 0.5], 1e-3) == ""
    assert "below 0.001" in _reason_to_stop([1.0, 5e-4], 1e-3)
    stalled = [1.0, *[0.9] * PATIENCE]
    assert "fell by less than a fifth" in _reason_to_stop(stalled, 1e-3)
    assert _reason_to_stop([*stalled, 0.5], 1e-3) == ""
    with pytest.raises(FloatingPointError, match="not finite"):
        _reason_to_stop([1.0, math.nan], 1e-3)


def test_draws_grow_once_small_ones_help_no_more(
    workshop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    rows = LeastSquares.__post_init__

    def noted(self: LeastSquares) -> None:
        sizes.append(len(self.collocation))
        rows(self)

    monkeypatch.setattr(LeastSquares, "__post_init__", noted)
    neuron = neurons(workshop, tmp_path).neuron([0.9])
    assert set(sizes) == {80, 200}
    assert sizes == sorted(sizes)
    assert neuron.record["steps"] == 20


def test_a_training_that_stalls_far_from_its_goal_starts_from_other_weights(
    workshop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = iter([(1.0, 5), (1e-9, 7)])

    def ended(self: Neurons, problem: Any, checkpoint: Any, attempt: int) -> Any:
        loss, steps = next(ends)
        cost = {"wall_s": 1.0, "cpu_s": 2.0, "steps": steps, "stop": "", "fresh_losses": [loss]}
        return self._network(problem, attempt).double(), cost

    monkeypatch.setattr(Neurons, "_by_gauss_newton", ended)
    record = neurons(workshop, tmp_path).neuron([0.4]).record
    assert (record["attempts"], record["steps"], record["cpu_s"], record["loss"]) == (2, 12, 4.0, 1e-9)
