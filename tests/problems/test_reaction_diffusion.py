"""Problems without a formula: the cosine-series reference against other methods, its own order, and its residual."""

from math import pi

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from replication.problems.allen_cahn import AllenCahn, initial_state
from replication.problems.allen_cahn_hard import AllenCahnHard
from replication.problems.cosine_series import ReactionDiffusion
from replication.problems.problem import Periodic, Prescribed
from replication.problems.stiff_reaction_diffusion import StiffReactionDiffusion

ALLEN_CAHN = AllenCahn(diffusion=1e-3, reaction=5.0)
HARD = AllenCahnHard(diffusion=1e-4, reaction=5.0)
STIFF = StiffReactionDiffusion(diffusion=0.01, time_scale=0.05)


def chebyshev(count):
    """Return nodes on [-1, 1] and the differentiation matrix (Trefethen, Spectral Methods in MATLAB, chapter 6)."""
    x = np.cos(pi * np.arange(count + 1) / count)
    c = np.r_[2, np.ones(count - 1), 2] * (-1.0) ** np.arange(count + 1)
    gaps = x[:, None] - x[None] + np.eye(count + 1)
    matrix = np.outer(c, 1 / c) / gaps
    return x, matrix - np.diag(matrix.sum(axis=1))


def at_time(problem, x, t):
    return problem.solution(np.stack([x, np.full(len(x), t)], axis=1))


def test_allen_cahn_agrees_with_chebyshev_collocation_and_an_implicit_integrator():
    x, derivative = chebyshev(400)
    inside = (derivative @ derivative)[1:-1]

    def slope(_, u):
        full = np.r_[-1.0, u, -1.0]
        return 1e-3 * inside @ full + 5 * (u - u**3)

    ours = solve_ivp(slope, (0, 1), initial_state(x)[1:-1], method="LSODA", rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(at_time(ALLEN_CAHN, x[1:-1], 1.0)["u"], ours.y[:, -1], atol=2e-6)


def fourier_periodic(slope_of, start, count):
    x = -1 + 2 * np.arange(count) / count
    squares = (pi * np.fft.rfftfreq(count, 1 / count)) ** 2

    def second(u):
        return np.fft.irfft(-squares * np.fft.rfft(u), count)

    return x, solve_ivp(
        lambda _, y: slope_of(y, second), (0, 1), start(x), method="RK45", rtol=1e-7, atol=1e-9, max_step=2e-3
    ).y[:, -1]


def test_hard_allen_cahn_agrees_with_fourier_collocation_and_an_explicit_integrator():
    x, u = fourier_periodic(lambda u, second: 1e-4 * second(u) + 5 * (u - u**3), initial_state, 512)
    np.testing.assert_allclose(at_time(HARD, x, 1.0)["u"], u, atol=1e-5)


def test_stiff_problem_agrees_with_fourier_collocation_and_an_explicit_integrator():
    count = 256

    def slope(y, second):
        u, v = y[:count], y[count:]
        return np.r_[0.01 * second(u) + (u - u**3 - v) / 0.05, 0.01 * second(v) + u - v]

    x, y = fourier_periodic(slope, lambda x: np.r_[np.cos(pi * x), 0 * x], count)
    ours = at_time(STIFF, x, 1.0)
    np.testing.assert_allclose(np.r_[ours["u"], ours["v"]], y, atol=1e-6)


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_time_stepping_has_order_four(shift):
    x, t = np.linspace(-1, 1, 101), np.full(101, 0.53)

    def solution(step):
        equation = ReactionDiffusion((0.01,), lambda w: 5 * (w - w**3), shift, modes=128, step=step)
        return equation.solve(lambda nodes: np.cos(pi / 2 * nodes)[None] ** 2, 1.0)(x, t)

    exact = solution(1 / 1600)
    coarse, fine = (np.abs(solution(step) - exact).max() for step in (1 / 50, 1 / 100))
    assert 3.7 < np.log2(coarse / fine) < 4.6


def test_diffusion_alone_is_exact():
    equation = ReactionDiffusion((0.1, 0.3), lambda w: 0 * w, 0.0, modes=16, step=0.5)
    series = equation.solve(lambda x: np.stack([np.cos(pi * x), 1 + np.cos(2 * pi * x)]), 1.0)
    x = np.linspace(-1, 1, 7)
    u, v = series(x, np.ones(7))
    np.testing.assert_allclose(u, np.exp(-0.1 * pi**2) * np.cos(pi * x), atol=1e-14)
    np.testing.assert_allclose(v, 1 + np.exp(-1.2 * pi**2) * np.cos(2 * pi * x), atol=1e-14)


@pytest.mark.parametrize("problem", [ALLEN_CAHN, HARD, STIFF], ids=lambda problem: type(problem).__name__)
def test_the_reference_has_a_small_residual(problem):
    """Fourth-order differences in time and space on a patch away from the start."""
    h_x, h_t = 2e-3, 1e-3
    steps = np.arange(-2, 3)
    centres = [(x, t) for x in (-0.7, -0.2, 0.3, 0.51) for t in (0.2, 0.55, 0.9)]
    points = np.array([(x + i * h_x, t + j * h_t) for x, t in centres for i in steps for j in steps])
    once, twice = np.array([1, -8, 0, 8, -1]) / 12, np.array([-1, 16, -30, 16, -1]) / 12
    known = {}
    for field, values in problem.solution(points).items():
        patch = values.reshape(len(centres), 5, 5)
        known[field] = patch[:, 2, 2]
        known[f"{field}_t"] = patch[:, 2] @ once / h_t
        known[f"{field}_xx"] = patch[:, :, 2] @ twice / h_x**2
    for name, residual in problem.residual(lambda *names: tuple(known[name] for name in names)).items():
        assert np.abs(residual).max() < 2e-4, name


def test_conditions_agree_with_the_solution():
    random = np.random.default_rng(0)
    counts = {"initial": 60, "boundary": 20}
    for problem in (ALLEN_CAHN, HARD, STIFF):
        conditions = problem.conditions(counts, random)
        assert {name: len(condition.points) for name, condition in conditions.items()} == counts
        for name, condition in conditions.items():
            if isinstance(condition, Periodic):
                left, right = (problem.solution(where)["u"] for where in (condition.points, condition.partners))
                np.testing.assert_allclose(left, right, atol=1e-9)
                assert condition.quantities == ("u", "u_x")
            elif name == "initial" or problem is ALLEN_CAHN:
                assert isinstance(condition, Prescribed)
                exact = problem.solution(condition.points)
                for field, values in condition.values.items():
                    np.testing.assert_allclose(values, exact[field], atol=2e-4 if problem is HARD else 1e-6)


@pytest.mark.parametrize("problem", [ALLEN_CAHN, HARD], ids=lambda problem: type(problem).__name__)
def test_the_ansatz_fulfils_what_it_says_for_any_network(problem):
    random = np.random.default_rng(3)
    conditions = problem.conditions({"initial": 40, "boundary": 40}, random)
    for name in problem.hard:
        points = torch.as_tensor(conditions[name].points)
        fields = problem.ansatz(points, torch.as_tensor(random.normal(size=(40, 1))))
        np.testing.assert_allclose(fields[:, 0].numpy(), conditions[name].values["u"], atol=1e-14)
