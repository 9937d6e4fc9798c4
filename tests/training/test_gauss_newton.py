from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from replication.training.gauss_newton import GaussNewton, _Gram, _Normal


class Linear:
    """r = A p - b."""

    def __init__(self, rows: int, unknowns: int) -> None:
        random = np.random.default_rng(0)
        self.matrix = torch.as_tensor(random.normal(size=(rows, unknowns)))
        self.target = torch.as_tensor(random.normal(size=rows))

    def rows(self, point: Tensor) -> Tensor:
        return self.matrix @ point - self.target

    def linearised(self, point: Tensor) -> tuple[Tensor, Tensor]:
        return self.rows(point), self.matrix


class Rosenbrock:
    """r = (10 (y - x²), 1 - x): a curved valley down to zero at (1, 1)."""

    def rows(self, point: Tensor) -> Tensor:
        x, y = point
        return torch.stack([10 * (y - x * x), 1 - x])

    def linearised(self, point: Tensor) -> tuple[Tensor, Tensor]:
        return self.rows(point), torch.autograd.functional.jacobian(self.rows, point)


def test_linear_least_squares_is_solved_exactly() -> None:
    problem = Linear(40, 12)
    optimiser = GaussNewton(problem, torch.zeros(12, dtype=torch.float64))
    while optimiser.advance():
        pass
    expected = torch.linalg.lstsq(problem.matrix, problem.target).solution
    assert torch.allclose(optimiser.point, expected, atol=1e-8)
    assert optimiser.steps < 30


def test_errors_are_squared_near_a_solution_without_residual() -> None:
    optimiser = GaussNewton(Rosenbrock(), torch.tensor([0.9, 0.85], dtype=torch.float64), damping=1e-15)
    errors = []
    for _ in range(5):
        if not optimiser.advance():
            break
        errors.append(float((optimiser.point - 1).norm()))
    assert errors[-1] < 1e-12
    assert len(errors) <= 4


def test_loss_never_rises_and_end_is_said() -> None:
    optimiser = GaussNewton(Rosenbrock(), torch.tensor([-1.2, 1.0], dtype=torch.float64))
    losses = [optimiser.loss]
    while optimiser.advance() and len(losses) < 200:
        losses.append(optimiser.loss)
    assert all(later < earlier for earlier, later in pairwise(losses))
    assert len(losses) < 200
    assert optimiser.loss == pytest.approx(0, abs=1e-20)


def test_goes_on_bit_for_bit() -> None:
    whole = GaussNewton(Rosenbrock(), torch.tensor([-1.2, 1.0], dtype=torch.float64))
    for _ in range(8):
        whole.advance()
    part = GaussNewton(Rosenbrock(), torch.tensor([-1.2, 1.0], dtype=torch.float64))
    for _ in range(3):
        part.advance()
    again = GaussNewton.from_state(Rosenbrock(), part.state())
    for _ in range(5):
        again.advance()
    assert torch.equal(whole.point, again.point)
    assert whole.loss == again.loss


def test_another_function_brings_its_own_loss() -> None:
    first, second = Linear(40, 12), Linear(30, 12)
    optimiser = GaussNewton(first, torch.zeros(12, dtype=torch.float64))
    optimiser.replace(second)
    assert optimiser.loss == pytest.approx(float(second.target.square().sum()))
    while optimiser.advance():
        pass
    expected = torch.linalg.lstsq(second.matrix, second.target).solution
    assert torch.allclose(optimiser.point, expected, atol=1e-8)


def test_step_is_the_same_from_rows_and_from_unknowns() -> None:
    """(JᵀJ + λD)⁻¹Jᵀ = D⁻¹Jᵀ(J D⁻¹Jᵀ + λ)⁻¹, whichever side is shorter."""
    problem = Linear(9, 12)
    v = torch.as_tensor(np.random.default_rng(1).normal(size=9))
    for damping in (1.0, 1e-3):
        steps = [system.of(problem.matrix).damped(damping)(v) for system in (_Normal, _Gram)]
        assert torch.allclose(*steps, rtol=1e-9)


def test_fewer_rows_than_unknowns_are_all_met() -> None:
    problem = Linear(9, 12)
    optimiser = GaussNewton(problem, torch.zeros(12, dtype=torch.float64))
    while optimiser.loss > 1e-20 and optimiser.advance():
        pass
    assert optimiser.loss < 1e-20
