"""Problems rank as registered before the runs: mean Spearman correlation over seeds, exact permutation test."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator

from replication.verdicts.selection import Cell, Name, Selection
from replication.verdicts.statements import LEVEL, Region

if TYPE_CHECKING:
    import pandas as pd

MOST_PROBLEMS = 8
"""All permutations of the problems are listed: 40,320 for eight."""


@dataclass(frozen=True)
class RankAgreement:
    """Mean over `n` seeds of Spearman's correlation between observed values and registered order (Page 1963).

    Within a seed the problems' values are exchangeable if the order means nothing, so the null distribution is exact:
    all permutations, convolved over seeds. Student t would not do: with three problems a correlation has four values,
    and three seeds that agree by chance show no spread.
    """

    correlation: Any
    n: int
    ranks: tuple[float, ...]

    @property
    def centre(self) -> Any:
        """The mean correlation."""
        return self.correlation

    def interval(self, level: float = LEVEL) -> tuple[Any, Any]:
        """Return correlation -+ the smallest chance value reached with probability at most `level`, within -1 and 1."""
        values, tail = _chance(self.ranks, self.n)
        rare = values[tail <= level]
        reach = rare[0] if rare.size else 2.0
        return np.maximum(self.correlation - reach, -1.0), np.minimum(self.correlation + reach, 1.0)

    def p_greater(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return P(chance correlation >= correlation - edge)."""
        return self._tail(np.subtract(self.correlation, edge))

    def p_less(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return P(chance correlation <= correlation - edge); the chance distribution is symmetric."""
        return self._tail(np.subtract(edge, self.correlation))

    def runs_needed(self, edges: Sequence[float], level: float = LEVEL) -> float:
        """Return n with (z(1-level) + z(0.8)) sqrt(variance of one chance correlation / n) <= distance to the edge."""
        from scipy import stats

        distance = min(abs(self.correlation - edge) for edge in edges)
        if distance == 0:
            return np.inf
        values, tail = _chance(self.ranks, 1)
        variance = float((values**2 * -np.diff(tail, append=0.0)).sum())
        return float(np.ceil(variance * ((stats.norm.ppf(1 - level) + stats.norm.ppf(0.8)) / distance) ** 2))

    def _tail(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        values, tail = _chance(self.ranks, self.n)
        # The possible values lie much further apart than rounding moves them.
        position = np.searchsorted(values, distance - 1e-9)
        return np.where(position < len(values), tail[np.minimum(position, len(values) - 1)], 0.0)


class Ranked(Selection):
    """A test that ranks problems by the metric of one method.

    With a `reference` they are ranked by method / reference, paired by seed; of several references the lowest counts.
    """

    @model_validator(mode="after")
    def _few_enough(self) -> Ranked:
        if len(self.problems) > MOST_PROBLEMS:
            raise ValueError(f"at most {MOST_PROBLEMS} problems can be ranked")
        if isinstance(self.method, list):
            raise ValueError("an order is measured for one method")
        return self

    @property
    def places(self) -> int:
        """All problems together make one single result for each condition."""
        return len(self.conditions)

    @property
    def logarithmic(self) -> bool:
        """A correlation is judged as it is."""
        return False

    def margin_in_words(self, unit: str) -> str:
        """There is no margin."""
        return "positive correlation"

    def groups(self) -> list[tuple[str, ...]]:
        """Return all problems as one group."""
        return [tuple(self.problems)]

    def region(self, problem: str, margin: Any = 1.0) -> Region:
        """Return all positive correlations; there is no margin."""
        return Region(0.0, np.inf, "higher")

    def ranked(self, rows: pd.DataFrame, cell: Cell) -> NDArray[np.float64]:
        """Return what ranks the problems, shape (seeds, problems), of the seeds that finished on every problem."""
        import pandas as pd

        from replication.verdicts import seeds

        columns = []
        for problem in self.problems:
            together = pd.concat(seeds.compared(self, rows, cell, problem), axis=1, join="inner").dropna()
            below = together.iloc[:, 1:].min(axis=1) if self.reference else 1.0
            columns.append(together.iloc[:, 0] / below)
        table = pd.concat(columns, axis=1, join="inner").dropna().to_numpy()
        seeds.enough(len(table), paired=self.reference is not None)
        return table


class RankOrder(Ranked):
    """Over the problems, the metric rises in the registered `order`: groups from lowest to highest, ties within."""

    kind: Literal["rank_order"]
    order: Annotated[list[Annotated[list[Name], Field(min_length=1)]], Field(min_length=2)]

    @model_validator(mode="after")
    def _complete(self) -> RankOrder:
        if sorted(itertools.chain(*self.order)) != sorted(self.problems):
            raise ValueError("the groups of `order` hold each of `problems` once")
        return self

    def registered_ranks(self) -> tuple[float, ...]:
        """Return the mid-rank of each problem in the registered order."""
        from scipy import stats

        place = {problem: index for index, group in enumerate(self.order) for problem in group}
        return tuple(float(rank) for rank in stats.rankdata([place[problem] for problem in self.problems]))

    def estimate(self, rows: pd.DataFrame, cell: Cell) -> RankAgreement:
        """Return the agreement over the seeds that finished on every problem."""
        return agreement(self.ranked(rows, cell), self.registered_ranks())


def agreement(values: NDArray[np.float64], ranks: tuple[float, ...]) -> RankAgreement:
    """Return the mean Spearman correlation over seeds; `values` has shape (..., seeds, problems)."""
    from scipy import stats

    m = len(ranks)
    observed = stats.rankdata(values, axis=-1) - (m + 1) / 2
    registered = np.asarray(ranks) - (m + 1) / 2
    # The norm of ranks without ties: observed ties then shrink the correlation, and the test stays exact or careful.
    correlation = observed @ registered / (_norm(m) * np.linalg.norm(registered))
    return RankAgreement(correlation.mean(axis=-1), values.shape[-2], ranks)


def _norm(m: int) -> float:
    """Return the norm of the centred ranks 1 to m."""
    return float(np.sqrt(m * (m**2 - 1) / 12))


@lru_cache(maxsize=64)
def _chance(ranks: tuple[float, ...], seeds: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the possible mean correlations, rising, and the probability of each or a larger one by chance."""
    m = len(ranks)
    registered = np.asarray(ranks) - (m + 1) / 2
    orders = np.array(list(itertools.permutations(np.arange(m) - (m - 1) / 2)))
    # In quarter steps the sums of products are whole numbers, also with mid-ranks.
    steps = np.rint(4 * orders @ registered).astype(int)
    once = np.bincount(steps - steps.min()) / len(steps)
    together = np.array([1.0])
    for _ in range(seeds):
        together = np.convolve(together, once)
    values = (np.arange(len(together)) + seeds * steps.min()) / (4 * seeds * _norm(m) * np.linalg.norm(registered))
    possible = together > 0
    return values[possible], np.cumsum(together[possible][::-1])[::-1]
