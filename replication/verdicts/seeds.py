"""One value a seed, from the rows of the long table; failures counted apart from the values of the runs that worked."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import UserError
from replication.report import wording
from replication.verdicts.selection import Cell, Selection, Undecidable, Unmeasured, in_words

DONE = "done"


def values(rows: pd.DataFrame, metric: str, problem: str, method: str, condition: str) -> "pd.Series[float]":
    """Return the finished runs' values of `metric` by seed; `rows` are those of one hardware target and metric.

    Raises:
        Unmeasured: no such rows, or none of a finished run; the message says which.
        UserError: two rows for the same seed.
    """
    chosen = rows[(rows["problem"] == problem) & (rows["method"] == method) & (rows["condition"] == condition)]
    what = f"{wording.metric(metric)} of {in_words(wording.method(method), condition)}"
    if chosen.empty:
        raise Unmeasured(f"not run: {what}", problem)
    done = chosen[chosen["status"] == DONE]
    if done.empty:
        counts = ", ".join(f"{count} {status}" for status, count in chosen["status"].value_counts().items())
        raise Unmeasured(f"no finished run ({counts}): {what}", problem)
    if done["seed"].duplicated().any():
        seed = done.loc[done["seed"].duplicated(), "seed"].iloc[0]
        raise UserError(f"table: {what} on {problem}, seed {seed}: stands there twice, one row a run is allowed")
    return done.set_index("seed")["value"].sort_index()


def compared(selection: Selection, rows: pd.DataFrame, cell: Cell, problem: str) -> list["pd.Series[float]"]:
    """Return the values by seed of everything compared on a problem, the references last.

    A deterministic reference has the value of its one run on the seeds of the (first) method.
    """
    found = [values(rows, selection.metric, problem, method, condition) for method, condition in selection.sides(cell)]
    fixed = selection.reference.deterministic if selection.reference else []
    for place, name in enumerate(selection.references, start=len(selection.methods)):
        if name in fixed:
            found[place] = pd.Series(found[place].iloc[0], index=found[0].index)
    return found


Pair = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Values of a method and of a reference on the same seeds, (seeds,) each."""


def paired(selection: Selection, rows: pd.DataFrame, cell: Cell) -> list[Pair]:
    """Return each method beside the reference on the seeds that both finished; without a reference it is 1."""
    return paired_with_each(selection, rows, cell)[0]


def paired_with_each(selection: Selection, rows: pd.DataFrame, cell: Cell) -> list[list[Pair]]:
    """Return for each of the references each method beside it, on the seeds that these two finished.

    A seed on which another method failed counts all the same.
    """
    sides = compared(selection, rows, cell, cell.problems[0])
    methods = sides[: len(selection.methods)]
    return [
        [_pair(method, reference, selection) for method in methods]
        for reference in sides[len(methods) :] or [pd.concat(methods).groupby(level=0).first() ** 0]
    ]


def _pair(method: "pd.Series[float]", reference: "pd.Series[float]", selection: Selection) -> Pair:
    both = pd.concat([method, reference], axis=1, join="inner").dropna().to_numpy().T
    enough(both.shape[1], paired=selection.reference is not None)
    return both[0], both[1]


def logarithms(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return natural logarithms; Undecidable if a value is not positive."""
    usable = np.isfinite(numbers) & (numbers > 0)
    if not usable.all():
        raise Undecidable(f"{int((~usable).sum())} of {numbers.size} values are not positive: no logarithm")
    return np.log(numbers)


def enough(seeds: int, *, paired: bool = False) -> None:
    """Refuse fewer than two seeds, since one value has no spread; `paired` if both sides of a comparison need them."""
    if seeds < 2:
        count = f"only {seeds} seed" if seeds else "no seed"
        raise Undecidable(f"{count}{' on both sides' if paired else ''}, an interval needs 2", seeds)


@dataclass(frozen=True)
class Runs:
    """How many runs a cell asked for and how many of them did not finish."""

    total: int
    failed: int

    def wilson(self) -> tuple[float, float]:
        """Return the 95 % Wilson interval of the failure rate (Wilson 1927); nothing is known of no runs."""
        from scipy import stats

        if self.total == 0:
            return np.nan, np.nan
        interval = stats.binomtest(self.failed, self.total).proportion_ci(method="wilson")
        return float(interval.low), float(interval.high)


def runs(rows: pd.DataFrame) -> Runs:
    """Count the runs behind these rows, and those that are not `done`; a run may have several rows."""
    finished = (rows["status"] == DONE).groupby([rows["problem"], rows["method"], rows["seed"]]).all()
    return Runs(total=len(finished), failed=int((~finished).sum()))
