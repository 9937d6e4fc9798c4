"""Levenberg-Marquardt for sums of squares with up to a few thousand unknowns, in float64."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.linalg.blas import dsyrk
from torch import Tensor

FIRST_DAMPING = 1e-2
"""Relative to the diagonal of the normal matrix."""
SUCCESS, FAILURE = 1 / 5, 3.0
"""Factors of the damping after a step that lowers the loss, and after one that does not."""
LARGEST_DAMPING = 1e8
SMALLEST_DAMPING = 1e-15
FLOOR = 1e-6
"""Smallest diagonal entry relative to the largest: a weight without influence is damped too."""
PROBE = 0.1
"""Share of the step over which its curvature is probed."""
LARGEST_ACCELERATION = 0.75
"""Largest 2 |a| / |d| at which the correction is trusted (Transtrum & Sethna)."""


class SumOfSquares(Protocol):
    """A function r(p) of a point p (P,) whose squares are to be summed."""

    def rows(self, point: Tensor) -> Tensor:
        """Return r (N,)."""
        ...

    def linearised(self, point: Tensor) -> tuple[Tensor, Tensor]:
        """Return r (N,) and ∂r/∂p (N, P)."""
        ...


Solve = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class _Normal:
    """(JᵀJ + λ D)⁻¹ Jᵀ v by Cholesky factors of the normal matrix, for more rows than unknowns."""

    jacobian: Tensor
    matrix: np.ndarray
    diagonal: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, jacobian: Tensor) -> "_Normal":
        matrix = dsyrk(1.0, jacobian.numpy().T, lower=1)
        diagonal = np.diagonal(matrix).copy()
        return cls(jacobian, matrix, diagonal, _floored(diagonal))

    def damped(self, damping: float) -> Solve:
        """Return v -> (JᵀJ + λ D)⁻¹ Jᵀ v. Raises LinAlgError where the matrix is not positive definite."""
        np.fill_diagonal(self.matrix, self.diagonal + damping * self.scale)
        factor = cho_factor(self.matrix, lower=True, check_finite=False)
        return lambda v: torch.as_tensor(cho_solve(factor, (self.jacobian.T @ v).numpy(), check_finite=False))


@dataclass(frozen=True)
class _Gram:
    """The same as D⁻¹Jᵀ (J D⁻¹ Jᵀ + λ)⁻¹ v, for fewer rows than unknowns."""

    jacobian: Tensor
    matrix: np.ndarray
    diagonal: np.ndarray
    scale: Tensor

    @classmethod
    def of(cls, jacobian: Tensor) -> "_Gram":
        scale = torch.as_tensor(_floored(jacobian.square().sum(dim=0).numpy()))
        matrix = dsyrk(1.0, (jacobian * scale.rsqrt()).numpy().T, trans=1, lower=1)
        return cls(jacobian, matrix, np.diagonal(matrix).copy(), scale)

    def damped(self, damping: float) -> Solve:
        """Return v -> D⁻¹Jᵀ (J D⁻¹ Jᵀ + λ)⁻¹ v. Raises LinAlgError where the matrix is not positive definite."""
        np.fill_diagonal(self.matrix, self.diagonal + damping)
        factor = cho_factor(self.matrix, lower=True, check_finite=False)

        def solve(v: Tensor) -> Tensor:
            return self.jacobian.T @ torch.as_tensor(cho_solve(factor, v.numpy(), check_finite=False)) / self.scale

        return solve


def _floored(diagonal: np.ndarray) -> np.ndarray:
    """Return D: the diagonal of JᵀJ, its smallest entries raised."""
    return np.maximum(diagonal, FLOOR * diagonal.max(initial=0.0))


@dataclass
class GaussNewton:
    """Minimises |r(p)|²: `advance` makes one step that lowers it, or says that there is none.

    The step d solves (JᵀJ + λ D) d = -Jᵀr with D the diagonal of JᵀJ (Marquardt 1963, SIAM J. Appl. Math. 11, 431-441).
    It is bent along the valley by the second-order correction a, (JᵀJ + λ D) a = -Jᵀ r''(d, d), as d + a/2 (geodesic
    acceleration: Transtrum & Sethna 2012, arXiv:1201.5885); r''(d, d) costs one evaluation of r, the factorisation is
    there already. On networks it saves about two thirds of the steps. With fewer rows than unknowns the same step comes
    from a system of as many equations as rows, which makes steps on few, often redrawn points cheap.
    """

    function: SumOfSquares
    point: Tensor
    damping: float = FIRST_DAMPING
    steps: int = 0
    rejected: int = 0

    def __post_init__(self) -> None:
        self.loss = self._loss(self.point)

    def replace(self, function: SumOfSquares) -> None:
        """Go on with another function of the same unknowns, such as the rows at other points."""
        self.function = function
        self.loss = self._loss(self.point)

    def advance(self) -> bool:
        """Make one step; False, and no change, where no damping lowers the loss."""
        rows, jacobian = self.function.linearised(self.point)
        system = (_Gram if len(rows) < len(self.point) else _Normal).of(jacobian)
        while self.damping <= LARGEST_DAMPING:
            trial = self._trial(system, rows)
            if trial is not None:
                loss = self._loss(trial)
                if loss < self.loss:
                    self.point, self.loss = trial, loss
                    self.damping = max(self.damping * SUCCESS, SMALLEST_DAMPING)
                    self.steps += 1
                    return True
            self.damping *= FAILURE
            self.rejected += 1
        self.damping = FIRST_DAMPING
        return False

    def _trial(self, system: "_Normal | _Gram", rows: Tensor) -> Tensor | None:
        """Return the damped, accelerated step's end; None where the matrix is not positive definite."""
        try:
            solve = system.damped(self.damping)
        except LinAlgError:
            return None
        step = -solve(rows)
        change = (self.function.rows(self.point + PROBE * step) - rows) / PROBE
        curvature = 2 / PROBE * (change - system.jacobian @ step)
        correction = -solve(curvature)
        if torch.isfinite(correction).all() and 2 * correction.norm() <= LARGEST_ACCELERATION * step.norm():
            step = step + correction / 2
        return self.point + step

    def _loss(self, point: Tensor) -> float:
        rows = self.function.rows(point)
        return float(torch.dot(rows, rows))

    def state(self) -> dict[str, Tensor]:
        """Return all that the next step depends on but the function."""
        return {
            "point": self.point,
            "damping": torch.tensor(self.damping, dtype=torch.float64),
            "counts": torch.tensor([self.steps, self.rejected]),
        }

    @classmethod
    def from_state(cls, function: SumOfSquares, state: dict[str, Tensor]) -> "GaussNewton":
        """Continue from what `state` returned."""
        steps, rejected = (int(count) for count in state["counts"])
        return cls(function, state["point"], float(state["damping"]), steps, rejected)
