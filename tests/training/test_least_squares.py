from typing import Any

import numpy as np
import pytest
import torch
from nested_autograd import NestedValues

from replication.errors import UserError
from replication.networks.enclosed import Enclosed
from replication.networks.flat import flatten
from replication.networks.jets import JetValues, derivatives
from replication.networks.mlp import MLP
from replication.problems.burgers import Burgers
from replication.problems.helmholtz import Helmholtz
from replication.problems.klein_gordon import KleinGordon
from replication.problems.problem import Condition, Periodic, Problem
from replication.training.least_squares import LeastSquares
from replication.training.objective import Objective

CASES: list[tuple[Problem, type[MLP], str]] = [
    (Burgers(0.1), MLP, "tanh"),
    (KleinGordon(-1.5, 0.3, 0.7), MLP, "cos"),
    (Helmholtz(1.3, 2.0), Enclosed, "silu"),
]


@pytest.fixture(autouse=True)
def double() -> Any:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def network(problem: Problem, kind: type[MLP], activation: str) -> MLP:
    net = kind(problem.low, problem.high, [7, 6], 1, activation).initialise(torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1))
    return net


def conditions(problem: Problem) -> dict[str, Condition]:
    given = problem.conditions({"initial": 9, "boundary": 8}, np.random.default_rng(1))
    points = problem.collocation(5, np.random.default_rng(2))
    return given | {"periodic": Periodic(points, points[::-1].copy(), ("u", "u_x"))}


@pytest.mark.parametrize(("problem", "kind", "activation"), CASES)
def test_carried_derivatives_equal_nested_differentiation(problem: Problem, kind: type[MLP], activation: str) -> None:
    net = network(problem, kind, activation)
    points = torch.as_tensor(problem.collocation(11, np.random.default_rng(0)))
    a, b = problem.coordinates
    names = ("u", f"u_{a}", f"u_{b}", f"u_{a}{a}", f"u_{a}{b}", f"u_{b}{a}", f"u_{b}{b}", a)
    ours = JetValues.of(net, problem, points, names)
    theirs = NestedValues(net, problem, points)
    for name in names:
        assert torch.allclose(ours(name), theirs(name)[:, 0], atol=1e-12), name


@pytest.mark.parametrize(("problem", "kind", "activation"), CASES)
def test_rows_and_jacobian_equal_automatic_differentiation(problem: Problem, kind: type[MLP], activation: str) -> None:
    net = network(problem, kind, activation)
    collocation = problem.collocation(13, np.random.default_rng(0))
    weights = {"residual": 1.0, "initial": 3.0, "boundary": 2.0, "periodic": 0.5}
    squares = LeastSquares(problem, net, collocation, conditions(problem), weights)
    objective = Objective(problem, net, collocation, conditions(problem), weights)
    flat = flatten(net)

    def terms(point: torch.Tensor) -> torch.Tensor:
        return torch.stack(objective.terms(point, objective.data))

    rows, jacobian = squares.linearised(flat)
    assert torch.allclose(rows, squares.rows(flat), atol=1e-14)
    expected = terms(flat).detach()
    for (name, value), term in zip(squares.terms(rows).items(), expected, strict=True):
        assert value == pytest.approx(term.item(), rel=1e-12), name
    leaf = flat.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(objective.weighted(list(terms(leaf))), leaf)
    assert torch.allclose(2 * jacobian.T @ rows, gradient, atol=1e-11)
    direction = torch.randn(len(flat), generator=torch.Generator().manual_seed(3))
    step = 1e-6
    slope = (squares.rows(flat + step * direction) - squares.rows(flat - step * direction)) / (2 * step)
    assert torch.allclose(jacobian @ direction, slope, atol=1e-6 * float(slope.abs().max()))


def test_third_derivatives_are_refused() -> None:
    with pytest.raises(UserError, match="u_xxx: derivatives beyond second order"):
        derivatives(["u_xxx"], ("x", "t"))
