"""Problems with a formula: it solves the equation (by automatic differentiation) and agrees with its conditions."""

from math import pi

import numpy as np
import pytest
import torch
from nested_autograd import NestedValues

from replication.problems.black_scholes import BlackScholes
from replication.problems.kovasznay import Kovasznay
from replication.problems.problem import Prescribed
from replication.problems.taylor_green import TaylorGreen

BLACK_SCHOLES = BlackScholes(strike=1.0, rate=0.05, volatility=0.2, maturity=1.0, largest_price=2.0)
TAYLOR_GREEN = TaylorGreen(viscosity=0.01)
KOVASZNAY = Kovasznay(reynolds=20.0)


def price(points):
    s, t = points[:, :1], points[:, 1:]
    left = 1.0 - t
    d1 = (torch.log(s) + (0.05 + 0.02) * left) / (0.2 * left.sqrt())
    d2 = (torch.log(s) + (0.05 - 0.02) * left) / (0.2 * left.sqrt())
    return s * torch.special.ndtr(d1) - torch.exp(-0.05 * left) * torch.special.ndtr(d2)


def vortices(points):
    x, y, t = points.split(1, dim=1)
    speed = torch.exp(-0.02 * t)
    pressure = -(torch.cos(2 * x) + torch.cos(2 * y)) / 4 * torch.exp(-0.04 * t)
    return torch.cat([x.cos() * y.sin() * speed, -x.sin() * y.cos() * speed, pressure], dim=1)


def wake(points):
    x, y = points.split(1, dim=1)
    rate = 10 - (100 + 4 * pi**2) ** 0.5
    u = 1 - torch.exp(rate * x) * torch.cos(2 * pi * y)
    v = rate / (2 * pi) * torch.exp(rate * x) * torch.sin(2 * pi * y)
    return torch.cat([u, v, (1 - torch.exp(2 * rate * x)) / 2], dim=1)


CASES = [(BLACK_SCHOLES, price), (TAYLOR_GREEN, vortices), (KOVASZNAY, wake)]
NAMES = ["black_scholes", "taylor_green", "kovasznay"]


@pytest.mark.parametrize(("problem", "exact"), CASES, ids=NAMES)
def test_the_exact_solution_has_no_residual_and_equals_the_reference(problem, exact):
    points = problem.collocation(500, np.random.default_rng(0))
    tensor = torch.as_tensor(points)
    for name, residual in problem.residual(NestedValues(exact, problem, tensor)).items():
        assert residual.abs().max() < 1e-10, name
    ours = np.stack(list(problem.solution(points).values()), axis=1)
    np.testing.assert_allclose(ours, exact(tensor).numpy(), atol=1e-12)


@pytest.mark.parametrize(("problem", "exact"), CASES, ids=NAMES)
def test_a_wrong_field_has_a_residual(problem, exact):
    points = torch.as_tensor(problem.collocation(500, np.random.default_rng(0)))
    values = NestedValues(lambda where: exact(where) + 0.1 * where[:, :1] ** 2, problem, points)
    assert max(residual.abs().max() for residual in problem.residual(values).values()) > 1e-2


@pytest.mark.parametrize(
    ("problem", "counts", "tolerance"),
    [
        # At the largest price the boundary value leaves out the chance of ending below the strike, 2e-5 at most.
        (BLACK_SCHOLES, {"terminal": 101, "boundary": 100}, 2e-5),
        (TAYLOR_GREEN, {"initial": 100, "boundary": 102}, 1e-12),
        (KOVASZNAY, {"boundary": 102, "outflow": 50}, 1e-12),
    ],
    ids=NAMES,
)
def test_conditions_lie_on_the_boundary_and_agree_with_the_solution(problem, counts, tolerance):
    conditions = problem.conditions(counts, np.random.default_rng(1))
    assert {name: len(condition.points) for name, condition in conditions.items()} == counts
    for condition in conditions.values():
        assert isinstance(condition, Prescribed)
        on_a_face = np.isclose(condition.points, problem.low) | np.isclose(condition.points, problem.high)
        assert on_a_face.any(axis=1).all()
        exact = problem.solution(condition.points)
        for field, values in condition.values.items():
            np.testing.assert_allclose(values, exact[field], atol=tolerance)


def test_calls_satisfy_put_call_parity_with_puts_by_integration():
    """The put is the discounted mean of its payoff over the log-normal price at maturity, by quadrature."""
    s = np.linspace(0.05, 2.0, 40)
    nodes, weights = np.polynomial.legendre.leggauss(100)
    for t in (0.0, 0.4, 0.9):
        left = 1 - t
        drift, spread = (0.05 - 0.02) * left, 0.2 * np.sqrt(left)
        largest = np.clip((-np.log(s) - drift) / spread, -9, 9)  # the put pays where the normal variable is smaller
        half = (largest + 9) / 2
        z = -9 + half[:, None] * (nodes + 1)
        payoff = 1 - s[:, None] * np.exp(drift + spread * z)
        mean = half * (weights * payoff * np.exp(-(z**2) / 2)).sum(axis=1) / np.sqrt(2 * pi)
        call = BLACK_SCHOLES.solution(np.stack([s, np.full(40, t)], axis=1))["v"]
        np.testing.assert_allclose(call - np.exp(-0.05 * left) * mean, s - np.exp(-0.05 * left), atol=1e-10)


def test_a_call_at_maturity_or_on_a_worthless_asset_has_its_limit():
    points = np.array([[0.0, 0.3], [0.0, 1.0], [0.7, 1.0], [1.0, 1.0], [1.6, 1.0]])
    np.testing.assert_allclose(BLACK_SCHOLES.solution(points)["v"], [0, 0, 0, 0, 0.6], atol=1e-15)
