"""Viscous Burgers equation in sines: its solution is odd, so half of the domain is enough."""

from math import pi

import numpy as np

from replication.problems.burgers import Burgers
from replication.problems.problem import Array

ORDER = 1
MODES = "sine"
INTERVAL = (0.0, 1.0)
DIVERGENCE = True
STEPS_PER_MODE = 1.0
RESOLUTIONS = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384)


def linear(problem: Burgers) -> tuple[float, float]:
    """ν u_xx."""
    return problem.viscosity, 0.0


def force(problem: Burgers, w: Array, x: Array, t: float) -> Array:
    """u²/2, whose negative slope is -u u_x."""
    return w * w / 2


def initial(x: Array) -> Array:
    """-sin(πx)."""
    return -np.sin(pi * x)


def lifting(x: Array, t: Array) -> Array:
    """Zero at both ends already."""
    return np.zeros(np.broadcast_shapes(x.shape, t.shape))
