import numpy as np
import pytest

from replication.problems import allen_cahn_periodic
from replication.problems.allen_cahn import initial_state
from replication.problems.allen_cahn_periodic import AllenCahnPeriodic


def test_initial_values_and_periodicity() -> None:
    problem = AllenCahnPeriodic(1e-3, 5.0)
    given = problem.conditions({"initial": 30, "boundary": 10}, np.random.default_rng(0))
    start = given["initial"]
    assert np.allclose(problem.solution(start.points)["u"], start.values["u"], atol=1e-15)
    ends = given["boundary"]
    assert np.allclose(problem.solution(ends.points)["u"], problem.solution(ends.partners)["u"], atol=1e-12)


def test_reference_has_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = AllenCahnPeriodic(1e-4, 5.0)
    points = problem.grid({"x": 41, "t": 11})[1]
    coarse = problem.solution(points)["u"]
    monkeypatch.setattr(allen_cahn_periodic, "STEP", 5e-4)
    assert np.abs(problem.solution(points)["u"] - coarse).max() < 1e-7
    monkeypatch.setattr(allen_cahn_periodic, "MODES", 2048)
    fine = problem.solution(points)["u"]
    assert np.linalg.norm(fine - coarse) < 1e-6 * np.linalg.norm(fine)


def test_without_diffusion_every_point_follows_the_logistic_law() -> None:
    """u_t = ε (u - u³) has u(t) = u₀ e^{εt} / sqrt(1 + u₀² (e^{2εt} - 1))."""
    problem = AllenCahnPeriodic(1e-12, 2.0)
    x = (np.arange(0, 1024, 16) + 0.5) / 1024
    start = initial_state(x)
    u = problem.solution(np.stack([x, np.full_like(x, 0.7)], axis=1))["u"]
    growth = np.exp(2.0 * 0.7)
    assert np.allclose(u, start * growth / np.sqrt(1 + start**2 * (growth**2 - 1)), atol=1e-9)
