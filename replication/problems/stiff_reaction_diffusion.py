"""A fast activator and a slow inhibitor: reaction and diffusion on two time scales."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np

from replication.problems.cosine_series import ReactionDiffusion
from replication.problems.problem import Array, Condition, Prescribed, Problem, Values, uniform

MODES = 256
STEP_PER_TIME_SCALE = 0.008


@dataclass(frozen=True)
class StiffReactionDiffusion(Problem):
    """ε (u_t - D u_xx) = u - u³ - v, v_t - D v_xx = u - v on [-1, 1] x [0, 1]; u(x, 0) = cos(πx), v(x, 0) = 0.

    The slopes u_x and v_x vanish at both ends. The activator u follows the cubic within ε (`time_scale`), while the
    inhibitor v drifts on a scale of one. The paper has no stiff case; equation and values are ours, in the form of
    FitzHugh (1961, Biophys. J. 1, 445).
    """

    diffusion: float
    time_scale: float

    coordinates = ("x", "t")
    fields = ("u", "v")
    low = (-1.0, 0.0)
    high = (1.0, 1.0)

    def residual(self, at: Values) -> dict[str, Any]:
        """ε (u_t - D u_xx) - u + u³ + v and v_t - D v_xx - u + v; the factor ε keeps both of order one."""
        u, u_t, u_xx, v, v_t, v_xx = at("u", "u_t", "u_xx", "v", "v_t", "v_xx")
        return {
            "activator": self.time_scale * (u_t - self.diffusion * u_xx) - (u - u**3 - v),
            "inhibitor": v_t - self.diffusion * v_xx - (u - v),
        }

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Initial values at random x; zero slopes at random t, half of the points at either end."""
        initial = uniform((-1.0, 0.0), (1.0, 0.0), counts["initial"], random)
        boundary = uniform((1.0, 0.0), (1.0, 1.0), counts["boundary"], random)
        boundary[::2, 0] = -1.0
        zero, none = np.zeros(len(initial)), np.zeros(len(boundary))
        return {
            "initial": Prescribed(initial, {"u": np.cos(pi * initial[:, 0]), "v": zero}),
            "boundary": Prescribed(boundary, {"u_x": none, "v_x": none}),
        }

    def solution(self, points: Array) -> dict[str, Array]:
        """Cosine series of both fields."""
        x, t = points.T

        def reaction(fields: Array) -> Array:
            u, v = fields
            return np.stack([(u - u**3 - v) / self.time_scale, u - v])

        equation = ReactionDiffusion(
            (self.diffusion, self.diffusion),
            reaction,
            shift=0.0,
            modes=MODES,
            step=STEP_PER_TIME_SCALE * self.time_scale,
        )
        series = equation.solve(lambda nodes: np.stack([np.cos(pi * nodes), 0 * nodes]), float(t.max()))
        return dict(zip(self.fields, series(x, t), strict=True))
