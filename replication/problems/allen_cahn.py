"""Allen-Cahn equation with fixed ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any, ClassVar

import numpy as np

from replication.problems.cosine_series import ReactionDiffusion
from replication.problems.problem import Array, Condition, Prescribed, Problem, Values, uniform

MODES = 512
STEP = 1e-3


@dataclass(frozen=True)
class AllenCahn(Problem):
    """u_t = D u_xx + R (u - u³) on [-1, 1] x [0, 1]; u(x, 0) = x² cos(πx), u(±1, t) = -1."""

    diffusion: float
    reaction: float

    coordinates = ("x", "t")
    fields = ("u",)
    low = (-1.0, 0.0)
    high = (1.0, 1.0)
    hard: ClassVar[tuple[str, ...]] = ("initial", "boundary")

    def residual(self, at: Values) -> dict[str, Any]:
        """u_t - D u_xx - R (u - u³)."""
        u, u_t, u_xx = at("u", "u_t", "u_xx")
        return {"phase": u_t - self.diffusion * u_xx - self.reaction * (u - u**3)}

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Initial values at random x; the value -1 at random t, half of the points at either end."""
        initial = uniform((-1.0, 0.0), (1.0, 0.0), counts["initial"], random)
        boundary = uniform((1.0, 0.0), (1.0, 1.0), counts["boundary"], random)
        boundary[::2, 0] = -1.0
        return {
            "initial": Prescribed(initial, {"u": initial_state(initial[:, 0])}),
            "boundary": Prescribed(boundary, {"u": np.full(len(boundary), -1.0)}),
        }

    def ansatz(self, points: Any, raw: Any) -> Any:
        """x² cos(πx) + t (1 - x²) raw, which has the initial and the end values whatever `raw` is."""
        import torch

        x, t = points[:, :1], points[:, 1:]
        return x**2 * torch.cos(pi * x) + t * (1 - x**2) * raw

    def solution(self, points: Array) -> dict[str, Array]:
        """Cosine series of w = u + 1, which vanishes at both ends: w_t = D w_xx + R (3w² - 2w - w³)."""
        x, t = points.T
        equation = ReactionDiffusion(
            (self.diffusion,), lambda w: self.reaction * (3 * w**2 - 2 * w - w**3), shift=0.5, modes=MODES, step=STEP
        )
        series = equation.solve(lambda nodes: initial_state(nodes)[None] + 1, float(t.max()))
        return {"u": series(x, t)[0] - 1}


def initial_state(x: Array) -> Array:
    """Return x² cos(πx)."""
    return x**2 * np.cos(pi * x)
