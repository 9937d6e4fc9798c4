"""Viscous Burgers equation with a sine initial state that steepens into a shock."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

import numpy as np

from replication.problems.problem import Array, Condition, Prescribed, Problem, Values, uniform

QUADRATURE_NODES = 200
BLOCK = 4096
"""Points that Cole-Hopf handles at once, to bound memory."""


@dataclass(frozen=True)
class Burgers(Problem):
    """u_t + u u_x = ν u_xx on [-1, 1] x [0, 1]; u(x, 0) = -sin(πx), u(±1, t) = 0."""

    viscosity: float

    coordinates = ("x", "t")
    fields = ("u",)
    low = (-1.0, 0.0)
    high = (1.0, 1.0)

    def residual(self, at: Values) -> dict[str, Array]:
        """u_t + u u_x - ν u_xx."""
        u, u_t, u_x, u_xx = at("u", "u_t", "u_x", "u_xx")
        return {"momentum": u_t + u * u_x - self.viscosity * u_xx}

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Initial values at random x; zero values at random t, half of them at either end."""
        initial = uniform((-1.0, 0.0), (1.0, 0.0), counts["initial"], random)
        boundary = uniform((1.0, 0.0), (1.0, 1.0), counts["boundary"], random)
        boundary[::2, 0] = -1.0
        return {
            "initial": Prescribed(initial, {"u": -np.sin(pi * initial[:, 0])}),
            "boundary": Prescribed(boundary, {"u": np.zeros(len(boundary))}),
        }

    def solution(self, points: Array) -> dict[str, Array]:
        """Cole-Hopf transform, its two integrals by Gauss-Hermite quadrature (Basdevant et al. 1986).

        u(x, t) = -∫ sin(π(x - s)) f(x - s) e^{-s²/4νt} ds / ∫ f(x - s) e^{-s²/4νt} ds, f(y) = exp(-cos(πy) / 2πν).
        The weights are scaled by the largest exponent, since f alone overflows for small ν. It is continued outside
        |x| <= 1 as the odd 2-periodic function that it is.
        """
        nodes, weights = np.polynomial.hermite.hermgauss(QUADRATURE_NODES)
        u = np.empty(len(points))
        for start in range(0, len(points), BLOCK):
            x, t = points[start : start + BLOCK].T
            argument = pi * (x[:, None] - 2 * np.sqrt(self.viscosity * t)[:, None] * nodes)
            exponent = -np.cos(argument) / (2 * pi * self.viscosity)
            density = weights * np.exp(exponent - exponent.max(axis=1, keepdims=True))
            u[start : start + BLOCK] = -(density * np.sin(argument)).sum(axis=1) / density.sum(axis=1)
        return {"u": u}
