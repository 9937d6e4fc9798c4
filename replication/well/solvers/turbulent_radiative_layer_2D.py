"""Turbulent radiative mixing layer (The Well: turbulent_radiative_layer_2D).

Hot dilute gas streams over cold dense gas in pressure equilibrium; what mixes to intermediate temperatures cools:

    rho_t + div(rho v) = 0,   (rho v)_t + div(rho v v) + grad P = 0,   E_t + div((E + P) v) = -e/tcool

on [-1/2, 1/2] x [-1, 2], with gamma = 5/3, T = P/rho and a density contrast of 100 (Fielding et al. 2020, ApJL
894:L24). The sink of internal energy e acts where `COLDEST` < T < `WARMEST`. Finite volumes for the gas; the sink
exactly, as exponential decay of P at constant density down to rho `COLDEST`, split symmetrically.
"""

from collections.abc import Mapping

import numpy as np

from replication.well.euler import GAMMA, Real, conserved, largest_rate, primitive, sweep, turned
from replication.well.trajectory import BoundaryKind, Trajectory, boundary_at_ends

PARAMETERS: tuple[dict[str, float], ...] = tuple({"tcool": tcool} for tcool in (0.03, 0.1, 0.32, 1.0, 3.16))
DIFFERENCES = (
    "MUSCL-Hancock with HLLC in place of Athena++; the cooling law is ours: the README gives only -E/tcool, here it "
    "acts on internal energy at temperatures between 0.01 (the cold gas) and 0.05, the upper end chosen so that mean "
    "and spread of the pressure come near the published ones; the initial shear of 0.1 and its disturbance are ours "
    "too; on a coarser grid numerical mixing is stronger and the cold layer grows faster."
)

LENGTHS = (1.0, 3.0)
FRAME = 1.597033
"""Time between stored frames, as in the original."""
CONTRAST = 100.0
COLDEST, WARMEST = 0.01, 0.05
"""Temperatures between which gas cools; the cold gas starts at the lower one, the hot gas at 1."""
SHEAR = 0.1
"""Velocity of the hot gas relative to the cold."""
COURANT = 0.8


def cool(state: Real, factor: float) -> None:
    """Multiply the pressure of cooling gas by `factor`, but not below that of the cold temperature, in place."""
    density, pressure = state[0], primitive(state)[3]
    cooling = (COLDEST * density < pressure) & (pressure < WARMEST * density)
    loss = pressure - np.maximum(factor * pressure, COLDEST * density)
    state[3] -= np.where(cooling, loss, 0.0) / (GAMMA - 1)


def sweep_y(state: Real, ratio: float) -> None:
    """Advance by one step along y in place; `ratio` is step/dy."""
    other = turned(state)
    sweep(other, ratio, False)
    state[:] = turned(other)


def advance(state: Real, dx: float, dy: float, interval: float, cooling_time: float) -> int:
    """Advance `state` by `interval` in place, in steps that respect `COURANT`; return their number."""
    time, steps = 0.0, 0
    while time < interval:
        step = min(COURANT / largest_rate(state, dx, dy), interval - time)
        factor = np.exp(-step / 2 / cooling_time)
        cool(state, factor)
        if steps % 2 == 0:
            sweep(state, step / dx, True)
            sweep_y(state, step / dy)
        else:
            sweep_y(state, step / dy)
            sweep(state, step / dx, True)
        cool(state, factor)
        time += step
        steps += 1
    return steps


def initial_state(x: Real, y: Real, random: np.random.Generator) -> Real:
    """Smooth interface at y = 0 in shear, disturbed by eight waves along x in the vertical velocity; P = 1."""
    hot = (1 + np.tanh(y / 0.05)) / 2
    density = CONTRAST + (1 - CONTRAST) * hot
    modes = np.arange(1, 9)
    amplitude, phase = random.standard_normal(8) / np.sqrt(8), random.uniform(0, 2 * np.pi, 8)
    waves = np.tensordot(amplitude, np.sin(2 * np.pi * modes[:, None, None] * x + phase[:, None, None]), 1)
    vertical = 0.4 * SHEAR * waves * np.exp(-((y / 0.1) ** 2))
    rest = np.zeros_like(vertical)
    return conserved(density + rest, SHEAR * (hot - 0.5) + rest, vertical, 1 + rest)


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """One trajectory of `frames` frames from t = 0; `parameters` holds tcool."""
    dx, dy = LENGTHS[0] / shape[0], LENGTHS[1] / shape[1]
    x = np.linspace(-0.5, 0.5, shape[0], endpoint=False) + dx / 2
    y = np.linspace(-1.0, 2.0, shape[1], endpoint=False) + dy / 2
    state = initial_state(x[:, None], y[None, :], random)
    solution = np.empty((frames, 4, *shape))
    for frame in range(frames):
        if frame:
            advance(state, dx, dy, FRAME, parameters["tcool"])
        solution[frame] = primitive(state)
    return Trajectory(
        axes={"x": x, "y": y},
        time=FRAME * np.arange(frames),
        scalars=dict(parameters),
        fields={
            "density": solution[:, 0],
            "pressure": solution[:, 3],
            "velocity": np.moveaxis(solution[:, 1:3], 1, -1),
        },
        boundaries=(
            boundary_at_ends("x_periodic", "x", BoundaryKind.PERIODIC, shape[0]),
            boundary_at_ends("y_open", "y", BoundaryKind.OPEN, shape[1]),
        ),
    )
