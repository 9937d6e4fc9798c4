"""Nonlinear Klein-Gordon equation whose solution stays within a standing wave's initial and boundary data."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import torch
from scipy.interpolate import RectBivariateSpline

from replication.problems.problem import Array, Condition, Prescribed, Problem, Values, uniform

REFERENCE_CELLS = 100
"""Cells along x of the coarser of the two reference grids: relative L2 error below 1e-6 (a test)."""


@dataclass(frozen=True)
class KleinGordon(Problem):
    """u_tt + α u_xx + β u + γ u² + x cos t - x² cos² t = 0 on [-1, 1] x [0, 5].

    u(x, 0) = x, u_t(x, 0) = 0, u(±1, t) = ±cos t. The wave travels at √-α, so α is negative. For β = 0, γ = 1 the
    solution is x cos t whatever α; elsewhere the data are compatible at the corners to first order only, and second
    derivatives jump along the characteristics that start there.
    """

    alpha: float
    beta: float
    gamma: float

    coordinates = ("x", "t")
    fields = ("u",)
    low = (-1.0, 0.0)
    high = (1.0, 5.0)

    def residual(self, at: Values) -> dict[str, torch.Tensor]:
        """u_tt + α u_xx + β u + γ u² + x cos t - x² cos² t."""
        u, u_xx, u_tt, x, t = at("u", "u_xx", "u_tt", "x", "t")
        wave = x * torch.cos(t)
        return {"wave": u_tt + self.alpha * u_xx + self.beta * u + self.gamma * u * u + wave - wave * wave}

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Initial values and velocities at random x; boundary values at random t, half of them at either end."""
        initial = uniform((-1.0, 0.0), (1.0, 0.0), counts["initial"], random)
        boundary = uniform((1.0, 0.0), (1.0, 5.0), counts["boundary"], random)
        boundary[::2, 0] = -1.0
        return {
            "initial": Prescribed(initial, {"u": initial[:, 0], "u_t": np.zeros(len(initial))}),
            "boundary": Prescribed(boundary, {"u": boundary[:, 0] * np.cos(boundary[:, 1])}),
        }

    def solution(self, points: Array) -> dict[str, Array]:
        """Leap-frog on two grids, extrapolated to fourth order (Richardson)."""
        coarse, fine = (
            self._leap_frog(cells)(*points.T, grid=False) for cells in (REFERENCE_CELLS, 2 * REFERENCE_CELLS)
        )
        return {"u": (4 * fine - coarse) / 3}

    def _leap_frog(self, cells: int) -> RectBivariateSpline:
        """Leap-frog with Δx = √-α Δt, which carries the wave along grid diagonals without dispersion.

        u(t + Δt) + u(t - Δt) = u(x + Δx) + u(x - Δx) - Δt² (β u + γ u² + x cos t - x² cos² t). The even continuation to
        t < 0 is a solution too, which gives the first step, and makes the error even in Δt. Returns the bicubic spline.
        """
        x = np.linspace(-1.0, 1.0, cells + 1)
        step = (x[1] - x[0]) / sqrt(-self.alpha)
        times = step * np.arange(int(np.ceil(self.high[1] / step)) + 1)
        u = np.empty((len(times), len(x)))
        u[0] = x
        for n, t in enumerate(times[:-1]):
            inner, wave = u[n, 1:-1], x[1:-1] * np.cos(t)
            force = self.beta * inner + self.gamma * inner**2 + wave - wave**2
            both = u[n, 2:] + u[n, :-2] - step**2 * force
            u[n + 1, 1:-1] = both - u[n - 1, 1:-1] if n else both / 2
            u[n + 1, [0, -1]] = x[[0, -1]] * np.cos(times[n + 1])
        return RectBivariateSpline(x, times, u.T, kx=3, ky=3)
