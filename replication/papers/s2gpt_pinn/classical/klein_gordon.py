"""Nonlinear Klein-Gordon equation in sines, for u less the standing wave x cos t that carries its boundary data."""

import numpy as np

from replication.problems.klein_gordon import KleinGordon
from replication.problems.problem import Array

ORDER = 2
MODES = "sine"
INTERVAL = (-1.0, 1.0)
DIVERGENCE = False
STEPS_PER_MODE = 1.0
RESOLUTIONS = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)


def linear(problem: KleinGordon) -> tuple[float, float]:
    """-α w_xx - β w."""
    return -problem.alpha, -problem.beta


def force(problem: KleinGordon, w: Array, x: Array, t: float) -> Array:
    """x² cos² t - β x cos t - γ u²."""
    wave = x * np.cos(t)
    return wave * wave - problem.beta * wave - problem.gamma * (w + wave) ** 2


def initial(x: Array) -> Array:
    """Zero: at t = 0 the wave is x itself."""
    return np.zeros_like(x)


def lifting(x: Array, t: Array) -> Array:
    """x cos t."""
    return x * np.cos(t)
