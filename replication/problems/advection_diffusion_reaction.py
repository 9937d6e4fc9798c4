"""Advection, diffusion and reaction on a ring, with five coefficients to vary."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

import numpy as np
from scipy.integrate import solve_ivp

from replication.problems.problem import Array, Condition, Periodic, Prescribed, Problem, Values, uniform

NODES = 48
"""Points of the reference solution's grid: relative error below 1e-7 for diffusion of 0.05 and more (a test)."""
TOLERANCE = 1e-11


@dataclass(frozen=True)
class AdvectionDiffusionReaction(Problem):
    """u_t + a u_x = D u_xx + r u - s u³ + f cos(πx) on [-1, 1] x [0, 1]; u(x, 0) = sin(πx), u and u_x periodic in x.

    Without saturation (s = 0) the solution has one frequency: u = 2 Re(c(t) e^{iπx}) with c' = λ c + f/2,
    λ = r - Dπ² - iaπ, c(0) = 1/2i.
    """

    speed: float
    diffusion: float
    growth: float
    saturation: float
    forcing: float

    coordinates = ("x", "t")
    fields = ("u",)
    low = (-1.0, 0.0)
    high = (1.0, 1.0)

    def residual(self, at: Values) -> dict[str, Array]:
        """u_t + a u_x - D u_xx - r u + s u³ - f cos(πx)."""
        import torch

        u, u_t, u_x, u_xx, x = at("u", "u_t", "u_x", "u_xx", "x")
        reaction = self.growth * u - self.saturation * u * u * u + self.forcing * torch.cos(pi * x)
        return {"balance": u_t + self.speed * u_x - self.diffusion * u_xx - reaction}

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Initial values at random x; equal values and slopes at both ends at random t."""
        initial = uniform((-1.0, 0.0), (1.0, 0.0), counts["initial"], random)
        right = uniform((1.0, 0.0), (1.0, 1.0), counts["boundary"], random)
        return {
            "initial": Prescribed(initial, {"u": np.sin(pi * initial[:, 0])}),
            "boundary": Periodic(right * (-1.0, 1.0), right, ("u", "u_x")),
        }

    def solution(self, points: Array) -> dict[str, Array]:
        """Fourier collocation in space, an eighth-order Runge-Kutta method (Dormand & Prince) in time."""
        x, t = points.T
        nodes = -1 + 2 * np.arange(NODES) / NODES
        rates = 1j * pi * np.arange(NODES // 2 + 1)
        linear = self.diffusion * rates**2 - self.speed * rates + self.growth
        linear[-1] = linear[-1].real  # the highest frequency has no derivative on the grid
        source = self.forcing * np.cos(pi * nodes)

        def slope(_: float, u: Array) -> Array:
            return np.fft.irfft(linear * np.fft.rfft(u), NODES) - self.saturation * u**3 + source

        times, place = np.unique(t, return_inverse=True)
        start = np.sin(pi * nodes)
        solved = solve_ivp(slope, (0, max(1.0, times[-1])), start, "DOP853", times, rtol=TOLERANCE, atol=TOLERANCE)
        modes = np.fft.rfft(solved.y.T)[place] / NODES
        modes[:, 1:-1] *= 2
        waves = np.exp(1j * pi * np.outer(x + 1, np.arange(NODES // 2 + 1)))
        return {"u": (modes * waves).real.sum(axis=1)}
