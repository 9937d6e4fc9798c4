"""Compressible Euler equations of an ideal gas on a uniform two-dimensional grid.

Second-order finite volumes: MUSCL-Hancock in primitive variables with the monotonised central limiter, the HLLC Riemann
solver and dimensional splitting (Toro 2009, Riemann Solvers and Numerical Methods for Fluid Dynamics, sections 10.4,
14.4 and 16.3). A cell that such a step would leave without positive density and pressure gets first-order fluxes
instead (`_mend`), as in Athena (Lemaster & Stone 2009, ApJ 691, 1092).

A state holds density, momentum x, momentum y and total energy per volume, shape (4, nx, ny), float64. The loops along a
row hold no branches, so that they compile to vector instructions.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]

GAMMA = 5 / 3


def conserved(density: Real, velocity_x: Real, velocity_y: Real, pressure: Real) -> Real:
    """State of primitive variables."""
    kinetic = density * (velocity_x**2 + velocity_y**2) / 2
    return np.stack([density, density * velocity_x, density * velocity_y, pressure / (GAMMA - 1) + kinetic])


@njit(cache=True, error_model="numpy")
def primitive(state: Real) -> Real:
    """Density, velocity x, velocity y and pressure of a state, shape (4, nx, ny)."""
    values = np.empty_like(state)
    values[0] = state[0]
    values[1] = state[1] / state[0]
    values[2] = state[2] / state[0]
    values[3] = (GAMMA - 1) * (state[3] - (state[1] * values[1] + state[2] * values[2]) / 2)
    return values


@njit(cache=True, error_model="numpy")
def largest_rate(state: Real, dx: float, dy: float) -> float:
    """Largest (|u| + c)/dx or (|v| + c)/dy; a split step must stay below its inverse."""
    density, u, v, pressure = primitive(state)
    sound = np.sqrt(GAMMA * pressure / density)
    return max(np.max(np.abs(u) + sound) / dx, np.max(np.abs(v) + sound) / dy)


@njit(cache=True, error_model="numpy")
def sweep(state: Real, ratio: float, periodic: bool) -> None:
    """Advance by one step along the first axis in place; `ratio` is step/dx; open ends have zero gradient.

    Density and pressure stay positive for Courant numbers up to 1.
    """
    rows = state.shape[1]
    values = primitive(state)
    low, high = np.empty((4, rows + 2, state.shape[2])), np.empty((4, rows + 2, state.shape[2]))
    for i in range(-1, rows + 1):
        if periodic:
            before, here, after = (i - 1) % rows, i % rows, (i + 1) % rows
        else:
            before, here, after = max(i - 1, 0), min(max(i, 0), rows - 1), min(i + 1, rows - 1)
        _edges(values[:, before], values[:, here], values[:, after], ratio, low[:, i + 1], high[:, i + 1])
    left, right = np.empty(state[:, 0].shape), np.empty(state[:, 0].shape)
    _hllc(high[:, 0], low[:, 1], left)
    for i in range(rows):
        _hllc(high[:, i + 1], low[:, i + 2], right)
        state[:, i] += ratio * (left - right)
        left, right = right, left
    _mend(state, values, low, high, ratio, periodic)


@njit(cache=True, error_model="numpy")
def turned(state: Real) -> Real:
    """State with the two directions exchanged."""
    other = np.empty((4, state.shape[2], state.shape[1]))
    for new, old in enumerate((0, 2, 1, 3)):
        other[new] = state[old].T
    return other


@njit(cache=True, error_model="numpy", inline="always")
def _limited(left: float, right: float) -> float:
    """Monotonised central slope of two one-sided differences (van Leer 1977)."""
    sign = np.copysign(0.5, left) + np.copysign(0.5, right)
    return sign * min(2 * abs(left), 2 * abs(right), abs(left + right) / 2)


@njit(cache=True, error_model="numpy")
def _edges(before: Real, here: Real, after: Real, ratio: float, low: Real, high: Real) -> None:
    """Write the values at both edges of a row of cells after half a step; first order where these were not positive."""
    for j in range(here.shape[1]):
        density, u, v, pressure = here[0, j], here[1, j], here[2, j], here[3, j]
        d0 = _limited(density - before[0, j], after[0, j] - density) / 2
        d1 = _limited(u - before[1, j], after[1, j] - u) / 2
        d2 = _limited(v - before[2, j], after[2, j] - v) / 2
        d3 = _limited(pressure - before[3, j], after[3, j] - pressure) / 2
        t0 = -ratio * (u * d0 + density * d1)
        t1 = -ratio * (u * d1 + d3 / density)
        t2 = -ratio * u * d2
        t3 = -ratio * (u * d3 + GAMMA * pressure * d1)
        positive = min(density + t0 - abs(d0), pressure + t3 - abs(d3)) > 0
        keep = 1.0 if positive else 0.0
        low[0, j], high[0, j] = density + keep * (t0 - d0), density + keep * (t0 + d0)
        low[1, j], high[1, j] = u + keep * (t1 - d1), u + keep * (t1 + d1)
        low[2, j], high[2, j] = v + keep * (t2 - d2), v + keep * (t2 + d2)
        low[3, j], high[3, j] = pressure + keep * (t3 - d3), pressure + keep * (t3 + d3)


@njit(cache=True, error_model="numpy")
def _hllc(left: Real, right: Real, flux: Real) -> None:
    """Write the HLLC fluxes between two rows of primitive states, with Davis' bounds of the wave speeds."""
    for j in range(flux.shape[1]):
        u_left, u_right = left[1, j], right[1, j]
        c_left = np.sqrt(GAMMA * left[3, j] / left[0, j])
        c_right = np.sqrt(GAMMA * right[3, j] / right[0, j])
        slowest = min(u_left - c_left, u_right - c_right)
        fastest = max(u_left + c_left, u_right + c_right)
        mass_left, mass_right = left[0, j] * (slowest - u_left), right[0, j] * (fastest - u_right)
        contact = (right[3, j] - left[3, j] + mass_left * u_left - mass_right * u_right) / (mass_left - mass_right)

        upwind = contact >= 0
        density = left[0, j] if upwind else right[0, j]
        u = u_left if upwind else u_right
        v = left[2, j] if upwind else right[2, j]
        pressure = left[3, j] if upwind else right[3, j]
        wave = slowest if upwind else fastest
        jump = min(wave, 0.0) if upwind else max(wave, 0.0)  # zero where the face lies outside the fan

        energy = pressure / (GAMMA - 1) + density * (u * u + v * v) / 2
        star = density * (wave - u) / (wave - contact)
        star_energy = energy / density + (contact - u) * (contact + pressure / (density * (wave - u)))
        flux[0, j] = density * u + jump * (star - density)
        flux[1, j] = density * u * u + pressure + jump * (star * contact - density * u)
        flux[2, j] = density * u * v + jump * (star - density) * v
        flux[3, j] = (energy + pressure) * u + jump * (star * star_energy - energy)


