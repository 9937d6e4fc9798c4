"""Acoustic waves among inclusions: f-wave propagation with the monotonised-central limiter, split by dimension.

Initial data: the official set's generation script (the two-sided medium of the discontinuous set with up to 14 ellipses
of density exp U(-1, 10) in it, no pressure inside them).
"""

from collections.abc import Mapping

import numpy as np

from replication.well import acoustics
from replication.well.solvers.acoustic_scattering_discontinuous import rings, two_sided_density
from replication.well.trajectory import Trajectory

PARAMETERS: tuple[dict[str, float], ...] = ({},)
DIFFERENCES = (
    "Wave propagation in f-wave form, split by dimension, Courant number up to 0.45, instead of unsplit at 0.25; an "
    "ellipse narrower than a cell may fall between cell centres; fewer frames cover only the first part of the "
    "original time range."
)


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """Return one trajectory; see `replication.well.solvers`."""
    x, y = np.meshgrid(*(acoustics.cell_centres(points) for points in shape), indexing="ij")
    density, pressure = two_sided_density(x, y, random), rings(x, y, random)
    for _ in range(random.integers(15)):
        centre = random.uniform(-0.95, 0.95, 2)
        axes = random.uniform(0.05, 0.6, 2)
        angle = np.radians(random.uniform(-45.0, 45.0))
        along = (x - centre[0]) * np.cos(angle) + (y - centre[1]) * np.sin(angle)
        across = (y - centre[1]) * np.cos(angle) - (x - centre[0]) * np.sin(angle)
        inside = (2 * along / axes[0]) ** 2 + (2 * across / axes[1]) ** 2 <= 1
        density[inside] = np.exp(random.uniform(-1.0, 10.0))
        pressure[inside] = 0.0
    return acoustics.trajectory(density, pressure, frames)
