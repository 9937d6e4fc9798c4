"""Acoustic waves in a maze: f-wave propagation with the monotonised-central limiter, dimensional splitting.

Initial data: the official set's generation script (a depth-first maze of 3 to 8 cells with one way in and one out,
density 3 in the paths and 10^6 + 3 in the walls, one to five rings of high pressure in the paths).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from replication.well import acoustics
from replication.well.trajectory import Trajectory

PARAMETERS: tuple[dict[str, float], ...] = ({},)
DIFFERENCES = (
    "Wave propagation in f-wave form, split by dimension, Courant number up to 0.45, instead of unsplit at 0.25; below "
    "256 points a side rings are wider and weaker by 256/points, which keeps their energy, and a maze has only as many "
    "cells as leave paths about five points wide (at least 3 cells); fewer frames cover only the first part of the "
    "original time range."
)

PATH_DENSITY, WALL_DENSITY = 3.0, 1e6 + 3.0
FEWEST_CELLS, MOST_CELLS = 3, 8
PATH_POINTS = 5


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """Return one trajectory; see `replication.well.solvers`."""
    widest = max(FEWEST_CELLS, min(MOST_CELLS, (min(shape) // PATH_POINTS - 1) // 2))
    walls = maze(int(random.integers(FEWEST_CELLS, widest + 1)), random)
    walls = walls[np.ix_(acoustics.nearest(shape[0], len(walls)), acoustics.nearest(shape[1], len(walls)))]

    x, y = np.meshgrid(*(acoustics.cell_centres(points) for points in shape), indexing="ij")
    paths = np.flatnonzero(~walls)
    scale = max(1.0, acoustics.ORIGINAL_POINTS / min(shape))
    pressure = np.zeros(shape)
    for _ in range(random.integers(1, 6)):
        centre = random.choice(paths)
        width, radius = scale * random.uniform(0.01, 0.02), scale * random.uniform(0.01, 0.04)
        wave = acoustics.ring(x, y, (x.flat[centre], y.flat[centre]), radius, width, random.uniform(3.0, 5.0))
        pressure += wave / scale
    pressure[walls] = 0.0
    return acoustics.trajectory(np.where(walls, WALL_DENSITY, PATH_DENSITY), pressure, frames)


def maze(cells: int, random: np.random.Generator) -> NDArray[np.bool_]:
    """Return a perfect maze of `cells`² cells as walls on a (2 cells + 1)² grid, carved by depth-first search.

    The paths form one tree through all cells, opened at (1, 0) and (-2, -1).
    """
    walls = np.ones((2 * cells + 1, 2 * cells + 1), dtype=bool)
    walls[1, 1] = False
    trail = [(0, 0)]
    while trail:
        x, y = trail[-1]
        for dx, dy in random.permutation([(0, 1), (1, 0), (0, -1), (-1, 0)]):
            there = (x + dx, y + dy)
            if min(there) >= 0 and max(there) < cells and walls[2 * there[0] + 1, 2 * there[1] + 1]:
                walls[2 * there[0] + 1, 2 * there[1] + 1] = walls[2 * x + 1 + dx, 2 * y + 1 + dy] = False
                trail.append(there)
                break
        else:
            trail.pop()
    walls[1, 0] = walls[-2, -1] = False
    return walls
