"""The reference against the exact solution without saturation, and against finite differences with it."""

from math import pi

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from replication.problems import advection_diffusion_reaction
from replication.problems.advection_diffusion_reaction import AdvectionDiffusionReaction

HARDEST = AdvectionDiffusionReaction(speed=1.0, diffusion=0.05, growth=1.0, saturation=2.0, forcing=1.0)


def test_without_saturation_one_frequency_remains() -> None:
    problem = AdvectionDiffusionReaction(0.7, 0.1, 0.8, 0.0, 0.5)
    points = problem.collocation(300, np.random.default_rng(0))
    x, t = points.T
    rate = problem.growth - problem.diffusion * pi**2 - 1j * problem.speed * pi
    amplitude = np.exp(rate * t) / 2j + problem.forcing / 2 * (np.exp(rate * t) - 1) / rate
    exact = 2 * (amplitude * np.exp(1j * pi * x)).real
    assert np.abs(problem.solution(points)["u"] - exact).max() < 1e-7


def test_initial_values_and_period() -> None:
    _, points = HARDEST.grid({"x": 21, "t": 5})
    u = HARDEST.solution(points)["u"].reshape(21, 5)
    assert np.allclose(u[:, 0], np.sin(pi * np.linspace(-1, 1, 21)), atol=1e-12)
    assert np.allclose(u[0], u[-1], atol=1e-12)


def finite_differences(problem: AdvectionDiffusionReaction, cells: int) -> np.ndarray:
    """Return u(x, 1) at the cells' left ends, by central differences of second order."""
    x = -1 + 2 * np.arange(cells) / cells
    step = 2 / cells

    def slope(_: float, u: np.ndarray) -> np.ndarray:
        before, after = np.roll(u, 1), np.roll(u, -1)
        moved = problem.diffusion * (after - 2 * u + before) / step**2 - problem.speed * (after - before) / (2 * step)
        return moved + problem.growth * u - problem.saturation * u**3 + problem.forcing * np.cos(pi * x)

    return solve_ivp(slope, (0, 1), np.sin(pi * x), "LSODA", [1.0], rtol=1e-9, atol=1e-9).y[:, 0]


def test_finite_differences_approach_it_at_second_order() -> None:
    errors = []
    for cells in (40, 80, 160):
        x = -1 + 2 * np.arange(cells) / cells
        reference = HARDEST.solution(np.stack([x, np.ones(cells)], axis=1))["u"]
        errors.append(np.abs(finite_differences(HARDEST, cells) - reference).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders == pytest.approx(2.0, abs=0.1)


def test_reference_has_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    points = HARDEST.collocation(200, np.random.default_rng(0))
    u = HARDEST.solution(points)["u"]
    monkeypatch.setattr(advection_diffusion_reaction, "NODES", 96)
    monkeypatch.setattr(advection_diffusion_reaction, "TOLERANCE", 1e-12)
    finer = HARDEST.solution(points)["u"]
    assert np.linalg.norm(u - finer) < 1e-7 * np.linalg.norm(finer)
