"""Levenberg-Marquardt for sums of squares with up to a few thousand unknowns, in float64."""

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


@dataclass
class GaussNewton:
    """Minimises |r(p)|²: `advance` makes one step that lowers it, or says that there is none.

    The step d solves (JᵀJ + λ D) d = -Jᵀr with D the diagonal of JᵀJ (Marquardt 1963, SIAM J. Appl. Math. 11, 431-441).
    It is bent along the valley by the second-order correction a, (JᵀJ + λ D) a = -Jᵀ r''(d, d), as d + a/2 (geodesic
    acceleration: Transtrum & Sethna 2012, arXiv:1201.5885); r''(d, d) costs one evaluation of r, the factorisation is
    there already. On networks it saves about two thirds of the steps.
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
        gradient = (jacobian.T @ rows).numpy()
        normal = dsyrk(1.0, jacobian.numpy().T, lower=1)
        diagonal = np.diagonal(normal).copy()
        scale = np.maximum(diagonal, FLOOR * diagonal.max(initial=0.0))
        while self.damping <= LARGEST_DAMPING:
            trial = self._trial(normal, diagonal + self.damping * scale, gradient, rows, jacobian)
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

    def _trial(
        self, normal: np.ndarray, diagonal: np.ndarray, gradient: np.ndarray, rows: Tensor, jacobian: Tensor
    ) -> Tensor | None:
        """Return the damped, accelerated step's end; None where the normal matrix is not positive definite."""
        np.fill_diagonal(normal, diagonal)
        try:
            factor = cho_factor(normal, lower=True, check_finite=False)
        except LinAlgError:
            return None
        step = torch.as_tensor(-cho_solve(factor, gradient, check_finite=False))
        change = (self.function.rows(self.point + PROBE * step) - rows) / PROBE
        curvature = 2 / PROBE * (change - jacobian @ step)
        correction = torch.as_tensor(-cho_solve(factor, (jacobian.T @ curvature).numpy(), check_finite=False))
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
