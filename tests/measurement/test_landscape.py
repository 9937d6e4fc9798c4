"""Curvature against a dense Hessian, the slice against its definition."""

import numpy as np
import pytest
import torch

from replication.measurement.landscape import (
    filter_normalised,
    flatness,
    landscape_slice,
    loss_of,
    top_hessian_eigenvalue,
)
from replication.networks.flat import flatten, unflatten
from replication.networks.mlp import MLP
from replication.problems.burgers import Burgers
from replication.training.gradient import LossAndGradient
from replication.training.objective import Objective

PROBLEM = Burgers(0.01)
RANDOM = np.random.default_rng(0)


@pytest.fixture(scope="module")
def objective():
    network = MLP(PROBLEM.low, PROBLEM.high, [5, 4], 1, "tanh")
    network.initialise(torch.Generator().manual_seed(1)).double()
    conditions = PROBLEM.conditions({"initial": 20, "boundary": 10}, RANDOM)
    weights = {"residual": 1.0, "initial": 2.0, "boundary": 1.0}
    return Objective(PROBLEM, network, PROBLEM.collocation(50, RANDOM), conditions, weights)


def test_the_loss_is_the_one_that_trains(objective):
    flat = flatten(objective.network)
    expected, _, _ = LossAndGradient(objective, compiled=False)(flat)
    torch.testing.assert_close(loss_of(objective)(flat).detach(), expected)


def test_the_top_eigenvalue_is_that_of_the_dense_hessian(objective):
    loss, flat = loss_of(objective), flatten(objective.network)
    dense = torch.autograd.functional.hessian(loss, flat)
    start = torch.as_tensor(RANDOM.standard_normal(len(flat)))
    expected = float(torch.linalg.eigvalsh(dense)[-1])
    assert top_hessian_eigenvalue(loss, flat, start) == pytest.approx(expected, rel=1e-3)


def test_a_large_negative_curvature_does_not_pass_for_the_top():
    values = torch.tensor([-9.0, 1.0, 2.0, 4.0, 0.5, 0.1], dtype=torch.float64)
    top = top_hessian_eigenvalue(
        lambda flat: (values * flat.square()).sum() / 2,
        torch.ones(6, dtype=torch.float64),
        torch.ones(6, dtype=torch.float64),
    )
    assert top == pytest.approx(4.0)


def test_a_direction_has_filters_as_long_as_the_weights_and_moves_no_bias(objective):
    flat = flatten(objective.network)
    direction = filter_normalised(objective.network, flat, np.random.default_rng(3))
    weights, moves = (unflatten(objective.network, vector) for vector in (flat, direction))
    for name, weight in weights.items():
        if weight.ndim == 2:
            torch.testing.assert_close(moves[name].norm(dim=1), weight.norm(dim=1))
        else:
            assert not moves[name].any()


def test_a_direction_scales_with_the_weights(objective):
    flat = flatten(objective.network)
    one, tenfold = (
        filter_normalised(objective.network, scale * flat, np.random.default_rng(3)) for scale in (1.0, 10.0)
    )
    torch.testing.assert_close(10 * one, tenfold)


def test_a_slice_of_a_quadratic_has_its_values_and_flatness():
    steps = np.linspace(-1, 1, 5)
    first, second = torch.eye(2, dtype=torch.float64)
    at = torch.tensor([0.0, 0.0], dtype=torch.float64)
    values = landscape_slice(lambda flat: 3 + flat[0] ** 2 + 4 * flat[1] ** 2, at, first, second, steps)
    np.testing.assert_allclose(values, 3 + steps[:, None] ** 2 + 4 * steps**2)
    assert flatness(values) == pytest.approx(1 / (5 * np.mean(steps**2)))
