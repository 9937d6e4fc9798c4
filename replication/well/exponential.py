"""Exponential Runge-Kutta of fourth order (ETDRK4) for u_t = L u + N(u) in Fourier space, L diagonal and real.

Cox and Matthews 2002 in the stable form of Kassam and Trefethen 2005 (SIAM J. Sci. Comput. 26:1214): the linear part is
exact, so that its stiffness costs nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from replication.well.spectral import Complex, Real


@dataclass(frozen=True)
class ExponentialRungeKutta:
    """The scheme for one step size; spectra have the shape of `full`."""

    nonlinear: Callable[[Complex], Complex]
    full: Real
    """exp(L h), with h the step and L the linear symbol."""
    half: Real
    """exp(L h/2)."""
    stage: Real
    first: Real
    middle: Real
    last: Real

    @classmethod
    def of(cls, linear: Real, nonlinear: Callable[[Complex], Complex], step: float) -> "ExponentialRungeKutta":
        """Tabulate the coefficients by means over 32 points of a unit circle around each L h."""
        circle = np.exp(1j * np.pi * (np.arange(32) + 0.5) / 32)  # upper half: the symbols are real
        z = step * linear[..., None] + circle
        e = np.exp(z)

        def mean(values: Complex) -> Real:
            return step * values.mean(axis=-1).real

        return cls(
            nonlinear=nonlinear,
            full=np.exp(step * linear),
            half=np.exp(step / 2 * linear),
            stage=mean((np.exp(z / 2) - 1) / z),
            first=mean((-4 - z + e * (4 - 3 * z + z**2)) / z**3),
            middle=2 * mean((2 + z + e * (z - 2)) / z**3),
            last=mean((-4 - 3 * z - z**2 + e * (4 - z)) / z**3),
        )

    def step(self, u: Complex) -> Complex:
        """Advance the spectra by one step."""
        n_u = self.nonlinear(u)
        a = self.half * u + self.stage * n_u
        n_a = self.nonlinear(a)
        b = self.half * u + self.stage * n_a
        n_b = self.nonlinear(b)
        c = self.half * a + self.stage * (2 * n_b - n_u)
        n_c = self.nonlinear(c)
        return self.full * u + self.first * n_u + self.middle * (n_a + n_b) + self.last * n_c
