"""What a classical solver takes for the error of a reduced model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log

import numpy as np

from replication.papers.s2gpt_pinn.classical.ladder import Solve, solvers
from replication.papers.s2gpt_pinn.measurements.query_accuracy import relative
from replication.papers.s2gpt_pinn.parametric import Parametric
from replication.problems.problem import Array


@dataclass(frozen=True)
class Rung:
    """A classical solver of one resolution, with its median relative L2 error (NaN where it overflows)."""

    parametric: Parametric
    resolution: int
    solve: Solve
    error: float = np.nan

    def __call__(self, values: Array) -> Array:
        """Return the solution (N,) at parameters (p,)."""
        return self.solve(self.parametric.at(values))


def rungs(
    parametric: Parametric, axes: Mapping[str, Array], parameters: Array, exact: Array, error: float
) -> list[Rung]:
    """Return solvers from the coarsest to the first whose median error is at most `error`; all if none is.

    Errors are those on the grid of `axes` at parameters (M, p) with exact solutions (M, N). Empty where the equation
    has no classical solver here.
    """
    found: list[Rung] = []
    for resolution, solve in solvers(parametric.equation, axes).items():
        rung = Rung(parametric, resolution, solve)
        reached = float(np.median(relative(np.stack([rung(values) for values in parameters]), exact)))
        found.append(replace(rung, error=reached))
        if reached <= error:
            break
    return found


def matched_seconds(error: float, errors: Sequence[float], seconds: Sequence[float]) -> float | None:
    """Return the time at which a solver reaches an error, given errors and times by resolution, coarsest first.

    Between the coarsest resolution that is as accurate and the one before, logarithms are interpolated. The coarsest of
    all is an upper bound where even that is more accurate; None where the finest is less accurate.
    """
    for i, (reached, taken) in enumerate(zip(errors, seconds, strict=True)):
        if not reached <= error:
            continue
        if i == 0 or not np.isfinite(errors[i - 1]):
            return taken
        share = log(errors[i - 1] / error) / log(errors[i - 1] / reached)
        return exp((1 - share) * log(seconds[i - 1]) + share * log(taken))
    return None
