"""Semilinear equations in modes that diagonalise their linear part: spectral solvers, and what POD makes of them.

All in float64. The modes of the full model are sines or cosines; those of a reduced model are combinations of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import pi
from typing import Any, Protocol

import numpy as np
from scipy.interpolate import CubicHermiteSpline

from replication.problems.problem import Array


class Equation(Protocol):
    """∂w/∂t (`ORDER` 1) or ∂²w/∂t² (2) = a w_xx + b w + f(w, x, t), or - ∂f/∂x in place of f; u = w + lifting.

    `MODES` says whether w continues as an odd (sine) or even (cosine) function over both ends of `INTERVAL`; where it
    is half of the domain, the solution has that symmetry. A resolution is a number of modes.
    """

    ORDER: int
    MODES: str
    INTERVAL: tuple[float, float]
    DIVERGENCE: bool
    STEPS_PER_MODE: float
    """Time steps per mode, so that errors in space and time are alike."""

    def linear(self, problem: Any) -> tuple[float, float]:
        """Return a and b; of order 2, a > 0 >= b."""
        ...

    def force(self, problem: Any, w: Array, x: Array, t: float) -> Array:
        """Return f."""
        ...

    def initial(self, x: Array) -> Array:
        """Return w at t = 0; of order 2, w starts at rest."""
        ...

    def lifting(self, x: Array, t: Array) -> Array:
        """Return u - w."""
        ...


@dataclass(frozen=True)
class Semilinear:
    """n modes with eigenvalues (n,) of ∂²/∂x²; f is taken at m `nodes`.

    w = Σ_k y_k φ_k(x) with φ = `modes(x)` (N, n), at the nodes `sample` (m, n). `lift` (n, m) takes f at the nodes to
    its share of each mode. `start` (n,) is w at t = 0.
    """

    equation: Equation
    nodes: Array
    eigenvalues: Array
    modes: Callable[[Array], Array]
    sample: Array
    lift: Array
    start: Array

    @classmethod
    def full(cls, equation: Equation, count: int) -> Semilinear:
        """Return the spectral model with `count` modes, orthonormal on as many equidistant nodes."""
        low, high = equation.INTERVAL
        if equation.MODES == "sine":
            orders, cells, first = np.arange(1, count + 1), count + 1, 1.0
        else:
            orders, cells, first = np.arange(count), count, 0.5
        nodes = low + (high - low) * (np.arange(count) + first) / cells
        wavenumbers = pi * orders / (high - low)
        scale = np.full(count, np.sqrt(2 / cells))
        scale[orders == 0] /= np.sqrt(2)

        def modes(x: Array) -> Array:
            angle = np.outer(x - low, wavenumbers)
            return scale * (np.sin(angle) if equation.MODES == "sine" else np.cos(angle))

        sample = modes(nodes)
        # By parts: the share of -∂f/∂x in a sine is that of f in its derivative; f vanishes at the ends with w.
        slope = scale * wavenumbers * np.cos(np.outer(nodes - low, wavenumbers))
        lift = slope.T if equation.DIVERGENCE else sample.T
        return cls(equation, nodes, -(wavenumbers**2), modes, sample, lift, sample.T @ equation.initial(nodes))

    def trajectory(self, problem: Any, end: float, steps: int) -> tuple[Array, Array, Array]:
        """Return times (K + 1,), y (n, K + 1) and its slopes: Runge-Kutta of order four with integrating factors.

        The linear part is solved exactly, so its stiffness sets no limit to the step (Lawson 1967, SIAM J. Numer. Anal.
        4, 372-380). Of order two, z = ẏ + iω y has ż = iω z + f with ω² = -(a λ + b), and y = Im z / ω.
        """
        a, b = self.equation.linear(problem)
        rates = a * self.eigenvalues + b
        second = self.equation.ORDER == 2
        omega = np.sqrt(-rates) if second else np.ones(1)
        exponents = 1j * omega if second else rates
        h = end / steps
        half = np.exp(h / 2 * exponents)
        whole = half * half

        def force(state: Array, t: float) -> Array:
            y = state.imag / omega if second else state
            return self.lift @ self.equation.force(problem, self.sample @ y, self.nodes, t)

        state = 1j * omega * self.start if second else self.start
        times = h * np.arange(steps + 1)
        states, forces = [state], [force(state, 0.0)]
        for t in times[:-1]:
            k1 = h * forces[-1]
            carried = half * state
            k2 = h * force(carried + half * k1 / 2, t + h / 2)
            k3 = h * force(carried + k2 / 2, t + h / 2)
            k4 = h * force(whole * state + half * k3, t + h)
            state = whole * state + (whole * k1 + 2 * half * (k2 + k3) + k4) / 6
            states.append(state)
            forces.append(force(state, t + h))
        found = np.array(states).T
        if second:
            return times, found.imag / omega[:, None], found.real
        return times, found, exponents[:, None] * found + np.array(forces).T

    def prepare(self, axes: Mapping[str, Array], steps: int) -> Callable[[Any], Array]:
        """Return what solves a problem on the grid of x and t: u (N,), NaN where too coarse a model overflows.

        What problems share is done here, once.
        """
        x, t = axes["x"], axes["t"]
        values = self.modes(x)
        lifting = self.equation.lifting(x[:, None], t[None, :])

        def solve(problem: Any) -> Array:
            with np.errstate(over="ignore", invalid="ignore"):
                times, y, slopes = self.trajectory(problem, float(t[-1]), steps)
            if not np.isfinite(slopes[:, -1]).all():
                return np.full(lifting.size, np.nan)
            return (values @ CubicHermiteSpline(times, y, slopes, axis=1)(t) + lifting).ravel()

        return solve

    def reduced(self, basis: Array, collateral: Array, points: list[int]) -> Semilinear:
        """Return the Galerkin model in the span of `basis` (n, r), orthonormal, with f from s `points` (DEIM).

        f is interpolated in the span of `collateral` (m, s) at nodes s, as many as it has columns (Chaturantabut &
        Sorensen 2010, SIAM J. Sci. Comput. 32, 2737-2764). The basis is turned so that ∂²/∂x² stays diagonal.
        """
        eigenvalues, turn = np.linalg.eigh(basis.T @ (self.eigenvalues[:, None] * basis))
        basis = basis @ turn
        lift = np.linalg.solve(collateral[points].T, (basis.T @ self.lift @ collateral).T).T
        return replace(
            self,
            nodes=self.nodes[points],
            eigenvalues=eigenvalues,
            modes=lambda x: self.modes(x) @ basis,
            sample=self.sample[points] @ basis,
            lift=lift,
            start=basis.T @ self.start,
        )
