"""Allen-Cahn equation on a ring, whose interfaces sharpen as diffusion falls and reaction grows."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np

from replication.problems.problem import Array, Condition, Periodic, Prescribed, Problem, Values, uniform

MODES = 512
STEPS = 1000
"""Of the reference, which halving the step changes by less than 1e-7 (a test)."""


@dataclass(frozen=True)
class AllenCahnPeriodic(Problem):
    """u_t - λ u_xx + ε (u³ - u) = 0 on [-1, 1] x [0, 1]; u(x, 0) = x² cos(πx), u and u_x equal at both ends."""

    diffusion: float
    reaction: float

    coordinates = ("x", "t")
    fields = ("u",)
    low = (-1.0, 0.0)
    high = (1.0, 1.0)

    def residual(self, at: Values) -> dict[str, Any]:
        """u_t - λ u_xx + ε (u³ - u)."""
        u, u_t, u_xx = at("u", "u_t", "u_xx")
        return {"phase": u_t - self.diffusion * u_xx + self.reaction * (u * u * u - u)}

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Initial values at random x; u and u_x at one end and the other at random t."""
        initial = uniform((-1.0, 0.0), (1.0, 0.0), counts["initial"], random)
        left = uniform((-1.0, 0.0), (-1.0, 1.0), counts["boundary"], random)
        return {
            "initial": Prescribed(initial, {"u": initial_state(initial[:, 0])}),
            "boundary": Periodic(left, left * (-1.0, 1.0), ("u", "u_x")),
        }

    def solution(self, points: Array) -> dict[str, Array]:
        """Fourier modes in x, fourth-order exponential time differencing in t.

        ETDRK4 (Cox & Matthews 2002, J. Comput. Phys. 176, 430-455) with its coefficients by contour means (Kassam &
        Trefethen 2005, SIAM J. Sci. Comput. 26, 1214-1233). Between steps the modes are interpolated by cubic splines,
        between nodes the Fourier series is summed.
        """
        from scipy.interpolate import CubicSpline

        positions, column = np.unique(points[:, 0], return_inverse=True)
        times, row = np.unique(points[:, 1], return_inverse=True)
        modes = CubicSpline(np.linspace(0.0, 1.0, STEPS + 1), self._modes())(times)
        waves = np.exp(1j * pi * np.outer(np.arange(MODES // 2 + 1), positions + 1)) * (2.0 / MODES)
        waves[[0, -1]] /= 2
        return {"u": (modes @ waves).real[row, column]}

    def _modes(self) -> Array:
        """Return the real-input Fourier coefficients (steps + 1, modes / 2 + 1) on x = -1 + 2 j / modes."""
        step = 1.0 / STEPS
        linear = step * (self.reaction - self.diffusion * (pi * np.arange(MODES // 2 + 1)) ** 2)
        z = linear[:, None] + np.exp(2j * pi * (np.arange(32) + 0.5) / 32)
        e = np.exp(z)
        half = np.exp(linear / 2)
        inner = step * ((np.exp(z / 2) - 1) / z).mean(axis=1).real
        first = step * ((-4 - z + e * (4 - 3 * z + z**2)) / z**3).mean(axis=1).real
        middle = step * ((2 + z + e * (z - 2)) / z**3).mean(axis=1).real
        last = step * ((-4 - 3 * z - z**2 + e * (4 - z)) / z**3).mean(axis=1).real

        def force(modes: Array) -> Array:
            return -self.reaction * np.fft.rfft(np.fft.irfft(modes, MODES) ** 3)

        result = np.empty((STEPS + 1, MODES // 2 + 1), dtype=complex)
        result[0] = np.fft.rfft(initial_state(-1 + 2 * np.arange(MODES) / MODES))
        for n, u in enumerate(result[:-1]):
            at_start = force(u)
            a = half * u + inner * at_start
            at_a = force(a)
            b = half * u + inner * at_a
            at_b = force(b)
            c = half * a + inner * (2 * at_b - at_start)
            result[n + 1] = half**2 * u + first * at_start + 2 * middle * (at_a + at_b) + last * force(c)
        return result


def initial_state(x: Array) -> Array:
    """Return x² cos(πx)."""
    return x**2 * np.cos(pi * x)
