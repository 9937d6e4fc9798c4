"""Kovasznay flow behind a grid: the steady Navier-Stokes equations with an exact solution."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np

from replication.problems.problem import Array, Condition, Prescribed, Problem, Values, uniform

FACES = ((0, -0.5), (0, 1.0), (1, -0.5), (1, 1.5))
"""Boundary of the box: axis and place."""


@dataclass(frozen=True)
class Kovasznay(Problem):
    """Steady incompressible flow at Reynolds number `reynolds` on [-0.5, 1] x [-0.5, 1.5].

    The velocity is given on all sides, the pressure at the outflow x = 1.
    """

    reynolds: float

    coordinates = ("x", "y")
    fields = ("u", "v", "p")
    low = (-0.5, -0.5)
    high = (1.0, 1.5)

    def residual(self, at: Values) -> dict[str, Any]:
        """(u·∇)u + ∇p - Δu / Re in both directions, and ∇·u."""
        u, u_x, u_y, u_xx, u_yy = at("u", "u_x", "u_y", "u_xx", "u_yy")
        v, v_x, v_y, v_xx, v_yy = at("v", "v_x", "v_y", "v_xx", "v_yy")
        p_x, p_y = at("p_x", "p_y")
        return {
            "momentum_x": u * u_x + v * u_y + p_x - (u_xx + u_yy) / self.reynolds,
            "momentum_y": u * v_x + v * v_y + p_y - (v_xx + v_yy) / self.reynolds,
            "continuity": u_x + v_y,
        }

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Exact velocity on the sides, a quarter of the points on each; exact pressure at the outflow."""
        boundary = uniform(self.low, self.high, counts["boundary"], random)
        for index, (axis, place) in enumerate(FACES):
            boundary[index :: len(FACES), axis] = place
        outflow = uniform((1.0, -0.5), (1.0, 1.5), counts["outflow"], random)
        velocity = self.solution(boundary)
        return {
            "boundary": Prescribed(boundary, {"u": velocity["u"], "v": velocity["v"]}),
            "outflow": Prescribed(outflow, {"p": self.solution(outflow)["p"]}),
        }

    def solution(self, points: Array) -> dict[str, Array]:
        """u = 1 - e^{λx} cos 2πy, v = λ/2π e^{λx} sin 2πy, p = (1 - e^{2λx}) / 2, λ = Re/2 - √(Re²/4 + 4π²).

        Source: Kovasznay (1948), Proc. Camb. Philos. Soc. 44, 58.
        """
        x, y = points.T
        decay = self.reynolds / 2 - np.sqrt(self.reynolds**2 / 4 + 4 * pi**2)
        growth = np.exp(decay * x)
        return {
            "u": 1 - growth * np.cos(2 * pi * y),
            "v": decay / (2 * pi) * growth * np.sin(2 * pi * y),
            "p": (1 - growth**2) / 2,
        }
