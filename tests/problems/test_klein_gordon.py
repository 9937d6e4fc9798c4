import numpy as np
import pytest
import torch

from replication.problems import klein_gordon
from replication.problems.klein_gordon import KleinGordon


def relative(u: np.ndarray, exact: np.ndarray) -> float:
    return float(np.linalg.norm(u - exact) / np.linalg.norm(exact))


def points(problem: KleinGordon) -> np.ndarray:
    return problem.grid({"x": 37, "t": 41})[1]


@pytest.mark.parametrize("alpha", [-2.0, -1.37, -1.0])
def test_standing_wave_is_exact_when_beta_is_zero_and_gamma_one(alpha: float) -> None:
    problem = KleinGordon(alpha, 0.0, 1.0)
    x, t = points(problem).T
    assert relative(problem.solution(points(problem))["u"], x * np.cos(t)) < 1e-8


def test_reference_has_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grid is refined fourfold; second derivatives that jump leave the extrapolation its order of two or more."""
    problem = KleinGordon(-1.5, 0.5, 0.5)
    coarse = problem.solution(points(problem))["u"]
    monkeypatch.setattr(klein_gordon, "REFERENCE_CELLS", 2 * klein_gordon.REFERENCE_CELLS)
    middle = problem.solution(points(problem))["u"]
    monkeypatch.setattr(klein_gordon, "REFERENCE_CELLS", 2 * klein_gordon.REFERENCE_CELLS)
    fine = problem.solution(points(problem))["u"]
    assert relative(coarse, fine) < 1e-6
    assert relative(middle, fine) < relative(coarse, fine) / 4


def test_residual_of_the_reference_vanishes_where_it_is_smooth() -> None:
    """Fourth-order differences of the reference, put into the residual that networks are trained on."""
    problem, step = KleinGordon(-1.5, 0.5, 0.5), 0.02
    centres = np.random.default_rng(0).uniform((-0.3, 0.1), (0.3, 0.3), (50, 2))  # before the corners are felt

    def u(shift_x: int, shift_t: int) -> torch.Tensor:
        return torch.as_tensor(problem.solution(centres + step * np.array([shift_x, shift_t]))["u"])

    def second(axis: int) -> torch.Tensor:
        values = [u(*(k * (axis == 0), k * (axis == 1))) for k in (-2, -1, 0, 1, 2)]
        weights = (-1, 16, -30, 16, -1)
        return sum(w * v for w, v in zip(weights, values, strict=True)) / (12 * step**2)  # type: ignore[return-value]

    known = {"u": u(0, 0), "u_xx": second(0), "u_tt": second(1)}
    known |= {name: torch.as_tensor(centres[:, i]) for i, name in enumerate("xt")}
    (residual,) = problem.residual(lambda *names: tuple(known[name] for name in names)).values()
    assert residual.abs().max() < 1e-4


def test_conditions_agree_with_the_reference() -> None:
    problem = KleinGordon(-1.2, 0.3, 0.8)
    for condition in problem.conditions({"initial": 20, "boundary": 20}, np.random.default_rng(0)).values():
        assert np.allclose(problem.solution(condition.points)["u"], condition.values["u"], atol=1e-6)
