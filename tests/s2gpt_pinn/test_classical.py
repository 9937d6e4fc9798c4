"""Classical solvers and their reduced models against the references, quadrature and dense algebra."""

from typing import Any

import numpy as np
import pytest
import torch

from replication.papers.s2gpt_pinn.classical import burgers, helmholtz, klein_gordon
from replication.papers.s2gpt_pinn.classical.galerkin import semilinear, stationary
from replication.papers.s2gpt_pinn.classical.ladder import SEMILINEAR, solvers
from replication.papers.s2gpt_pinn.classical.semilinear import Semilinear
from replication.papers.s2gpt_pinn.measurements.matched_solver import matched_seconds, rungs
from replication.papers.s2gpt_pinn.parametric import Parametric
from replication.problems.helmholtz import Helmholtz
from replication.problems.problem import tensor_product
from replication.problems.registry import problem_named
from replication.reduced_basis.proper_orthogonal_decomposition import discrete_interpolation_points, principal_modes

CASES: dict[str, dict[str, float]] = {
    "burgers": {"viscosity": 0.1},
    "klein_gordon": {"alpha": -1.5, "beta": 0.5, "gamma": 0.5},
    "allen_cahn_periodic": {"diffusion": 1e-3, "reaction": 3.0},
    "helmholtz": {"first_rate": 1.3, "second_rate": 2.7},
}


def helmholtz_at(first: float, second: float) -> Helmholtz:
    return Helmholtz(first_rate=first, second_rate=second)


def axes_of(problem: Any) -> dict[str, np.ndarray]:
    return {
        name: np.linspace(low, high, 21)
        for name, low, high in zip(problem.coordinates, problem.low, problem.high, strict=True)
    }


@pytest.mark.parametrize(
    ("equation", "order"), [("burgers", 3.5), ("klein_gordon", 1.8), ("allen_cahn_periodic", 1.3), ("helmholtz", 6)]
)
def test_solvers_converge_to_the_reference(equation: str, order: float) -> None:
    problem = problem_named(equation, CASES[equation])
    axes = axes_of(problem)
    exact = problem.solution(tensor_product(axes))["u"]
    errors = {
        resolution: np.linalg.norm(solve(problem) - exact) / np.linalg.norm(exact)
        for resolution, solve in solvers(equation, axes).items()
        if resolution in (12, 24, 48)
    }
    coarse, fine = min(errors), max(errors)
    assert np.log(errors[coarse] / errors[fine]) / np.log(fine / coarse) > order
    assert errors[fine] < 2e-3


def test_equation_without_a_file_has_no_solver() -> None:
    assert solvers("taylor_green", {}) == {}


def test_standing_wave_is_its_own_lifting() -> None:
    """For β = 0, γ = 1 the solution is x cos t, so w stays zero whatever the resolution."""
    problem = problem_named("klein_gordon", {"alpha": -1.3, "beta": 0.0, "gamma": 1.0})
    axes = axes_of(problem)
    u = solvers("klein_gordon", axes)[4](problem)
    assert np.allclose(u, problem.solution(tensor_product(axes))["u"], atol=1e-9)


def test_overflow_is_no_number_and_no_error() -> None:
    problem = problem_named("burgers", {"viscosity": 1e-4})
    solve = Semilinear.full(burgers, 40).prepare(axes_of(problem), 4)
    assert np.isnan(solve(problem)).all() or np.abs(solve(problem)).max() > 1


def test_chebyshev_matrices_are_exact_for_polynomials() -> None:
    x, at = helmholtz.nodes(9), np.linspace(-1, 1, 5)
    assert np.allclose(helmholtz.interpolation(9, at) @ x**8, at**8, atol=1e-13)
    assert np.allclose(helmholtz.second_derivative(9) @ x**8, 56 * x**6, atol=1e-10)
    assert helmholtz.weights(9) @ x**8 == pytest.approx(2 / 9, abs=1e-13)


def test_model_reduced_to_all_its_modes_is_the_full_one() -> None:
    """With the whole space as POD and DEIM basis nothing is lost."""
    problem = problem_named("klein_gordon", CASES["klein_gordon"])
    full = Semilinear.full(klein_gordon, 10)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(10, 10)))[0]
    reduced = full.reduced(turn, turn.T, discrete_interpolation_points(turn.T))
    axes = axes_of(problem)
    assert np.allclose(reduced.prepare(axes, 40)(problem), full.prepare(axes, 40)(problem), atol=1e-9)


