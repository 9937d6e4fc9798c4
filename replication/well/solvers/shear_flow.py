"""Periodic incompressible shear flow with a passive tracer (The Well: shear_flow).

    u_t + u.grad u + grad p = nu Lap u,   div u = 0,   s_t + u.grad s = D Lap s,   nu = 1/Re,   D = nu/Sc

on [0, 1] x [-1, 1]. Vorticity form, w = v_x - u_y, with the nonlinear term from two products only,

    w_t = (d_yy - d_xx)(u v) + d_xy (u u - v v) + nu Lap w

Fourier pseudo-spectral, dealiased by the two-thirds rule, diffusion exact in an integrating-factor RK4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from replication.well.spectral import Complex, FourierGrid, Real, integrating_factor_rk4
from replication.well.trajectory import BoundaryKind, Trajectory, boundary_at_ends

PARAMETERS: tuple[dict[str, float], ...] = tuple(
    {"Rayleigh": 1e4, "Schmidt": schmidt} for schmidt in (0.2, 0.5, 1.0, 2.0)
)
DIFFERENCES = (
    "Only the lowest Reynolds number (1e4) and four Schmidt numbers; vorticity form with IF-RK4, where the original "
    "solves for velocity and pressure with RK222; computed on a grid twice as fine and sampled, unless the stored grid "
    "has 128 points in x or more; layers are at least 0.025 thick, their width and place drawn from a continuum."
)

LENGTHS = (1.0, 2.0)
FRAME = 0.1
"""Time between stored frames, as in the original."""
RESOLVED = 128
"""Points in x from which on Re = 1e4 is resolved; at 64 the tracer rings."""
COURANT = 1.0
"""Bound on step * (max|u|/dx + max|v|/dy); RK4 is stable up to 2.8/(2 pi/3) = 1.35 under the two-thirds rule."""


@dataclass(frozen=True)
class ShearFlow:
    """The discrete equations; a state is the half spectra of vorticity and tracer, (2, nx, ny//2 + 1)."""

    shape: tuple[int, int]
    viscosity: float
    diffusivity: float
    mean_velocity: tuple[float, float] = (0.0, 0.0)
    """Conserved, and not seen by the vorticity."""

    @cached_property
    def grid(self) -> FourierGrid:
        """The periodic box."""
        return FourierGrid(self.shape, LENGTHS)

    def state(self, u: Real, v: Real, tracer: Real) -> Complex:
        """State of velocity and tracer values; the velocity's divergent part and mean are dropped."""
        velocity = self.grid.transform(np.stack([u, v]))
        vorticity = self.grid.ikx * velocity[1] - self.grid.iky * velocity[0]
        return self.grid.dealias(np.stack([vorticity, self.grid.transform(tracer)]))

    def velocity_and_tracer(self, state: Complex) -> Real:
        """Values of u, v and s, (3, nx, ny)."""
        streamfunction = state[0] * self.grid.inverse_k_squared
        spectra = np.stack([self.grid.iky * streamfunction, -self.grid.ikx * streamfunction, state[1]])
        spectra[:2, 0, 0] = np.multiply(self.mean_velocity, np.prod(self.shape))
        return self.grid.values(spectra)

    def nonlinear(self, state: Complex) -> Complex:
        """Advective part of the time derivative."""
        u, v, s = self.velocity_and_tracer(state)
        uv, difference, us, vs = self.grid.transform(np.stack([u * v, (u - v) * (u + v), u * s, v * s]))
        ikx, iky = self.grid.ikx, self.grid.iky
        vorticity = (iky**2 - ikx**2) * uv + ikx * iky * difference
        return self.grid.dealias(np.stack([vorticity, -ikx * us - iky * vs]))

    def pressure(self, state: Complex) -> Real:
        """Pressure of zero mean from -Lap p = d_i d_j (u_i u_j)."""
        u, v, _ = self.velocity_and_tracer(state)
        uu, uv, vv = self.grid.transform(np.stack([u * u, u * v, v * v]))
        ikx, iky = self.grid.ikx, self.grid.iky
        return self.grid.values((ikx**2 * uu + 2 * ikx * iky * uv + iky**2 * vv) * self.grid.inverse_k_squared)

    def advance(self, state: Complex, interval: float) -> Complex:
        """State after `interval`, in equal steps that respect `COURANT`."""
        u, v, _ = self.velocity_and_tracer(state)
        rate = np.abs(u).max() * self.shape[0] / LENGTHS[0] + np.abs(v).max() * self.shape[1] / LENGTHS[1]
        steps = max(1, int(np.ceil(interval * rate / COURANT)))
        step = interval / steps
        diffusivities = np.array([self.viscosity, self.diffusivity])[:, None, None]
        half_decay = np.exp(-diffusivities * self.grid.k_squared * step / 2)
        for _ in range(steps):
            state = integrating_factor_rk4(state, self.nonlinear, half_decay, step)
        return state


def initial_velocity(x: Real, y: Real, random: np.random.Generator) -> tuple[Real, Real]:
    """Two or four tanh layers of alternating sign, each with a row of vortices; u runs between -1/2 and 1/2.

    As in the original: layers of thickness 0.2 width/count and sin(blobs pi x) perturbations of amplitude 0.1. Width
    and place of the layers and the phase of the perturbation are continuous here, so that no two trajectories start
    alike.
    """
    layers = int(random.choice([2, 4]))
    blobs = int(random.integers(2, 6))
    width = np.exp(random.uniform(np.log(0.125 * layers), np.log(4.0)))
    shift, phase = random.uniform(0, LENGTHS[1]), random.uniform(0, LENGTHS[0])
    u, v = np.full(np.broadcast_shapes(x.shape, y.shape), 0.5), np.zeros(np.broadcast_shapes(x.shape, y.shape))
    wave = 0.1 * np.sin(blobs * np.pi * ((x + phase) % LENGTHS[0]))
    for k in range(layers):
        sign = -1.0 if k % 2 == 0 else 1.0
        centre = -1 + (2 * k + 1) / layers
        offset = (y - shift + 1) % LENGTHS[1] - 1
        for image in (-LENGTHS[1], 0.0, LENGTHS[1]):
            z = layers * (offset - centre - image) / (2 * width)
            u = u + sign / 2 * (np.tanh(z / 0.1) + np.sign(image))
            v = v + sign * wave * np.exp(-(z**2) / 0.01)
    return u, v


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """One trajectory of `frames` frames from t = 0; `parameters` holds Re (officially "Rayleigh") and Schmidt."""
    stride = 1 if shape[0] >= RESOLVED else 2
    fine = (stride * shape[0], stride * shape[1])
    x = np.arange(fine[0]) * LENGTHS[0] / fine[0]
    y = -1 + np.arange(fine[1]) * LENGTHS[1] / fine[1]
    u, v = initial_velocity(x[:, None], y[None, :], random)
    viscosity = 1 / parameters["Rayleigh"]
    flow = ShearFlow(fine, viscosity, viscosity / parameters["Schmidt"], (float(u.mean()), float(v.mean())))
    state = flow.state(u, v, u)
    pressure, solution = np.empty((frames, *shape)), np.empty((frames, 3, *shape))
    for frame in range(frames):
        if frame:
            state = flow.advance(state, FRAME)
        pressure[frame] = flow.pressure(state)[::stride, ::stride]
        solution[frame] = flow.velocity_and_tracer(state)[:, ::stride, ::stride]
    return Trajectory(
        axes={"x": x[::stride], "y": y[::stride]},
        time=FRAME * np.arange(frames),
        scalars=dict(parameters),
        fields={
            "tracer": solution[:, 2],
            "pressure": pressure,
            "velocity": np.moveaxis(solution[:, :2], 1, -1),
        },
        boundaries=(
            boundary_at_ends("x_periodic", "x", BoundaryKind.PERIODIC, shape[0]),
            boundary_at_ends("y_periodic", "y", BoundaryKind.PERIODIC, shape[1]),
        ),
    )
