"""Linear acoustics in a medium of variable density: the core of the three acoustic scattering sets.

    p_t + K (u_x + v_y) = 0,   u_t + p_x / rho = 0,   v_t + p_y / rho = 0,   K = 4,   c = sqrt(K / rho)

on [-1, 1]², walls at the lower and open ends at the upper end of both axes.

Method: wave propagation with f-waves (LeVeque, Finite Volume Methods for Hyperbolic Problems, 2002, sections 6.15, 9.9;
Bale et al. 2002, SIAM J. Sci. Comput. 24:955), which conserves p/K and rho u, with the monotonised-central limiter on
transmitted strengths (LeVeque section 9.13), along x and y in turn, the order alternating from step to step. Second
order on smooth solutions; jumps of density by 10^6 are harmless. Float64.
"""

import math

import numba
import numpy as np
from numpy.typing import NDArray

from replication.well.trajectory import BoundaryKind, Trajectory, boundary_at_ends

Real = NDArray[np.float64]

BULK_MODULUS = 4.0
TIME_STEP = 2 / 101
"""Time between stored frames, as in the original."""
COURANT = 0.45
ORIGINAL_POINTS = 256

WALL_THEN_OPEN = (True, False)
"""Closed at the lower end, open at the upper one, as on both axes of the three sets."""


def cell_centres(points: int) -> Real:
    """Return the centres of `points` cells of [-1, 1]."""
    return (2 * np.arange(points) + 1.0) / points - 1


def nearest(points: int, source: int) -> NDArray[np.int64]:
    """Return, for each of `points` cells of an interval, the cell among `source` cells that holds its centre."""
    return ((2 * np.arange(points) + 1) * source) // (2 * points)


def ring(x: Real, y: Real, centre: tuple[float, float], radius: float, width: float, intensity: float) -> Real:
    """Return the pressure of a ring: intensity + cos(pi (r - radius)/width) where |r - radius| <= width, else 0."""
    distance = np.hypot(x - centre[0], y - centre[1]) - radius
    return np.where(np.abs(distance) <= width, intensity + np.cos(np.pi * distance / width), 0.0)


def propagate(
    density: Real,
    pressure: Real,
    frames: int,
    time_step: float = TIME_STEP,
    closed: tuple[tuple[bool, bool], tuple[bool, bool]] = (WALL_THEN_OPEN, WALL_THEN_OPEN),
) -> tuple[Real, Real]:
    """Return pressure (T, X, Y) and velocity (T, X, Y, 2) at T = `frames` times `time_step` apart, from rest.

    `closed` says for each axis whether its lower and upper end are walls; an end that is not lets waves out.
    """
    spacing = tuple(2 / points for points in pressure.shape)
    steps = steps_per_frame(density, min(spacing), time_step)
    impedance = np.sqrt(BULK_MODULUS * density)
    p, u, v = pressure.astype(np.float64), np.zeros(pressure.shape), np.zeros(pressure.shape)
    pressures, velocities = np.empty((frames, *p.shape)), np.empty((frames, *p.shape, 2))
    ratio = tuple(time_step / steps / width for width in spacing)
    for frame in range(frames):
        pressures[frame], velocities[frame, ..., 0], velocities[frame, ..., 1] = p, u, v
        if frame + 1 < frames:
            _advance(p, u, v, impedance, ratio, closed, steps)
    return pressures, velocities


def steps_per_frame(density: Real, spacing: float, time_step: float = TIME_STEP) -> int:
    """Return how many steps a frame takes for no wave to cross more than `COURANT` of a cell in one.

    An even number, so that a frame takes x and y first equally often, as second order asks for.
    """
    fastest = math.sqrt(BULK_MODULUS / density.min())
    return 2 * math.ceil(time_step * fastest / (2 * COURANT * spacing))


