"""Incompressible flow in a channel: periodic in x, no-slip walls at both ends of y, on a staggered grid.

Second-order central differences in conservative form (Harlow and Welch 1965), which conserve kinetic energy but for
viscosity. A velocity is an array (2, nx, ny): u[i, j] on the left face of cell (i, j), v[i, j] on its lower face;
v[:, 0] lies on the lower wall and is zero, as is v on the upper wall, which is not stored. Float64 throughout.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.fft
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Channel:
    """A grid of `shape` cells on a box of `lengths`, both (x, y)."""

    shape: tuple[int, int]
    lengths: tuple[float, float]

    @property
    def spacing(self) -> tuple[float, float]:
        """Cell sizes (dx, dy)."""
        return self.lengths[0] / self.shape[0], self.lengths[1] / self.shape[1]

    @property
    def centres(self) -> tuple[Real, Real]:
        """Coordinates of the cell centres, (nx,) and (ny,), from (0, 0) on."""
        (nx, ny), (dx, dy) = self.shape, self.spacing
        return np.linspace(dx / 2, self.lengths[0] - dx / 2, nx), np.linspace(dy / 2, self.lengths[1] - dy / 2, ny)

    @cached_property
    def _inverse_laplacian(self) -> Real:
        """Symbol under FFT in x and DCT-II in y of the inverse five-point Laplacian; zero for the mean."""
        (nx, ny), (dx, dy) = self.shape, self.spacing
        x = (2 * np.cos(2 * np.pi * np.arange(nx // 2 + 1) / nx) - 2) / dx**2
        y = (2 * np.cos(np.pi * np.arange(ny) / ny) - 2) / dy**2
        symbol = x[:, None] + y
        symbol[0, 0] = np.inf
        return 1 / symbol

    def solve_poisson(self, source: Real) -> Real:
        """Solution of zero mean of the five-point Poisson equation with zero normal derivative at the walls."""
        spectrum = scipy.fft.rfft(scipy.fft.dct(source, axis=1), axis=0) * self._inverse_laplacian
        return scipy.fft.idct(scipy.fft.irfft(spectrum, n=self.shape[0], axis=0), axis=1)

    def project(self, velocity: Real) -> tuple[Real, Real]:
        """Split a velocity or its rate f into f - grad p without divergence and p, both returned."""
        pressure = self.solve_poisson(divergence(velocity, *self.spacing))
        return velocity - gradient(pressure, *self.spacing), pressure

    def largest_courant_rate(self, velocity: Real) -> float:
        """Return max|u|/dx + max|v|/dy."""
        return float(np.abs(velocity[0]).max() / self.spacing[0] + np.abs(velocity[1]).max() / self.spacing[1])

    def largest_diffusion_rate(self, diffusivity: float) -> float:
        """Largest eigenvalue of the negative five-point Laplacian times `diffusivity`."""
        return diffusivity * (4 / self.spacing[0] ** 2 + 4 / self.spacing[1] ** 2)


def at_centres(velocity: Real) -> Real:
    """Velocity at cell centres, (2, nx, ny), by averaging opposite faces."""
    u, v = velocity
    above = np.concatenate([v[:, 1:], np.zeros_like(v[:, :1])], axis=1)
    return np.stack([(u + np.roll(u, -1, axis=0)) / 2, (v + above) / 2])


@njit(cache=True, error_model="numpy")
def divergence(velocity: Real, dx: float, dy: float) -> Real:
    """Divergence at cell centres."""
    u, v = velocity[0], velocity[1]
    nx, ny = u.shape
    result = np.empty((nx, ny))
    for i in range(nx):
        east = (i + 1) % nx
        for j in range(ny - 1):
            result[i, j] = (u[east, j] - u[i, j]) / dx + (v[i, j + 1] - v[i, j]) / dy
        result[i, ny - 1] = (u[east, ny - 1] - u[i, ny - 1]) / dx - v[i, ny - 1] / dy
    return result


@njit(cache=True, error_model="numpy")
def gradient(values: Real, dx: float, dy: float) -> Real:
    """Gradient of cell values on the faces; zero on the walls."""
    nx, ny = values.shape
    result = np.empty((2, nx, ny))
    for i in range(nx):
        for j in range(ny):
            result[0, i, j] = (values[i, j] - values[i - 1, j]) / dx
        result[1, i, 0] = 0.0
        for j in range(1, ny):
            result[1, i, j] = (values[i, j] - values[i, j - 1]) / dy
    return result


@njit(cache=True, error_model="numpy")
def momentum_rate(velocity: Real, viscosity: float, dx: float, dy: float) -> Real:
    """Return -div(u u) + viscosity Lap u on the faces; zero for v on the wall."""
    nx, ny = velocity.shape[1:]
    u, v = np.empty((nx + 2, ny + 2)), np.zeros((nx + 2, ny + 1))  # with ghosts: u antisymmetric at the walls, v = 0
    u[1:-1, 1:-1] = velocity[0]
    u[:, 0], u[:, -1] = -u[:, 1], -u[:, -2]
    u[0], u[-1] = u[-2], u[1]
    v[1:-1, :-1] = velocity[1]
    v[0], v[-1] = v[-2], v[1]
    rate = np.zeros((2, nx, ny))
    for i in range(1, nx + 1):
        for j in range(1, ny + 1):
            east, west = (u[i, j] + u[i + 1, j]) / 2, (u[i - 1, j] + u[i, j]) / 2
            above = (u[i, j] + u[i, j + 1]) / 2 * (v[i - 1, j] + v[i, j]) / 2
            below = (u[i, j - 1] + u[i, j]) / 2 * (v[i - 1, j - 1] + v[i, j - 1]) / 2
            second_x = (u[i + 1, j] - 2 * u[i, j] + u[i - 1, j]) / dx**2
            second_y = (u[i, j + 1] - 2 * u[i, j] + u[i, j - 1]) / dy**2
            advection = (east * east - west * west) / dx + (above - below) / dy
            rate[0, i - 1, j - 1] = viscosity * (second_x + second_y) - advection
        for j in range(1, ny):
            right = (u[i + 1, j] + u[i + 1, j + 1]) / 2 * (v[i, j] + v[i + 1, j]) / 2
            left = (u[i, j] + u[i, j + 1]) / 2 * (v[i - 1, j] + v[i, j]) / 2
            upper, lower = (v[i, j] + v[i, j + 1]) / 2, (v[i, j - 1] + v[i, j]) / 2
            second_x = (v[i + 1, j] - 2 * v[i, j] + v[i - 1, j]) / dx**2
            second_y = (v[i, j + 1] - 2 * v[i, j] + v[i, j - 1]) / dy**2
            advection = (right - left) / dx + (upper * upper - lower * lower) / dy
            rate[1, i - 1, j] = viscosity * (second_x + second_y) - advection
    return rate


def strong_stability_preserving_rk3(state: Real, rate: Callable[[Real], Real], step: float) -> Real:
    """Advance by one step of the third-order Runge-Kutta method of Shu and Osher (1988)."""
    first = state + step * rate(state)
    second = 0.75 * state + 0.25 * (first + step * rate(first))
    return (state + 2 * (second + step * rate(second))) / 3
