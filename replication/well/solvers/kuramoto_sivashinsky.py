"""Kuramoto-Sivashinsky in two dimensions: Fourier pseudo-spectral, fourth-order exponential Runge-Kutta (ETDRK4).

    u_t = -½ |∇u|² - Lap u - Lap² u, mean subtracted, doubly periodic

Long waves grow, short ones are damped, and the nonlinear term passes energy between them: chaos of small scales without
waves or a mean flow, and no dataset of The Well (Kalogirou, Keaveny and Papageorgiou 2015, Proc. R. Soc. A
471:20140932). The mean of u drifts without acting on anything else and is left out.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from replication.well.exponential import ExponentialRungeKutta
from replication.well.spectral import Complex, FourierGrid
from replication.well.trajectory import BoundaryKind, Trajectory, boundary_at_ends

PARAMETERS: tuple[dict[str, float], ...] = ({},)
DIFFERENCES = (
    "No dataset of The Well: an equation of its own, kept in the same layout. The box grows with the grid, so that the "
    "spacing is always 0.75; products are dealiased by the two-thirds rule."
)

SPACING, FRAME_STEP, STEP, BURN_IN = 0.75, 1.0, 0.05, 60.0
"""All times and lengths in the equation's own units; recording starts after `BURN_IN`, when chaos has set in."""


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """Return one trajectory; see `replication.well.solvers`."""
    grid = box(shape)
    solver = scheme(grid, STEP)
    spectrum = grid.dealias(grid.transform(random.standard_normal(shape)))
    fields = np.empty((frames, *shape))
    for _ in range(round(BURN_IN / STEP)):
        spectrum = solver.step(spectrum)
    for frame in range(frames):
        fields[frame] = grid.values(spectrum)
        if frame + 1 < frames:
            for _ in range(round(FRAME_STEP / STEP)):
                spectrum = solver.step(spectrum)
    nx, ny = shape
    return Trajectory(
        axes={"x": SPACING * np.arange(nx), "y": SPACING * np.arange(ny)},
        time=np.arange(frames) * FRAME_STEP,
        scalars={},
        fields={"u": fields},
        boundaries=(
            boundary_at_ends("x_periodic", "x", BoundaryKind.PERIODIC, nx),
            boundary_at_ends("y_periodic", "y", BoundaryKind.PERIODIC, ny),
        ),
    )


def box(shape: tuple[int, int]) -> FourierGrid:
    """Return the periodic box of a grid."""
    nx, ny = shape
    return FourierGrid(shape, (SPACING * nx, SPACING * ny))


def scheme(grid: FourierGrid, step: float) -> ExponentialRungeKutta:
    """Return the time stepping: the linear symbol k² - k⁴ is exact, and the mean stays zero."""

    def advection(spectrum: Complex) -> Complex:
        slopes: NDArray[np.float64] = grid.values(np.stack([grid.ikx * spectrum, grid.iky * spectrum]))
        change = grid.dealias(grid.transform(-0.5 * (slopes**2).sum(axis=0)))
        change[0, 0] = 0
        return change

    return ExponentialRungeKutta.of(grid.k_squared - grid.k_squared**2, advection, step)
