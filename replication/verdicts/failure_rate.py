"""Runs that fail: an exact binomial test of the share of runs that do not finish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from replication.report import wording
from replication.verdicts.selection import Cell, Selection, Undecidable, Unmeasured, in_words
from replication.verdicts.statements import LEVEL, Region

if TYPE_CHECKING:
    import pandas as pd

MOST_RUNS = 2_000
"""Beyond this number no further runs are promised to settle anything."""


@dataclass(frozen=True)
class BinomialRate:
    """`failed` of `n` runs; arrays are many claims.

    The test is the exact binomial one and the interval its mirror (Clopper and Pearson 1934): the shorter Wilson
    interval, shown beside every error, leaves out the truth up to twice as often as it says at three to ten runs.
    """

    failed: Any
    n: Any

    @property
    def centre(self) -> Any:
        """The share that failed."""
        return np.divide(self.failed, self.n)

    def interval(self, level: float = LEVEL) -> tuple[Any, Any]:
        """Return the Clopper-Pearson bounds, each leaving out `level`."""
        from scipy import stats

        low = stats.beta.ppf(level, self.failed, np.subtract(self.n, self.failed) + 1)
        high = stats.beta.ppf(1 - level, np.add(self.failed, 1), np.subtract(self.n, self.failed))
        return np.where(np.equal(self.failed, 0), 0.0, low), np.where(np.equal(self.failed, self.n), 1.0, high)

    def p_greater(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return P(at least this many fail) at a failure rate of `edge`."""
        from scipy import stats

        tail = stats.binom.sf(np.subtract(self.failed, 1), self.n, np.clip(edge, 0, 1))
        return np.where(np.less(edge, 0), 0.0, np.where(np.greater(edge, 1), 1.0, tail))

    def p_less(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return P(at most this many fail) at a failure rate of `edge`."""
        from scipy import stats

        tail = stats.binom.cdf(self.failed, self.n, np.clip(edge, 0, 1))
        return np.where(np.less(edge, 0), 1.0, np.where(np.greater(edge, 1), 0.0, tail))

    def runs_needed(self, edges: Sequence[float], level: float = LEVEL) -> float:
        """Return the smallest n at which the same share of failures tells it from the nearest edge."""
        edge = min(edges, key=lambda e: abs(self.centre - e))
        n = np.arange(1, MOST_RUNS + 1)
        later = BinomialRate(np.rint(self.centre * n), n)
        settled = np.minimum(later.p_greater(edge), later.p_less(edge)) <= level
        # A binomial test settles in jumps: the first n may owe it to rounding, so the last unsettled one counts.
        last_unsettled = np.max(n, where=~settled, initial=0)
        return float(last_unsettled + 1) if last_unsettled < MOST_RUNS else np.inf


class FailureRate(Selection):
    """Of the runs that were asked for, at most a share of `at_most` did not finish."""

    kind: Literal["failure_rate"]
    reference: None = None
    at_most: Annotated[float, Field(gt=0, lt=1)]

    @property
    def logarithmic(self) -> bool:
        """A rate is judged as it is."""
        return False

    def margin_in_words(self, unit: str) -> str:
        """Return the bound."""
        return f"at most {self.at_most:g}"

    def estimate(self, rows: pd.DataFrame, cell: Cell) -> BinomialRate:
        """Return failures and runs of the method, whatever became of them."""
        from replication.verdicts import seeds

        counted = seeds.runs(self.reads(rows, cell))
        if counted.total == 0:
            names = ", ".join(map(wording.method, self.methods))
            raise Unmeasured(f"not run: {in_words(names, cell.condition)}", cell.problems[0])
        if counted.total < 2:
            raise Undecidable("only 1 run, an interval needs 2", 1)
        return BinomialRate(counted.failed, counted.total)

    def region(self, problem: str, margin: Any = 1.0) -> Region:
        """Return rates up to the bound times `margin`."""
        return Region(-np.inf, self.at_most * margin, "lower")
