"""Allen-Cahn equation on a ring in cosines: its solution is even, so half of the ring is enough."""

import numpy as np

from replication.problems.allen_cahn import initial_state
from replication.problems.allen_cahn_periodic import AllenCahnPeriodic
from replication.problems.problem import Array

ORDER = 1
MODES = "cosine"
INTERVAL = (0.0, 1.0)
DIVERGENCE = False
STEPS_PER_MODE = 0.25
RESOLUTIONS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)


def linear(problem: AllenCahnPeriodic) -> tuple[float, float]:
    """λ u_xx."""
    return problem.diffusion, 0.0


def force(problem: AllenCahnPeriodic, w: Array, x: Array, t: float) -> Array:
    """ε (u - u³), whole, so that its zeros stay at rest."""
    return problem.reaction * (w - w**3)


def initial(x: Array) -> Array:
    """x² cos(πx)."""
    return initial_state(x)


def lifting(x: Array, t: Array) -> Array:
    """None is needed."""
    return np.zeros(np.broadcast_shapes(x.shape, t.shape))
