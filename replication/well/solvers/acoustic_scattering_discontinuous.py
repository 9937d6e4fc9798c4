"""Acoustic waves across one interface: f-wave propagation with the monotonised-central limiter, split by dimension.

Initial data: the official sets' generation script (density from two of four laws, one on either side of an interface
normal to x or y; one to three rings of high pressure).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from replication.well import acoustics
from replication.well.trajectory import Trajectory

PARAMETERS: tuple[dict[str, float], ...] = ({},)
DIFFERENCES = (
    "Wave propagation in f-wave form, split by dimension, Courant number up to 0.45, instead of unsplit at 0.25; fewer "
    "frames cover only the first part of the original time range."
)

Real = NDArray[np.float64]
DENSITIES = (1.0, 7.0)


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """Return one trajectory; see `replication.well.solvers`."""
    x, y = np.meshgrid(*(acoustics.cell_centres(points) for points in shape), indexing="ij")
    return acoustics.trajectory(two_sided_density(x, y, random), rings(x, y, random), frames)


def rings(x: Real, y: Real, random: np.random.Generator) -> Real:
    """Return the pressure of one to three random rings."""
    pressure = np.zeros(x.shape)
    for _ in range(random.integers(1, 4)):
        centre = random.uniform(-0.95, 0.95, 2)
        width = random.uniform(0.05, 0.15)
        radius = random.uniform(width + 0.01, 0.3)
        pressure += acoustics.ring(x, y, (centre[0], centre[1]), radius, width, random.uniform(0.5, 2.0))
    return pressure


def two_sided_density(x: Real, y: Real, random: np.random.Generator) -> Real:
    """Return a density with a random law on either side of a random interface."""
    coordinate = y if random.integers(2) else x
    lower = coordinate < random.uniform(-0.8, 0.8)
    laws = (_bump, _bilinear, _constant, _smoothed_noise)
    sides = [laws[random.integers(len(laws))](x, y, side, random) for side in (lower, ~lower)]
    return np.where(lower, *sides)


def _bump(x: Real, y: Real, side: NDArray[np.bool_], random: np.random.Generator) -> Real:
    """Base + (peak - base) exp(-r²/sigma), centred on that side."""
    peak, base = random.uniform(*DENSITIES, 2)
    centre = [random.uniform(axis[side].min(), axis[side].max()) for axis in (x, y)]
    sigma = random.uniform(0.1, 5.0)
    return base + (peak - base) * np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / sigma)


def _bilinear(x: Real, y: Real, side: NDArray[np.bool_], random: np.random.Generator) -> Real:
    """Interpolate between random values at that side's four corners."""
    s, t = ((axis - axis[side].min()) / np.ptp(axis[side]) for axis in (x, y))
    corners = random.uniform(*DENSITIES, (2, 2))
    return (1 - t) * ((1 - s) * corners[0, 0] + s * corners[1, 0]) + t * ((1 - s) * corners[0, 1] + s * corners[1, 1])


def _constant(x: Real, y: Real, side: NDArray[np.bool_], random: np.random.Generator) -> Real:
    return np.full(x.shape, random.uniform(*DENSITIES))


def _smoothed_noise(x: Real, y: Real, side: NDArray[np.bool_], random: np.random.Generator) -> Real:
    """A constant plus white noise on the original 256² grid, smoothed there over 5 to 10 points."""
    base = random.uniform(*DENSITIES)
    points = acoustics.ORIGINAL_POINTS
    noise = gaussian_filter(random.standard_normal((points, points)), random.uniform(5.0, 10.0))
    return base + noise[np.ix_(*(acoustics.nearest(n, points) for n in x.shape))]
