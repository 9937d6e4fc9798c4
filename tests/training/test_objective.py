"""Derivatives by name, and the terms of the loss, against closed forms."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch
from nested_autograd import NestedValues
from torch import nn

from replication.networks.flat import flatten
from replication.networks.mlp import MLP
from replication.problems.problem import Periodic, Prescribed, Problem
from replication.problems.taylor_green import TaylorGreen
from replication.training.objective import Objective


@dataclass(frozen=True)
class Plane(Problem):
    """A problem on [0, 2π]² with two fields, whose residual is chosen for the test."""

    coordinates: ClassVar = ("x", "y")
    fields: ClassVar = ("u", "v")
    low: ClassVar = (0.0, 0.0)
    high: ClassVar = (2 * np.pi, 2 * np.pi)

    def residual(self, at):
        return {"first": at("u_x") - at("v_y"), "second": at("u") + at("u_xx")}

    def conditions(self, counts, random):
        return {}

    def solution(self, points):
        return {"u": np.sin(points[:, 0]), "v": points[:, 1] * np.cos(points[:, 0])}


class Exact(nn.Module):
    """u = sin x cos 2y, v = x² y³."""

    def forward(self, points):
        x, y = points[:, :1], points[:, 1:]
        return torch.cat([torch.sin(x) * torch.cos(2 * y), x**2 * y**3], dim=1)


def test_derivatives_of_any_order_and_field_by_name():
    points = torch.rand(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 3
    x, y = points[:, :1], points[:, 1:]
    at = NestedValues(Exact(), Plane(), points)
    expected = {
        "u": torch.sin(x) * torch.cos(2 * y),
        "u_x": torch.cos(x) * torch.cos(2 * y),
        "u_xy": -2 * torch.cos(x) * torch.sin(2 * y),
        "u_yy": -4 * torch.sin(x) * torch.cos(2 * y),
        "v_xx": 2 * y**3,
        "v_yyy": 6 * x**2,
        "x": x,
    }
    for name, value in zip(expected, at(*expected), strict=True):
        torch.testing.assert_close(value, expected[name], rtol=1e-12, atol=1e-12, msg=name)


def network(problem, activation="tanh"):
    made = MLP(problem.low, problem.high, [7, 6], len(problem.fields), activation)
    return made.initialise(torch.Generator().manual_seed(0)).double()


def plane():
    """An objective with two fields, targets for a value and a derivative, and ends that are to agree."""
    random = np.random.default_rng(0)
    edge = random.random((20, 2))
    conditions = {
        "initial": Prescribed(edge, {"u": random.random(20), "v_y": random.random(20)}),
        "boundary": Periodic(edge, edge + np.array([2 * np.pi, 0.0]), ("u", "v_x")),
    }
    weights = {"residual": 1.0, "initial": 2.0, "boundary": 0.5}
    return Objective(Plane(), network(Plane()), random.random((30, 2)), conditions, weights)


def test_terms_are_mean_squares_of_residuals_mismatches_and_periodic_gaps():
    objective = plane()
    initial, boundary = objective.conditions.values()

    def at(points):
        return NestedValues(objective.network, Plane(), torch.as_tensor(points))

    inside, given, ours, theirs = map(at, (objective.collocation, initial.points, boundary.points, boundary.partners))
    gaps = [
        Plane().residual(inside).values(),
        [given(name) - torch.as_tensor(target)[:, None] for name, target in initial.values.items()],
        [ours(name) - theirs(name) for name in boundary.quantities],
    ]
    expected = torch.stack([sum(gap.square().mean() for gap in term) for term in gaps])
    terms = objective.terms(flatten(objective.network), objective.data)
    torch.testing.assert_close(torch.stack(terms), expected, rtol=1e-12, atol=0)
    torch.testing.assert_close(
        objective.weighted(terms), expected[0] + 2 * expected[1] + 0.5 * expected[2], rtol=1e-12, atol=0
    )


def test_three_coordinates_and_fields_have_the_residuals_of_nested_differentiation():
    problem = TaylorGreen(viscosity=0.01)
    points = problem.collocation(40, np.random.default_rng(0))
    objective = Objective(problem, network(problem, "silu"), points, {}, {"residual": 1.0})
    (term,) = objective.terms(flatten(objective.network), objective.data)
    rows = problem.residual(NestedValues(objective.network, problem, torch.as_tensor(points)))
    torch.testing.assert_close(term, sum(row.square().mean() for row in rows.values()), rtol=1e-12, atol=0)


@pytest.mark.parametrize("size", [7, 15, 100])
def test_terms_add_up_over_blocks_that_are_alike(size):
    objective = plane()
    flat = flatten(objective.network)
    blocks = objective.blocks(size)
    assert len(blocks) == -(-30 // size)
    assert len({tuple(tensor.shape for tensor in block) for block in blocks}) == 1
    assert max(map(len, blocks[0])) <= size
    total = torch.stack([torch.stack(objective.terms(flat, block)) for block in blocks]).sum(dim=0)
    torch.testing.assert_close(total, torch.stack(objective.terms(flat, objective.data)), rtol=1e-12, atol=0)


def test_distillation_alone_has_no_residual():
    points = np.random.default_rng(0).random((5, 2))
    conditions = {"distillation": Prescribed(points, Plane().solution(points))}
    objective = Objective(Plane(), network(Plane()), None, conditions, {"distillation": 1.0})
    assert objective.names == ("distillation",)
    assert len(objective.terms(flatten(objective.network), objective.data)) == 1
