"""Decaying Taylor-Green vortices: the Navier-Stokes equations with an exact solution."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np

from replication.problems.problem import Array, Condition, Prescribed, Problem, Values, uniform

FACES = ((0, 0.0), (0, 2 * pi), (1, 0.0), (1, 2 * pi))
"""Boundary of the square: axis and place."""


@dataclass(frozen=True)
class TaylorGreen(Problem):
    """Incompressible flow (density 1) with `viscosity` ν on [0, 2π]² x [0, 1]; u, v, p given at t = 0 and on the sides.

    The pressure is given too, since the equations fix it up to a function of time only.
    """

    viscosity: float

    coordinates = ("x", "y", "t")
    fields = ("u", "v", "p")
    low = (0.0, 0.0, 0.0)
    high = (2 * pi, 2 * pi, 1.0)

    def residual(self, at: Values) -> dict[str, Any]:
        """u_t + (u·∇)u + ∇p - ν Δu in both directions, and ∇·u."""
        u, u_t, u_x, u_y, u_xx, u_yy = at("u", "u_t", "u_x", "u_y", "u_xx", "u_yy")
        v, v_t, v_x, v_y, v_xx, v_yy = at("v", "v_t", "v_x", "v_y", "v_xx", "v_yy")
        p_x, p_y = at("p_x", "p_y")
        return {
            "momentum_x": u_t + u * u_x + v * u_y + p_x - self.viscosity * (u_xx + u_yy),
            "momentum_y": v_t + u * v_x + v * v_y + p_y - self.viscosity * (v_xx + v_yy),
            "continuity": u_x + v_y,
        }

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Exact values at random (x, y) at t = 0, and at random places and times on the sides, a quarter on each."""
        initial = uniform(self.low, (2 * pi, 2 * pi, 0.0), counts["initial"], random)
        boundary = uniform(self.low, self.high, counts["boundary"], random)
        for index, (axis, place) in enumerate(FACES):
            boundary[index :: len(FACES), axis] = place
        return {
            "initial": Prescribed(initial, self.solution(initial)),
            "boundary": Prescribed(boundary, self.solution(boundary)),
        }

    def solution(self, points: Array) -> dict[str, Array]:
        """u = cos x sin y e^{-2νt}, v = -sin x cos y e^{-2νt}, p = -(cos 2x + cos 2y) e^{-4νt} / 4.

        Source: Taylor and Green (1937), Proc. R. Soc. A 158, 499, in two dimensions.
        """
        x, y, t = points.T
        decay = np.exp(-2 * self.viscosity * t)
        return {
            "u": np.cos(x) * np.sin(y) * decay,
            "v": -np.sin(x) * np.cos(y) * decay,
            "p": -(np.cos(2 * x) + np.cos(2 * y)) * decay**2 / 4,
        }
