"""Empirical interpolation: points at which a few functions are told apart best."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

DEPENDENT = 1e-9
"""Largest remainder, relative to the function, at which it counts as a combination of the earlier ones."""


class Dependent(Exception):
    """The function is a combination of the earlier ones, so it has no point of its own."""


@dataclass
class EmpiricalInterpolation:
    """Basis q₁, q₂, ... with q_j(x_i) = 0 for i < j and q_j(x_j) = 1, built from functions ψ₁, ψ₂, ... on a grid (N,).

    `points` are indices into the grid, `basis` is (N, n) and `change` the upper triangular T with q = ψ T (Barrault,
    Maday, Nguyen & Patera 2004, C. R. Acad. Sci. Paris I 339, 667-672; S²GPT-PINN keeps this basis for its
    coefficients). Precision is that of the functions; float64 is what keeps nearly dependent ones apart.
    """

    points: list[int] = field(default_factory=list)
    basis: Tensor = field(default_factory=lambda: torch.empty(0, 0))
    change: Tensor = field(default_factory=lambda: torch.empty(0, 0))
    interpolated: Tensor = field(default_factory=lambda: torch.empty(0))
    """Coefficients in the earlier q of the newest function: where the next fit may start."""

    def add(self, function: Tensor) -> None:
        """Add a function (N,) with its point. Raises Dependent, and changes nothing, where it has none."""
        n = len(self.points)
        basis = self.basis if n else function.new_empty((len(function), 0))
        system = basis[self.points]
        coefficients = torch.linalg.solve_triangular(
            system, function[self.points][:, None], upper=False, unitriangular=True
        )[:, 0]
        remainder = function - basis @ coefficients
        point = int(remainder.abs().argmax())
        if not remainder[point].abs() > DEPENDENT * function.abs().max():
            raise Dependent(f"remainder {remainder[point].abs():.1e} of a function of {function.abs().max():.1e}")
        change = function.new_zeros((n + 1, n + 1))
        if n:
            change[:n, :n] = self.change
            change[:n, n] = -self.change @ coefficients
        change[n, n] = 1.0
        change[:, n] /= remainder[point]
        self.change = change
        self.basis = torch.cat([basis, (remainder / remainder[point])[:, None]], dim=1)
        self.points.append(point)
        self.interpolated = coefficients

    @property
    def sums(self) -> Tensor:
        """L (n,) with L·c = the sum of the coefficients of ψ, for coefficients c of q."""
        return self.change.sum(dim=0)

    def interpolate(self, values: Tensor) -> Tensor:
        """Return the function (N,) of the span that has given values (n,) at the points."""
        system = self.basis[self.points]
        found = torch.linalg.solve_triangular(system, values[:, None], upper=False, unitriangular=True)
        return self.basis @ found[:, 0]