def trajectory(density: Real, pressure: Real, frames: int) -> Trajectory:
    """Simulate from `pressure` at rest in a medium of `density` and return the trajectory of a dataset."""
    nx, ny = pressure.shape
    pressures, velocities = propagate(density, pressure, frames)
    return Trajectory(
        axes={"x": cell_centres(nx), "y": cell_centres(ny)},
        time=np.arange(frames) * TIME_STEP,
        scalars={},
        fields={"pressure": pressures, "velocity": velocities},
        constant_fields={"density": density, "speed_of_sound": np.sqrt(BULK_MODULUS / density)},
        boundaries=(
            boundary_at_ends("x0_wall", "x", BoundaryKind.WALL, nx, ends=[0]),
            boundary_at_ends("xL_open", "x", BoundaryKind.OPEN, nx, ends=[-1]),
            boundary_at_ends("y0_wall", "y", BoundaryKind.WALL, ny, ends=[0]),
            boundary_at_ends("yL_open", "y", BoundaryKind.OPEN, ny, ends=[-1]),
        ),
    )


@numba.njit(cache=True)
def _advance(p, u, v, impedance, ratio, closed, steps):  # type: ignore[no-untyped-def] # pragma: no cover
    """Take `steps` time steps in place."""
    for step in range(steps):
        if step % 2 == 0:
            _sweep(p.T, u.T, impedance.T, ratio[0], closed[0])
            _sweep(p, v, impedance, ratio[1], closed[1])
        else:
            _sweep(p, v, impedance, ratio[1], closed[1])
            _sweep(p.T, u.T, impedance.T, ratio[0], closed[0])


@numba.njit(cache=True)
def _sweep(p, u, impedance, ratio, closed):  # type: ignore[no-untyped-def] # pragma: no cover
    """Advance each line along the last axis by one step; `u` is the velocity along it, `ratio` = dt / dx.

    In the variables (p/K, rho u) the flux is (u, p). Its jump between cells l and r splits into f-waves a1 (1, -Z_l) of
    speed -c_l and a2 (1, Z_r) of speed c_r. Each is limited against the part of the same wave at the next interface
    upwind that this interface would let pass.
    """
    lines, n = p.shape
    q, w, z = np.empty(n + 4), np.empty(n + 4), np.empty(n + 4)
    left, right = np.empty(n + 3), np.empty(n + 3)
    volume, momentum = np.empty(n + 1), np.empty(n + 1)
    for line in range(lines):
        q[2:-2], w[2:-2], z[2:-2] = p[line], u[line], impedance[line]
        for ghost in range(2):
            inner = 3 - ghost if closed[0] else 2
            q[ghost], z[ghost], w[ghost] = q[inner], z[inner], -w[inner] if closed[0] else w[inner]
            inner = n + 1 - ghost if closed[1] else n + 1
            q[n + 2 + ghost], z[n + 2 + ghost] = q[inner], z[inner]
            w[n + 2 + ghost] = -w[inner] if closed[1] else w[inner]

        for i in range(n + 3):
            dp, du = q[i + 1] - q[i], w[i + 1] - w[i]
            left[i] = (-dp + z[i + 1] * du) / (z[i] + z[i + 1])
            right[i] = (dp + z[i] * du) / (z[i] + z[i + 1])

        # second-order correction of the flux, 1/2 sign(s) (1 - |s| dt/dx) times the limited f-waves
        for i in range(1, n + 2):
            zl, zr = z[i], z[i + 1]
            a1 = left[i] * _limiter(left[i + 1] * 2.0 * zr / (zl + zr), left[i])
            a2 = right[i] * _limiter(right[i - 1] * 2.0 * zl / (zl + zr), right[i])
            f1 = -0.5 * (1.0 - ratio * BULK_MODULUS / zl) * a1
            f2 = 0.5 * (1.0 - ratio * BULK_MODULUS / zr) * a2
            volume[i - 1], momentum[i - 1] = f1 + f2, -zl * f1 + zr * f2

        for i in range(n):
            j = i + 2  # cell in the padded arrays; its lower interface is j - 1, its upper one j
            flow = left[j] + right[j - 1] + volume[i + 1] - volume[i]
            force = z[j] * (right[j - 1] - left[j]) + momentum[i + 1] - momentum[i]
            p[line, i] -= ratio * BULK_MODULUS * flow
            u[line, i] -= ratio * BULK_MODULUS / z[j] ** 2 * force


@numba.njit(cache=True)
def _limiter(upwind, here):  # type: ignore[no-untyped-def] # pragma: no cover
    """Monotonised central limiter of the ratio upwind / here."""
    if here == 0.0:
        return 0.0
    theta = upwind / here
    return max(0.0, min(0.5 * (1.0 + theta), 2.0, 2.0 * theta))
