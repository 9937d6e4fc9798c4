"""Reaction and diffusion of even functions on [-1, 1], solved in cosine series: the reference where no formula exists.

Space: w(x, t) = Σ_k a_k(t) cos((k + shift)πx). With shift 0 the slope vanishes at x = ±1, so w is even and 2-periodic;
with shift 1/2 the value vanishes there. Time: exponential differencing of order four, which treats diffusion exactly
(Cox and Matthews 2002, J. Comput. Phys. 176, 430; coefficients by contour integrals as in Kassam and Trefethen 2005,
SIAM J. Sci. Comput. 26, 1214). All in float64.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, pi

import numpy as np
from scipy.fft import dct, idct
from scipy.interpolate import CubicHermiteSpline

Array = np.ndarray

CONTOUR_POINTS = 32


@dataclass(frozen=True)
class ReactionDiffusion:
    """w_t = D w_xx + R(w) for fields w (m, ...) on [-1, 1] with w(·, 0) even.

    `diffusions` holds D of each field; `reaction` maps nodal values (m, n) to (m, n). `shift` is 0 or 1/2, `modes` is
    n, `step` the time step. The nodes are x_j = (j + 1/2) / n on half the interval.
    """

    diffusions: tuple[float, ...]
    reaction: Callable[[Array], Array]
    shift: float
    modes: int
    step: float

    def solve(self, initial: Callable[[Array], Array], end: float) -> "CosineSeries":
        """Integrate from `initial`, a function of x (n,) to (m, n), over at least [0, end]."""
        nodes = (np.arange(self.modes) + 0.5) / self.modes
        wavenumbers = pi * (np.arange(self.modes) + self.shift)
        linear = -np.outer(self.diffusions, wavenumbers**2)
        kind = 2 if self.shift == 0 else 4

        def forward(values: Array) -> Array:
            return dct(values, type=kind)

        def reaction(amplitudes: Array) -> Array:
            return forward(self.reaction(idct(amplitudes, type=kind)))

        h = self.step
        decay, half_decay = np.exp(h * linear), np.exp(h * linear / 2)
        half, first, middle, last = _coefficients(h, linear)
        a = forward(initial(nodes))
        amplitudes, rates = [a], [linear * a + reaction(a)]
        for _ in range(max(1, ceil(end / h - 1e-9))):
            n_a = reaction(a)
            b = half_decay * a + half * n_a
            n_b = reaction(b)
            c = half_decay * a + half * n_b
            n_c = reaction(c)
            d = half_decay * b + half * (2 * n_c - n_a)
            a = decay * a + first * n_a + middle * (n_b + n_c) + last * reaction(d)
            amplitudes.append(a)
            rates.append(linear * a + reaction(a))
        # scipy's transforms are sums over nodes; this turns them into the series' own coefficients.
        weights = np.full(self.modes, 1.0 / self.modes)
        if self.shift == 0:
            weights[0] /= 2
        times = h * np.arange(len(amplitudes))
        return CosineSeries(wavenumbers, CubicHermiteSpline(times, weights * amplitudes, weights * rates))


@dataclass(frozen=True)
class CosineSeries:
    """A solution: `wavenumbers` (n,) and the amplitudes (m, n) as a function of time.

    Between time steps the amplitudes are cubic Hermite polynomials with the equation's own slopes, of order four like
    the steps.
    """

    wavenumbers: Array
    amplitudes: CubicHermiteSpline

    def __call__(self, x: Array, t: Array) -> Array:
        """Return the fields (m, N) at points x (N,), t (N,)."""
        times, which = np.unique(t, return_inverse=True)
        values = np.empty((self.amplitudes(0.0).shape[0], len(x)))
        for index, time in enumerate(times):
            chosen = which == index
            values[:, chosen] = self.amplitudes(time) @ np.cos(np.outer(self.wavenumbers, x[chosen]))
        return values


def _coefficients(h: float, linear: Array) -> tuple[Array, Array, Array, Array]:
    """Return h φ-functions of hL: (e^{z/2} - 1)/z and the three weights of the stages, each a mean over a circle."""
    circle = np.exp(1j * pi * (np.arange(CONTOUR_POINTS) + 0.5) / CONTOUR_POINTS)
    z = h * linear[..., None] + circle
    e = np.exp(z)
    half = (np.exp(z / 2) - 1) / z
    first = (-4 - z + e * (4 - 3 * z + z**2)) / z**3
    middle = 2 * (2 + z + e * (z - 2)) / z**3
    last = (-4 - 3 * z - z**2 + e * (4 - z)) / z**3
    return tuple(h * values.real.mean(axis=-1) for values in (half, first, middle, last))