def test_deim_interpolates_at_its_points() -> None:
    modes = principal_modes(np.random.default_rng(1).normal(size=(40, 6)), 0.0)
    points = discrete_interpolation_points(modes)
    assert len(set(points)) == 6
    function = np.random.default_rng(2).normal(size=40)
    found = modes @ np.linalg.solve(modes[points], function[points])
    assert np.abs((found - function)[points]).max() < 1e-12
    inside = modes @ np.arange(6.0)
    assert np.allclose(modes @ np.linalg.solve(modes[points], inside[points]), inside, atol=1e-12)


def test_principal_modes_leave_the_share_asked_for() -> None:
    snapshots = np.random.default_rng(3).normal(size=(30, 12)) * 10.0 ** -np.arange(12)
    for share in (1e-2, 1e-6):
        modes = principal_modes(snapshots, share)
        left = np.linalg.norm(snapshots - modes @ modes.T @ snapshots) ** 2 / np.linalg.norm(snapshots) ** 2
        fewer = modes[:, :-1]
        more = np.linalg.norm(snapshots - fewer @ fewer.T @ snapshots) ** 2 / np.linalg.norm(snapshots) ** 2
        assert left <= share * (1 + 1e-9) < more


@pytest.mark.parametrize("equation", ["burgers", "klein_gordon", "allen_cahn_periodic"])
def test_snapshots_are_reproduced(equation: str) -> None:
    problem = problem_named(equation, CASES[equation])
    axes = axes_of(problem)
    reduced = semilinear(equation, [problem], axes, 32, 64, 1e-8)
    exact = Semilinear.full(SEMILINEAR[equation], 32).prepare(axes, 64)(problem)
    assert reduced.size < 32
    assert np.linalg.norm(reduced.solve(problem) - exact) < 1e-3 * np.linalg.norm(exact)


def test_helmholtz_galerkin_is_the_dense_projection() -> None:
    """At a parameter outside the snapshots, against Φ (ΦᵀWAΦ)⁻¹ ΦᵀWq with A from Kronecker products."""
    count = 16
    train = [helmholtz_at(a, b) for a in (1.0, 1.5) for b in (1.0, 1.6)]
    nodes = helmholtz.nodes(count)
    inner = nodes[1:-1]
    reduced = stationary(train, {"x": inner, "y": inner}, count, 1e-14)
    assert reduced.size == 4
    snapshots = np.stack([helmholtz.prepare({"x": inner, "y": inner}, count)(problem) for problem in train], axis=1)
    second = helmholtz.second_derivative(count)[1:-1, 1:-1]
    eye = np.eye(len(inner))
    operator = np.kron(second, eye) + np.kron(eye, second) + np.eye(len(inner) ** 2)
    weights = np.kron(*2 * [helmholtz.weights(count)[1:-1]])
    problem = helmholtz_at(1.2, 1.3)
    source = helmholtz.source(problem, inner, inner).ravel()
    test = snapshots.T * weights
    expected = snapshots @ np.linalg.solve(test @ operator @ snapshots, test @ source)
    assert np.allclose(reduced.solve(problem), expected, atol=1e-8)
    for known, values in zip(train, snapshots.T, strict=True):
        assert np.allclose(reduced.solve(known), values, atol=1e-7)


def test_source_is_the_equation_applied_to_the_solution() -> None:
    problem = helmholtz_at(1.3, 2.7)
    nodes = helmholtz.nodes(40)
    second = helmholtz.second_derivative(40)
    u = problem.solution(tensor_product({"x": nodes, "y": nodes}))["u"].reshape(40, 40)
    found = helmholtz.source(problem, nodes, nodes)
    assert np.allclose(second @ u + u @ second.T + u, found, atol=1e-6 * np.abs(found).max())
    assert torch.get_default_dtype() == torch.float32


def test_matched_time_lies_between_the_resolutions() -> None:
    errors, seconds = [np.nan, 1e-1, 1e-3], [1.0, 2.0, 8.0]
    assert matched_seconds(1e-2, errors, seconds) == pytest.approx(4.0)
    assert matched_seconds(1e-3, errors, seconds) == pytest.approx(8.0)
    assert matched_seconds(0.5, errors, seconds) == 2.0
    assert matched_seconds(1e-4, errors, seconds) is None


def test_rungs_end_with_the_first_that_is_accurate_enough() -> None:
    parametric = Parametric("helmholtz", {"first_rate": (1.0, 1.4, 3), "second_rate": (1.0, 2.0, 3)})
    parameters = np.array([[1.1, 1.7], [1.3, 1.2]])
    axes, grid = parametric.at(parameters[0]).grid({"x": 9, "y": 9})
    exact = np.stack([parametric.at(values).solution(grid)["u"] for values in parameters])
    found = rungs(parametric, axes, parameters, exact, 1e-4)
    assert all(rung.error > 1e-4 for rung in found[:-1])
    assert found[-1].error <= 1e-4
    assert np.allclose(found[-1](parameters[1]), exact[1], atol=1e-3)
