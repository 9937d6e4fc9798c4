"""Derivatives by name, and the terms of the loss, against closed forms."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from replication.problems.problem import Periodic, Prescribed, Problem
from replication.training.objective import NetworkValues, Objective


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
    """u = sin x cos 2y, v = x² y³, with one parameter that scales both."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones((), dtype=torch.float64))

    def forward(self, points):
        x, y = points[:, :1], points[:, 1:]
        return self.scale * torch.cat([torch.sin(x) * torch.cos(2 * y), x**2 * y**3], dim=1)


def test_derivatives_of_any_order_and_field_by_name():
    points = torch.rand(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 3
    x, y = points[:, :1], points[:, 1:]
    at = NetworkValues(Exact(), Plane(), points)
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


def test_terms_are_mean_squares_of_residuals_mismatches_and_periodic_gaps():
    random = np.random.default_rng(0)
    inside, edge = random.random((30, 2)), random.random((20, 2))
    shifted = edge + np.array([2 * np.pi, 0.0])
    conditions = {
        "initial": Prescribed(edge, {"u": np.ones(20), "v_y": np.zeros(20)}),
        "boundary": Periodic(edge, shifted, ("u", "v")),
    }
    objective = Objective(Plane(), Exact(), inside, conditions, {"residual": 1.0, "initial": 2.0, "boundary": 0.5})
    residual, initial, boundary = (float(term.detach()) for term in objective.terms(objective.network, objective.data))

    def u(p):
        return np.sin(p[:, 0]) * np.cos(2 * p[:, 1])

    def v_y(p):
        return 3 * p[:, 0] ** 2 * p[:, 1] ** 2

    first = np.cos(inside[:, 0]) * np.cos(2 * inside[:, 1]) - v_y(inside)
    assert np.isclose(residual, np.mean(first**2), rtol=1e-12)  # u + u_xx = 0 everywhere
    assert np.isclose(initial, np.mean((u(edge) - 1) ** 2) + np.mean(v_y(edge) ** 2), rtol=1e-12)
    gap = (edge[:, 0] ** 2 - shifted[:, 0] ** 2) * edge[:, 1] ** 3
    assert np.isclose(boundary, np.mean(gap**2), rtol=1e-9)
    total = objective.weighted(objective.terms(objective.network, objective.data))
    assert np.isclose(float(total.detach()), residual + 2 * initial + 0.5 * boundary, rtol=1e-12)


def test_distillation_alone_has_no_residual():
    points = np.random.default_rng(0).random((5, 2))
    targets = Plane().solution(points)
    objective = Objective(Plane(), Exact(), None, {"distillation": Prescribed(points, targets)}, {"distillation": 1.0})
    assert objective.names == ("distillation",)
    assert len(objective.terms(objective.network, objective.data)) == 1
