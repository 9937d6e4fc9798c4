"""Pseudo-spectral tools for a doubly periodic box: derivatives, dealiasing and an integrating-factor Runge-Kutta step.

Real fields f of shape (..., nx, ny) are held as the half spectrum of `scipy.fft.rfft2`, shape (..., nx, ny//2 + 1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class FourierGrid:
    """A periodic box of `lengths` with `shape` points, both (x, y)."""

    shape: tuple[int, int]
    lengths: tuple[float, float]

    def transform(self, values: Real) -> Complex:
        """Half spectrum of real fields (..., nx, ny)."""
        return scipy.fft.rfft2(values)

    def values(self, spectrum: Complex) -> Real:
        """Fields (..., nx, ny) of half spectra."""
        return scipy.fft.irfft2(spectrum, s=self.shape)

    @cached_property
    def ikx(self) -> Complex:
        """Symbol of d/dx, (nx, 1); zero at the Nyquist wavenumber, whose first derivative is not real."""
        return self._symbol(scipy.fft.fftfreq(self.shape[0]), 0)[:, None]

    @cached_property
    def iky(self) -> Complex:
        """Symbol of d/dy, (1, ny//2 + 1)."""
        return self._symbol(scipy.fft.rfftfreq(self.shape[1]), 1)[None, :]

    def _symbol(self, cycles_per_point: Real, axis: int) -> Complex:
        points = self.shape[axis]
        symbol: Complex = np.multiply(2j * np.pi * points / self.lengths[axis], cycles_per_point)
        if points % 2 == 0:
            symbol[points // 2] = 0
        return symbol

    @cached_property
    def k_squared(self) -> Real:
        """Symbol of the negative Laplacian, kx² + ky²."""
        return (-(self.ikx**2) - self.iky**2).real

    @cached_property
    def inverse_k_squared(self) -> Real:
        """Inverse of the negative Laplacian on fields of zero mean; zero where k = 0."""
        return np.divide(1.0, self.k_squared, out=np.zeros_like(self.k_squared), where=self.k_squared > 0)

    def dealias(self, spectrum: Complex) -> Complex:
        """Keep wavenumbers below two thirds of the Nyquist wavenumber in both directions (Orszag 1971)."""
        return spectrum * self._kept

    @cached_property
    def _kept(self) -> Real:
        x = np.abs(scipy.fft.fftfreq(self.shape[0]))[:, None] < 1 / 3
        y = scipy.fft.rfftfreq(self.shape[1])[None, :] < 1 / 3
        return (x & y).astype(float)


def integrating_factor_rk4(
    state: Complex, nonlinear: Callable[[Complex], Complex], half_decay: Real, step: float
) -> Complex:
    """Advance u_t = -L u + N(u) by `step` with fourth-order Runge-Kutta on exp(L t) u; `half_decay` is exp(-L step/2).

    The linear term is exact (Canuto et al. 2006, Spectral Methods, appendix D).
    """
    decay = half_decay**2
    first = nonlinear(state)
    second = nonlinear((state + step / 2 * first) * half_decay)
    third = nonlinear(state * half_decay + step / 2 * second)
    fourth = nonlinear(state * decay + step * third * half_decay)
    return (state + step / 6 * first) * decay + step / 3 * (second + third) * half_decay + step / 6 * fourth
