"""A family of problems: one equation, some coefficients free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from replication.problems.problem import Array, Problem, Values, latin_hypercube, tensor_product
from replication.problems.registry import problem_named
from replication.seeds import generator


@dataclass(frozen=True)
class Parametric:
    """The free coefficients, in order, with low end, high end and number of grid values; `exact` derivatives or not.

    Values of `logarithmic` coefficients are spread evenly in their logarithm. With `scattered` points, these stand in
    for the grid: a Sobol' sequence, since a grid grows too fast with the number of coefficients.
    """

    equation: str
    axes: Mapping[str, tuple[float, float, int]]
    exact: bool = True
    logarithmic: frozenset[str] = frozenset()
    scattered: int = 0

    @classmethod
    def of(cls, family: Mapping[str, Any]) -> "Parametric":
        """Read what `Family.model_dump` wrote."""
        parameters = family["parameters"]
        axes = {name: (axis["low"], axis["high"], axis["count"] or 0) for name, axis in parameters.items()}
        logarithmic = frozenset(name for name, axis in parameters.items() if axis.get("spacing") == "logarithmic")
        exact = family.get("derivatives", "correct") == "correct"
        return cls(family["equation"], axes, exact, logarithmic, family.get("scattered") or 0)

    def at(self, values: Sequence[float] | Array) -> Problem:
        """Return the problem with given coefficients (p,)."""
        return self._problem(dict(zip(self.axes, map(float, values), strict=True)))

    def batch(self, parameters: Tensor) -> Problem:
        """Return M problems as one: coefficients (M, 1), so that residuals at N points come out as (M, N)."""
        return self._problem({name: parameters[:, i : i + 1] for i, name in enumerate(self.axes)})

    def _problem(self, coefficients: Mapping[str, Any]) -> Problem:
        problem = problem_named(self.equation, coefficients)
        return problem if self.exact else with_published_derivatives(problem)

    def grid(self) -> Array:
        """Return the parameter grid (M, p), the first coefficient varying slowest, or the points in its place."""
        if not self.scattered:
            return self.from_unit(
                tensor_product({name: np.linspace(0, 1, axis[2]) for name, axis in self.axes.items()})
            )
        from scipy.stats.qmc import Sobol

        sequence = Sobol(len(self.axes), rng=generator("s2gpt_pinn", self.equation, "scattered"))
        return self.from_unit(sequence.random_base2(int(np.ceil(np.log2(self.scattered))))[: self.scattered])

    def middle(self) -> Array:
        """Return the middle of the box (p,), where the first neuron stands unless said otherwise."""
        return self.from_unit(np.full((1, len(self.axes)), 0.5))[0]

    def held_out(self, count: int, low: Mapping[str, float]) -> Array:
        """Return held-out parameters (count, p), a Latin hypercube in the grid's box with `low` for its lower ends."""
        ends = np.array([axis[:2] for axis in self.axes.values()], dtype=float).T
        ends[0] = [low.get(name, axis[0]) for name, axis in self.axes.items()]
        bottom, top = self.to_unit(ends)
        random = generator("s2gpt_pinn", self.equation, "held out", *ends[0].tolist())
        return self.from_unit(latin_hypercube(tuple(bottom), tuple(top), count, random))

    def from_unit(self, unit: Array) -> Array:
        """Map points (M, p) of the unit cube to parameters."""
        columns = zip(self.axes.items(), unit.T, strict=True)
        return np.stack(
            [
                low * (high / low) ** values if name in self.logarithmic else low + values * (high - low)
                for (name, (low, high, _)), values in columns
            ],
            axis=1,
        )

    def to_unit(self, parameters: Array) -> Array:
        """Map parameters (M, p) to the unit cube, those outside the box to its outside."""
        columns = zip(self.axes.items(), parameters.T, strict=True)
        return np.stack(
            [
                np.log(values / low) / np.log(high / low) if name in self.logarithmic else (values - low) / (high - low)
                for (name, (low, high, _)), values in columns
            ],
            axis=1,
        )

    def nearest(self, parameters: Array, known: Array) -> Array:
        """Return which of `known` parameters (n, p) is nearest to each of (M, p), in units of the box's sides: (M,)."""
        gaps = self.to_unit(parameters)[:, None] - self.to_unit(known)[None]
        return np.linalg.norm(gaps, axis=2).argmin(axis=1)

    def outside(self, parameters: Array) -> Array:
        """Return which parameters (M, p) lie outside the box that neurons were chosen from."""
        ends = np.array([axis[:2] for axis in self.axes.values()])
        return np.any((parameters < ends[:, 0]) | (parameters > ends[:, 1]), axis=1)


def with_published_derivatives(problem: Problem) -> Problem:
    """Return the problem with the reference code's derivatives in its residual.

    That code differentiates the sum of all first derivatives' gradients: its u_xx is u_xx + u_xt and its u_tt is
    u_tt + u_xt. All else, the solution included, stays.
    """
    first, second = problem.coordinates

    def residual(at: Values) -> dict[str, Any]:
        def published(*names: str) -> Any:
            values = tuple(
                at(name) + at(f"{name.partition('_')[0]}_{first}{second}") if _is_second(name) else at(name)
                for name in names
            )
            return values[0] if len(values) == 1 else values

        return type(problem).residual(problem, published)

    object.__setattr__(problem, "residual", residual)
    return problem


def _is_second(name: str) -> bool:
    along = name.partition("_")[2]
    return len(along) == 2 and along[0] == along[1]