@njit(cache=True, error_model="numpy")
def _mend(state: Real, values: Real, low: Real, high: Real, ratio: float, periodic: bool) -> None:
    """Exchange the fluxes of cells without positive density and pressure for first-order ones until none is left.

    Where gas expands faster than sound, the reconstructed velocities at the edges of a cell hold more energy than the
    cell does, and the fluxes may carry away more than all of its internal energy. With Rusanov's flux at both faces a
    cell becomes an average of positive states while (|u| + c) step/dx <= 1 (Zhang & Shu 2010, J. Comput. Phys. 229,
    8918, remark 2.4). `values` are the primitive ones before the step, `low` and `high` those at the edges. Both cells
    at a face take its new flux, so nothing is lost; at an open end the two fluxes are the same.
    """
    rows = state.shape[1]
    first_order = np.zeros((rows + 1, state.shape[2]), np.bool_)
    second, first = np.empty((4, 1)), np.empty((4, 1))
    troubled, changed = _troubled(state), True
    while changed and troubled.any():
        changed = False
        for i, j in np.argwhere(troubled):
            for face in (i, (i + 1) % rows if periodic else i + 1):
                if first_order[face, j]:
                    continue
                first_order[face, j] = changed = True
                before, after = (face - 1) % rows if periodic else max(face - 1, 0), min(face, rows - 1)
                at = slice(j, j + 1)
                _hllc(high[:, face, at], low[:, face + 1, at], second)
                _rusanov(values[:, before, at], values[:, after, at], first)
                state[:, before, at] -= ratio * (first - second)
                state[:, after, at] += ratio * (first - second)
        troubled = _troubled(state)


@njit(cache=True, error_model="numpy")
def _troubled(state: Real) -> NDArray[np.bool_]:
    """Cells without positive density and pressure."""
    troubled = np.empty(state[0].shape, np.bool_)
    for i in range(state.shape[1]):
        for j in range(state.shape[2]):
            density, momentum_x, momentum_y, energy = state[:, i, j]
            kinetic = (momentum_x * (momentum_x / density) + momentum_y * (momentum_y / density)) / 2
            troubled[i, j] = not (density > 0 and energy - kinetic > 0)
    return troubled


@njit(cache=True, error_model="numpy")
def _rusanov(left: Real, right: Real, flux: Real) -> None:
    """Write Rusanov's fluxes between two rows of primitive states (Toro 2009, section 10.5.1)."""
    for j in range(flux.shape[1]):
        fastest = 0.0
        flux[:, j] = 0.0
        for side in (left, right):
            fastest = max(fastest, abs(side[1, j]) + np.sqrt(GAMMA * side[3, j] / side[0, j]))
        for side, sign in ((left, 1.0), (right, -1.0)):
            density, u, v, pressure = side[0, j], side[1, j], side[2, j], side[3, j]
            energy = pressure / (GAMMA - 1) + density * (u * u + v * v) / 2
            flux[0, j] += density * (u + sign * fastest) / 2
            flux[1, j] += (density * u * (u + sign * fastest) + pressure) / 2
            flux[2, j] += density * v * (u + sign * fastest) / 2
            flux[3, j] += (energy * (u + sign * fastest) + pressure * u) / 2
