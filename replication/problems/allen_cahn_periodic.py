"""Allen-Cahn equation on a ring, whose interfaces sharpen as diffusion falls and reaction grows."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np

from replication.problems.allen_cahn import STEP, AllenCahn, initial_state
from replication.problems.cosine_series import ReactionDiffusion
from replication.problems.problem import Array, Condition, Periodic, Prescribed, uniform

MODES = 1024
"""More than with fixed ends: the initial slope jumps where the period closes."""


@dataclass(frozen=True)
class AllenCahnPeriodic(AllenCahn):
    """u_t = D u_xx + R (u - u³) on [-1, 1] x [0, 1]; u(x, 0) = x² cos(πx), u and u_x periodic in x."""

    hard = ("initial",)

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Initial values at random x; equal values and slopes at both ends at random t."""
        initial = uniform((-1.0, 0.0), (1.0, 0.0), counts["initial"], random)
        right = uniform((1.0, 0.0), (1.0, 1.0), counts["boundary"], random)
        left = right * (-1.0, 1.0)
        return {
            "initial": Prescribed(initial, {"u": initial_state(initial[:, 0])}),
            "boundary": Periodic(left, right, ("u", "u_x")),
        }

    def ansatz(self, points: Any, raw: Any) -> Any:
        """x² cos(πx) + t raw, which has the initial values whatever `raw` is."""
        import torch

        x, t = points[:, :1], points[:, 1:]
        return x**2 * torch.cos(pi * x) + t * raw

    def solution(self, points: Array) -> dict[str, Array]:
        """Cosine series of u, which stays even and 2-periodic; the initial state itself at t = 0, where slopes jump."""
        x, t = points.T
        equation = ReactionDiffusion(
            (self.diffusion,), lambda u: self.reaction * (u - u**3), shift=0.0, modes=MODES, step=STEP
        )
        series = equation.solve(lambda nodes: initial_state(nodes)[None], float(t.max()))
        return {"u": np.where(t == 0, initial_state(x), series(x, t)[0])}
