"""Helmholtz equation with a manufactured solution that oscillates at two chosen rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

import numpy as np
import torch
from torch import Tensor

from replication.problems.problem import Array, Condition, Prescribed, Problem, Values, uniform


@dataclass(frozen=True)
class Helmholtz(Problem):
    """u_xx + u_yy + k² u = q on [-1, 1]², u = 0 on the boundary; q belongs to u = p(x; a₁) p(y; a₂).

    p(s; a) = (s² - 1) sin(aπs).
    """

    first_rate: float
    second_rate: float
    wavenumber: float = 1.0

    coordinates = ("x", "y")
    fields = ("u",)
    low = (-1.0, -1.0)
    high = (1.0, 1.0)

    def residual(self, at: Values) -> dict[str, Tensor]:
        """u_xx + u_yy + k² u - q."""
        u, u_xx, u_yy, x, y = at("u", "u_xx", "u_yy", "x", "y")
        along_x, along_y = profile(x, self.first_rate), profile(y, self.second_rate)
        source = curvature(x, self.first_rate) * along_y + along_x * curvature(y, self.second_rate)
        source = source + self.wavenumber**2 * along_x * along_y
        return {"wave": u_xx + u_yy + self.wavenumber**2 * u - source}

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Zero values at random points, a quarter of them on each side."""
        boundary = uniform(self.low, self.high, counts["boundary"], random)
        for start, (axis, end) in enumerate([(0, -1.0), (0, 1.0), (1, -1.0), (1, 1.0)]):
            boundary[start::4, axis] = end
        return {"boundary": Prescribed(boundary, {"u": np.zeros(len(boundary))})}

    def solution(self, points: Array) -> dict[str, Array]:
        """The exact solution p(x; a₁) p(y; a₂)."""
        x, y = torch.as_tensor(points, dtype=torch.float64).T
        return {"u": (profile(x, self.first_rate) * profile(y, self.second_rate)).numpy()}


def profile(s: Tensor, rate: float) -> Tensor:
    """p(s; a) = (s² - 1) sin(aπs)."""
    return (s * s - 1) * torch.sin(rate * pi * s)


def curvature(s: Tensor, rate: float) -> Tensor:
    """p''(s; a) = (2 - (aπ)² (s² - 1)) sin(aπs) + 4aπs cos(aπs)."""
    angle = rate * pi * s
    return (2 - (rate * pi) ** 2 * (s * s - 1)) * torch.sin(angle) + 4 * rate * pi * s * torch.cos(angle)
