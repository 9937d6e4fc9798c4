"""Channel flow of a dilute polymer solution, FENE-P (The Well: viscoelastic_instability).

    Re (u_t + u.grad u) + grad p = beta Lap u + (1 - beta) div T(C) + G e_x,   div u = 0
    C_t + u.grad C + T(C) = C.grad u + (grad u)^T.C
    T(C) = (f C - I)/Wi,   f = 1/(1 - (tr C - 3)/Lmax²)

on [0, 2 pi] x [-1, 1], periodic in x, no slip at the walls, G such that the mean velocity stays 1; the stored pressure
is p/Re. Staggered grid for the flow; log C at the cell centres, transported by limited upwind fluxes; third-order
Runge-Kutta.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit
from scipy.optimize import brentq

from replication.well.channel import Channel, Real, at_centres, momentum_rate, strong_stability_preserving_rk3
from replication.well.conformation import (
    XX,
    XY,
    YY,
    ZZ,
    deformation_rate,
    exponential,
    logarithm,
    spring_factor,
    stress,
)
from replication.well.trajectory import BoundaryKind, Trajectory, boundary_at_ends

PARAMETERS: tuple[dict[str, float], ...] = ({"Re": 1000.0, "Wi": 50.0, "beta": 0.9, "epsilon": 0.0, "Lmax": 70.0},)
DIFFERENCES = (
    "Elasto-inertial turbulence only, grown from random disturbances of the laminar flow and stored from t = 20; "
    "finite volumes with the logarithm of C instead of spectral methods; epsilon is 0 instead of 2e-6: on a coarse "
    "grid the limiter of the transport diffuses C more than that, sheets of stretched polymer are thicker and the flow "
    "is under-resolved. Re, Wi, beta and Lmax are the original's."
)

LENGTHS = (2 * np.pi, 2.0)
FRAME = 1.0
"""Time between stored frames, about that of the original."""
START = 20
"""Time of the first stored frame, after the first burst."""
DISTURBANCE = 0.05
"""Root mean square of the initial v."""
COURANT = 0.7
"""Bound on step * (max|u|/dx + max|v|/dy); limited transport is stable up to 1."""
DIFFUSION = 2.0
"""Bound on step * the largest viscous rate; the method is stable up to 2.5."""
RELAXATION = 1.0
"""Bound on step * max(f²)/Wi, about the rate at which a nearly extended polymer recoils; stable up to 2.5."""
STRETCHING = 0.5
"""Bound on step * max(f * rate of strain): at 1/2, no more than the room left to tr C, about Lmax²/f, is used up."""


@dataclass(frozen=True)
class Polymer:
    """The solution: Re, Wi, beta and Lmax."""

    reynolds: float
    weissenberg: float
    viscosity_ratio: float
    extensibility: float


@dataclass(frozen=True)
class PolymerChannel:
    """The discrete equations; a state is u and v on faces and log C at centres, (6, nx, ny)."""

    shape: tuple[int, int]
    polymer: Polymer

    @cached_property
    def channel(self) -> Channel:
        """The staggered grid."""
        return Channel(self.shape, LENGTHS)

    @property
    def viscosity(self) -> float:
        """Of the solvent, beta/Re."""
        return self.polymer.viscosity_ratio / self.polymer.reynolds

    def rate_and_pressure(self, state: Real) -> tuple[Real, Real]:
        """Time derivative of a state, and p/Re (zero mean) without the part that drives the mean flow."""
        velocity, logarithms = state[:2], state[2:]
        polymer, spacing = self.polymer, self.channel.spacing
        c = exponential(logarithms)
        spring = spring_factor(c, polymer.extensibility)
        tension = stress_divergence(stress(c, spring, polymer.weissenberg), *spacing)
        momentum = momentum_rate(velocity, self.viscosity, *spacing)
        momentum += (1 - polymer.viscosity_ratio) / polymer.reynolds * tension
        momentum, pressure = self.channel.project(momentum)
        momentum[0] -= momentum[0].mean()
        gradient = velocity_gradient(velocity, *spacing)
        deformation = deformation_rate(logarithms, gradient, spring, polymer.weissenberg)
        return np.concatenate([momentum, transport_rate(velocity, logarithms, *spacing) + deformation]), pressure

    def step_limit(self, state: Real) -> float:
        """Largest step that respects `COURANT`, `DIFFUSION`, `RELAXATION` and `STRETCHING`."""
        spring = spring_factor(exponential(state[2:]), self.polymer.extensibility)
        u_x, u_y, v_x = velocity_gradient(state[:2], *self.channel.spacing)
        stretching = spring * np.sqrt(u_x**2 + (u_y + v_x) ** 2 / 4)
        return 1 / max(
            self.channel.largest_courant_rate(state[:2]) / COURANT,
            self.channel.largest_diffusion_rate(self.viscosity) / DIFFUSION,
            spring.max() ** 2 / self.polymer.weissenberg / RELAXATION,
            stretching.max() / STRETCHING,
        )

    def advance(self, state: Real, interval: float) -> Real:
        """State after `interval`."""
        time = 0.0
        while time < interval:
            step = min(self.step_limit(state), interval - time)
            state = strong_stability_preserving_rk3(state, lambda s: self.rate_and_pressure(s)[0], step)
            time += step
        return state


@njit(cache=True, error_model="numpy")
def stress_divergence(tension: Real, dx: float, dy: float) -> Real:
    """div T on the faces of velocity; T_xy is averaged to the corners and extrapolated linearly to the walls."""
    nx, ny = tension.shape[1:]
    corner = np.empty((nx, ny + 1))
    for i in range(nx):
        left, right = tension[XY, i - 1], tension[XY, i]
        corner[i, 0] = (3 * (left[0] + right[0]) - left[1] - right[1]) / 4
        corner[i, ny] = (3 * (left[ny - 1] + right[ny - 1]) - left[ny - 2] - right[ny - 2]) / 4
        for j in range(1, ny):
            corner[i, j] = (left[j - 1] + left[j] + right[j - 1] + right[j]) / 4
    result = np.zeros((2, nx, ny))
    for i in range(nx):
        east = (i + 1) % nx
        for j in range(ny):
            along = (tension[XX, i, j] - tension[XX, i - 1, j]) / dx
            result[0, i, j] = along + (corner[i, j + 1] - corner[i, j]) / dy
        for j in range(1, ny):
            across = (tension[YY, i, j] - tension[YY, i, j - 1]) / dy
            result[1, i, j] = (corner[east, j] - corner[i, j]) / dx + across
    return result


@njit(cache=True, error_model="numpy")
def velocity_gradient(velocity: Real, dx: float, dy: float) -> Real:
    """u_x, u_y and v_x at cell centres, (3, nx, ny); v_y is -u_x. Next to the walls u_y is that of a parabola."""
    u, v = velocity[0], velocity[1]
    nx, ny = u.shape
    result = np.empty((3, nx, ny))
    profile = np.empty(ny + 2)
    for i in range(nx):
        before, after = (i - 1) % nx, (i + 1) % nx
        for j in range(ny):
            profile[j + 1] = (u[i, j] + u[after, j]) / 2
        profile[0] = profile[2] / 3 - 2 * profile[1]
        profile[ny + 1] = profile[ny - 1] / 3 - 2 * profile[ny]
        for j in range(ny):
            top = v[after, j + 1] - v[before, j + 1] if j < ny - 1 else 0.0
            result[0, i, j] = (u[after, j] - u[i, j]) / dx
            result[1, i, j] = (profile[j + 2] - profile[j]) / (2 * dy)
            result[2, i, j] = (v[after, j] - v[before, j] + top) / (4 * dx)
    return result


@njit(cache=True, error_model="numpy", inline="always")
def _upwind_flux(speed: float, far_left: float, left: float, right: float, far_right: float) -> float:
    """Flux through a face from the limited linear profile (van Leer 1974) of the cell it comes from."""
    value, gap = (left, left - far_left) if speed > 0 else (right, right - far_right)
    step = right - left if speed > 0 else left - right
    slope = 2 * gap * step / (gap + step) if gap * step > 0 else 0.0
    return speed * (value + slope / 2)


@njit(cache=True, error_model="numpy")
def transport_rate(velocity: Real, values: Real, dx: float, dy: float) -> Real:
    """-div(u q) of each of the `values` q at cell centres; nothing crosses the walls."""
    nx, ny = velocity.shape[1:]
    rate = np.empty_like(values)
    flux_x, flux_y = np.empty((nx, ny)), np.zeros(ny + 1)
    for component in range(values.shape[0]):
        q = values[component]
        for i in range(nx):
            far_left, left, right, far_right = q[i - 2], q[i - 1], q[i], q[(i + 1) % nx]
            for j in range(ny):
                flux_x[i, j] = _upwind_flux(velocity[0, i, j], far_left[j], left[j], right[j], far_right[j])
        for i in range(nx):
            east = (i + 1) % nx
            for j in range(1, ny):
                far_below, far_above = q[i, max(j - 2, 0)], q[i, min(j + 1, ny - 1)]
                flux_y[j] = _upwind_flux(velocity[1, i, j], far_below, q[i, j - 1], q[i, j], far_above)
            for j in range(ny):
                rate[component, i, j] = (flux_x[i, j] - flux_x[east, j]) / dx + (flux_y[j] - flux_y[j + 1]) / dy
    return rate


def simple_shear(shear_stress: Real, polymer: Polymer) -> tuple[Real, Real]:
    """Shear rate g and spring factor f of steady simple shear under a shear stress.

    Steady C has f C_yy = f C_zz = 1, f² C_xy = Wi g, f C_xx = 1 + 2 Wi² g²/f², so (f - 1) f² (Lmax² + 3) = 2 Wi² g²;
    the stress, (beta + (1 - beta)/f) g, grows with f: bisection.
    """
    low, high = np.zeros_like(shear_stress), np.full_like(shear_stress, 1e3)  # of f - 1, which may be tiny
    rate, spring = np.zeros_like(shear_stress), np.ones_like(shear_stress)
    for _ in range(100):
        excess = (low + high) / 2
        spring = 1 + excess
        rate = spring * np.sqrt(excess * (polymer.extensibility**2 + 3) / 2) / polymer.weissenberg
        enough = (polymer.viscosity_ratio + (1 - polymer.viscosity_ratio) / spring) * rate > np.abs(shear_stress)
        low, high = np.where(enough, low, excess), np.where(enough, excess, high)
    return np.sign(shear_stress) * rate, spring


def laminar_flow(y: Real, polymer: Polymer) -> tuple[Real, Real]:
    """Velocity u(y) of mean 1 and conformation (4, ny) of the steady parallel flow."""
    nodes, weights = np.polynomial.legendre.leggauss(64)

    def mean_velocity(force: float) -> float:
        return float(-np.sum(weights * nodes * simple_shear(-force * nodes, polymer)[0]) / 2)

    force = brentq(lambda trial: mean_velocity(trial) - 1, 1e-3, 1e2, xtol=1e-14)
    below = -1 + (y[:, None] + 1) * (nodes + 1) / 2
    u = np.sum(weights * simple_shear(-force * below, polymer)[0], axis=1) * (y + 1) / 2
    rate, f = simple_shear(-force * y, polymer)
    stretch = polymer.weissenberg * rate / f
    return u, np.stack([(1 + 2 * stretch**2) / f, stretch / f, 1 / f, 1 / f])


def initial_state(flow: PolymerChannel, random: np.random.Generator) -> Real:
    """Laminar flow of mean velocity 1, disturbed by vortices whose streamfunction and slope vanish at the walls."""
    (nx, ny), (dx, dy) = flow.shape, flow.channel.spacing
    x, y = np.arange(nx)[:, None] * dx, -1 + np.arange(ny + 1)[None, :] * dy
    stream = np.zeros((nx, ny + 1))
    for k in range(1, 5):
        for m in range(1, 4):
            phase, amplitude = random.uniform(0, 2 * np.pi), random.standard_normal() / k
            stream += amplitude * np.cos(k * x + phase) * np.sin(m * np.pi * (y + 1) / 2) * (1 - y**2)
    u = np.diff(stream, axis=1) / dy
    v = (stream - np.roll(stream, -1, axis=0))[:, :-1] / dx
    laminar, c = laminar_flow(flow.channel.centres[1] - 1, flow.polymer)
    disturbance = DISTURBANCE / np.sqrt(np.mean(v**2)) * np.stack([u, v])
    state = np.empty((6, nx, ny))
    state[0], state[1] = laminar / laminar.mean() + disturbance[0], disturbance[1]
    state[2:] = logarithm(c)[:, None, :]
    return state


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """One trajectory of `frames` frames from t = `START`; `parameters` holds Re, Wi, beta, Lmax and epsilon = 0."""
    if parameters["epsilon"] != 0:
        raise ValueError("this solver has no polymer diffusion: epsilon must be 0")
    polymer = Polymer(parameters["Re"], parameters["Wi"], parameters["beta"], parameters["Lmax"])
    flow = PolymerChannel(shape, polymer)
    state = initial_state(flow, random)
    for _ in range(round(START / FRAME)):
        state = flow.advance(state, FRAME)
    pressure, velocity = np.empty((frames, *shape)), np.empty((frames, 2, *shape))
    c = np.empty((frames, 4, *shape))
    for frame in range(frames):
        if frame:
            state = flow.advance(state, FRAME)
        _, pressure[frame] = flow.rate_and_pressure(state)
        velocity[frame], c[frame] = at_centres(state[:2]), exponential(state[2:])
    x, y = flow.channel.centres
    return Trajectory(
        axes={"x": x, "y": y - 1},
        time=START + FRAME * np.arange(frames),
        scalars=dict(parameters),
        fields={
            "pressure": pressure,
            "c_zz": c[:, ZZ],
            "velocity": np.moveaxis(velocity, 1, -1),
            "C": np.moveaxis(c[:, [XX, XY, XY, YY]], 1, -1).reshape(frames, *shape, 2, 2),
        },
        boundaries=(
            boundary_at_ends("x_periodic", "x", BoundaryKind.PERIODIC, shape[0]),
            boundary_at_ends("y_wall_noslip", "y", BoundaryKind.WALL, shape[1]),
        ),
    )
