"""Rayleigh-Benard convection between no-slip plates (The Well: rayleigh_benard).

    b_t + u.grad b = kappa Lap b,   u_t + u.grad u + grad p = nu Lap u + b e_y,   div u = 0
    kappa = (Ra Pr)^(-1/2),   nu = (Ra/Pr)^(-1/2)

on [0, 4] x [0, 1], periodic in x; u = 0 at the plates, b = 1 on the lower and 0 on the upper one. Second-order central
differences on a staggered grid, third-order Runge-Kutta, exact projection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

from replication.well.channel import Channel, Real, at_centres, momentum_rate, strong_stability_preserving_rk3
from replication.well.trajectory import BoundaryKind, Trajectory, boundary_at_ends

PARAMETERS: tuple[dict[str, float], ...] = tuple(
    {"Rayleigh": rayleigh, "Prandtl": prandtl} for rayleigh in (1e6, 1e7) for prandtl in (0.5, 1.0, 5.0)
)
DIFFERENCES = (
    "Uniform grid in y (compare with rayleigh_benard_uniform), second-order finite differences instead of Fourier x "
    "Chebyshev; Rayleigh numbers 1e6 and 1e7 only; computed on a grid twice as fine and averaged over 2 x 2 cells, "
    "unless the stored grid has 64 cells in y or more (buoyancy overshoots [0, 1] by up to 0.1 at Ra = 1e7); noise of "
    "1e-2 instead of 1e-3, and stored from t = 8, when convection sets in, instead of t = 0."
)

LENGTHS = (4.0, 1.0)
FRAME = 0.25
"""Time between stored frames, as in the original."""
START = 8.0
"""Time of the first stored frame; before it the fluid is nearly at rest."""
RESOLVED = 64
"""Cells in y that put two into the thermal boundary layer at Ra = 1e7."""
COURANT = 1.0
"""Bound on step * (max|u|/dx + max|v|/dy); the method is stable up to 3^(1/2)."""
DIFFUSION = 2.0
"""Bound on step * the largest diffusion rate; the method is stable up to 2.5."""


@dataclass(frozen=True)
class Convection:
    """The discrete equations; a state is u and v on faces and b at centres, (3, nx, ny)."""

    shape: tuple[int, int]
    rayleigh: float
    prandtl: float

    @cached_property
    def channel(self) -> Channel:
        """The staggered grid."""
        return Channel(self.shape, LENGTHS)

    @property
    def viscosity(self) -> float:
        """(Ra/Pr)^(-1/2)."""
        return (self.rayleigh / self.prandtl) ** -0.5

    @property
    def diffusivity(self) -> float:
        """(Ra Pr)^(-1/2)."""
        return (self.rayleigh * self.prandtl) ** -0.5

    def rate_and_pressure(self, state: Real) -> tuple[Real, Real]:
        """Time derivative of a state, and the pressure (zero mean) that keeps the velocity free of divergence."""
        velocity, buoyancy = state[:2], state[2]
        rate = momentum_rate(velocity, self.viscosity, *self.channel.spacing)
        rate[1, :, 1:] += (buoyancy[:, :-1] + buoyancy[:, 1:]) / 2
        rate, pressure = self.channel.project(rate)
        transport = buoyancy_rate(velocity, buoyancy, self.diffusivity, *self.channel.spacing)
        return np.concatenate([rate, transport[None]]), pressure

    def step_limit(self, state: Real) -> float:
        """Largest step that respects `COURANT` and `DIFFUSION`."""
        diffusion = self.channel.largest_diffusion_rate(max(self.viscosity, self.diffusivity))
        return 1 / max(self.channel.largest_courant_rate(state[:2]) / COURANT, diffusion / DIFFUSION)

    def advance(self, state: Real, interval: float) -> Real:
        """State after `interval`, in steps within `step_limit` of its start."""
        steps = int(np.ceil(interval / self.step_limit(state)))
        for _ in range(steps):
            state = strong_stability_preserving_rk3(state, lambda s: self.rate_and_pressure(s)[0], interval / steps)
        return state


@njit(cache=True, error_model="numpy")
def buoyancy_rate(velocity: Real, buoyancy: Real, diffusivity: float, dx: float, dy: float) -> Real:
    """Return -div(u b) + diffusivity Lap b at cell centres with b = 1 on the lower and 0 on the upper wall."""
    nx, ny = buoyancy.shape
    b = np.empty((nx, ny + 2))
    b[:, 1:-1] = buoyancy
    b[:, 0], b[:, -1] = 2 - buoyancy[:, 0], -buoyancy[:, -1]
    rate = np.empty((nx, ny))
    flux = np.empty(ny + 1)
    for i in range(nx):
        before, after = (i - 1) % nx, (i + 1) % nx
        for j in range(ny + 1):
            v = velocity[1, i, j] if j < ny else 0.0
            flux[j] = v * (b[i, j] + b[i, j + 1]) / 2 - diffusivity * (b[i, j + 1] - b[i, j]) / dy
        for j in range(ny):
            here = b[i, j + 1]
            east = velocity[0, after, j] * (here + b[after, j + 1]) / 2 - diffusivity * (b[after, j + 1] - here) / dx
            west = velocity[0, i, j] * (b[before, j + 1] + here) / 2 - diffusivity * (here - b[before, j + 1]) / dx
            rate[i, j] = (west - east) / dx + (flux[j] - flux[j + 1]) / dy
    return rate


def initial_buoyancy(y: Real, points: int, random: np.random.Generator) -> Real:
    """Buoyancy (points, ny) at rest: (1 - y) db0 + 0.01 y (1 - y) noise, db0 one of 0.2, 0.4, 0.6, 0.8, 1."""
    lower = random.choice([0.2, 0.4, 0.6, 0.8, 1.0])
    return (1 - y) * lower + 0.01 * y * (1 - y) * random.standard_normal((points, y.size))


def block_means(values: Real, size: int) -> Real:
    """Means over blocks of size x size of the last two axes."""
    *rest, nx, ny = values.shape
    return values.reshape(*rest, nx // size, size, ny // size, size).mean(axis=(-3, -1))


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """One trajectory of `frames` frames from t = `START`; `parameters` holds Rayleigh and Prandtl."""
    block = 1 if shape[1] >= RESOLVED else 2
    fine = (block * shape[0], block * shape[1])
    flow = Convection(fine, parameters["Rayleigh"], parameters["Prandtl"])
    x, y = flow.channel.centres
    state = np.zeros((3, *fine))
    state[2] = initial_buoyancy(y, fine[0], random)
    for _ in range(round(START / FRAME)):
        state = flow.advance(state, FRAME)
    solution = np.empty((frames, 4, *shape))
    for frame in range(frames):
        if frame:
            state = flow.advance(state, FRAME)
        _, pressure = flow.rate_and_pressure(state)
        solution[frame] = block_means(np.stack([state[2], pressure, *at_centres(state[:2])]), block)
    return Trajectory(
        axes={"x": x.reshape(-1, block).mean(axis=1), "y": y.reshape(-1, block).mean(axis=1)},
        time=START + FRAME * np.arange(frames),
        scalars=dict(parameters),
        fields={
            "buoyancy": solution[:, 0],
            "pressure": solution[:, 1],
            "velocity": np.moveaxis(solution[:, 2:], 1, -1),
        },
        boundaries=(
            boundary_at_ends("x_periodic", "x", BoundaryKind.PERIODIC, shape[0]),
            boundary_at_ends("y_wall_dirichlet", "y", BoundaryKind.WALL, shape[1]),
        ),
    )
