"""Gray-Scott patterns: Fourier pseudo-spectral in space, fourth-order exponential Runge-Kutta (ETDRK4) in time.

    A_t = d_A Lap A - A B² + F (1 - A),   B_t = d_B Lap B + A B² - (F + k) B,   d_A = 2e-5, d_B = 1e-5, periodic

The linear part holds diffusion, -F A and -(F + k) B. Initial data: the official set's generation script (clusters of
Gaussians or noise on a steady state). The published parameters name six regimes (Pearson 1993).
"""

from collections.abc import Mapping

import numpy as np

from replication.well.exponential import ExponentialRungeKutta
from replication.well.spectral import Complex, FourierGrid, Real
from replication.well.trajectory import BoundaryKind, Trajectory, boundary_at_ends

PARAMETERS: tuple[dict[str, float], ...] = (
    {"F": 0.014, "k": 0.054},  # gliders
    {"F": 0.098, "k": 0.057},  # bubbles
    {"F": 0.029, "k": 0.057},  # maze
    {"F": 0.058, "k": 0.065},  # worms
    {"F": 0.018, "k": 0.051},  # spirals
    {"F": 0.030, "k": 0.062},  # spots
)
DIFFERENCES = (
    "Below 128 points a side the box shrinks so that the original spacing 1/64, and with it the patterns' resolution, "
    "stays; there are as many Gaussians and noise points per area as in the original; products are dealiased by "
    "the two-thirds rule; fewer frames cover only the start of the original time range."
)

DIFFUSION_A, DIFFUSION_B = 2e-5, 1e-5
ORIGINAL_POINTS, ORIGINAL_LENGTH = 128, 2.0
FRAME_STEP, STEP = 10.0, 1.0


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """Return one trajectory; see `replication.well.solvers`."""
    grid = box(shape)
    state = initial(grid, parameters["F"], parameters["k"], random)
    solver = scheme(grid, parameters["F"], parameters["k"], STEP)
    fields = np.empty((frames, 2, *shape))
    spectrum = grid.dealias(grid.transform(state))
    for frame in range(frames):
        fields[frame] = grid.values(spectrum)
        if frame + 1 < frames:
            for _ in range(round(FRAME_STEP / STEP)):
                spectrum = solver.step(spectrum)
    nx, ny = shape
    return Trajectory(
        axes={
            name: length * (np.arange(points) / points - 0.5)
            for name, points, length in zip("xy", shape, grid.lengths, strict=True)
        },
        time=np.arange(frames) * FRAME_STEP,
        scalars=dict(parameters),
        fields={"A": fields[:, 0], "B": fields[:, 1]},
        boundaries=(
            boundary_at_ends("x_periodic", "x", BoundaryKind.PERIODIC, nx),
            boundary_at_ends("y_periodic", "y", BoundaryKind.PERIODIC, ny),
        ),
    )


def box(shape: tuple[int, int]) -> FourierGrid:
    """Return the original box [-1, 1]², or below 128 points a side a part of it at the original spacing."""
    nx, ny = (ORIGINAL_LENGTH * min(1.0, points / ORIGINAL_POINTS) for points in shape)
    return FourierGrid(shape, (nx, ny))


def initial(grid: FourierGrid, feed: float, kill: float, random: np.random.Generator) -> Real:
    """Return random A and B, shape (2, nx, ny), of one of the two official kinds with equal chance."""
    return clusters(grid, random) if random.integers(2) else noise(grid, feed, kill, random)


def clusters(grid: FourierGrid, random: np.random.Generator) -> Real:
    """Return A = 1 - G and B = G', G and G' two clusters of Gaussians, each scaled to [0, 1].

    A cluster has 10 to 100 Gaussians a exp(-s r²), a in [1, 3], s in [150, 300], in the area of the original box.
    """
    axes = (np.arange(n) / n * length for n, length in zip(grid.shape, grid.lengths, strict=True))
    points = np.meshgrid(*axes, indexing="ij")
    share = grid.lengths[0] * grid.lengths[1] / ORIGINAL_LENGTH**2
    fields = np.zeros((2, *grid.shape))
    for field in fields:
        for _ in range(max(2, round(share * random.integers(10, 101)))):
            centre = random.uniform(0, grid.lengths)
            distances = map(_periodic_distance, points, centre, grid.lengths)
            squared = sum(distance**2 for distance in distances)
            field += random.uniform(1.0, 3.0) * np.exp(-random.uniform(150.0, 300.0) * squared)
        field -= field.min()
        field /= field.max()
    fields[0] = 1 - fields[0]
    return fields


def noise(grid: FourierGrid, feed: float, kill: float, random: np.random.Generator) -> Real:
    """Return trigonometric interpolants of uniform noise on a grid of 32² points in the original box.

    The noise stands on the upper uniform steady state, in [-0.225, 0.225] of its distance to 0 or 1, where that exists
    (bubbles), else on (1, 0) with values in [-1/4, 1/4].
    """
    mean, amplitude = (1.0, 0.0), (1.0, 1.0)
    if kill < (np.sqrt(feed) - 2 * feed) / 2:
        ratio = np.sqrt(feed) / (feed + kill)
        root = np.sqrt(ratio**2 - 4)
        mean = ((ratio - root) / (2 * ratio), np.sqrt(feed) * (ratio + root) / 2)
        amplitude = (0.9 * min(mean[0], 1 - mean[0]), 0.9 * min(mean[1], 1 - mean[1]))
    nx, ny = (round(32 * length / ORIGINAL_LENGTH) for length in grid.lengths)
    coarse = FourierGrid((nx, ny), grid.lengths)
    fields = np.empty((2, *grid.shape))
    for field, level, spread in zip(fields, mean, amplitude, strict=True):
        field[:] = level + 0.5 * spread * interpolated(random.uniform(-0.5, 0.5, coarse.shape), coarse, grid)
    return fields


def interpolated(values: Real, coarse: FourierGrid, fine: FourierGrid) -> Real:
    """Return the trigonometric interpolant of `values` on the finer grid of the same box."""
    (nx, ny), spectrum = coarse.shape, coarse.transform(values)
    padded = np.zeros((fine.shape[0], fine.shape[1] // 2 + 1), dtype=complex)
    padded[: nx // 2, : ny // 2] = spectrum[: nx // 2, : ny // 2]
    padded[-(nx // 2) + 1 :, : ny // 2] = spectrum[-(nx // 2) + 1 :, : ny // 2]
    return fine.values(padded) * (padded.shape[0] * fine.shape[1]) / (nx * ny)


def _periodic_distance(points: Real, centre: float, length: float) -> Real:
    return np.abs((points - centre + length / 2) % length - length / 2)


def scheme(grid: FourierGrid, feed: float, kill: float, step: float) -> ExponentialRungeKutta:
    """Return the time stepping; spectra have shape (2, nx, ny//2 + 1)."""

    def reaction(spectrum: Complex) -> Complex:
        """Spectra of (F - A B², A B²), dealiased."""
        a, b = grid.values(spectrum)
        product = grid.dealias(grid.transform(a * b**2))
        source = np.stack([-product, product])
        source[0, 0, 0] += feed * a.size
        return source

    linear = np.stack([-DIFFUSION_A * grid.k_squared - feed, -DIFFUSION_B * grid.k_squared - feed - kill])
    return ExponentialRungeKutta.of(linear, reaction, step)
