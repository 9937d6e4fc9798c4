"""Problems rank as registered before the runs: mean Spearman correlation over seeds, all permutations of problems."""

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
"""All assignments of ranks to the problems are listed: 40,320 for eight without ties."""

AT_ONCE = 250
"""So many assignments are looked at together, which bounds the memory for many claims."""

ROUNDING = 1e-9
"""The possible correlations lie much further apart than this."""


@dataclass(frozen=True)
class RankAgreement:
    """Mean over `n` seeds of Spearman's correlation between observed values and registered order.

    This is s.r / (|1..m| |r|), with s the mean over seeds of the problems' centred ranks and r the registered ones. A
    problem keeps its rank from seed to seed, whatever the reason, so the seeds are no independent evidence for an order
    (they would be in Page's test): the problems are. If the order has nothing to do with them, all m! assignments of
    registered ranks to the problems are equally likely given s, the same one on every seed, and the test is exact
    whether ranks persist over seeds or not. Ties in r or s make the chance distribution asymmetric.

    `rank_sums` is n s, shape (..., problems): multiples of a half, so that products with r are free of rounding error.
    """

    rank_sums: NDArray[np.float64]
    n: int
    ranks: tuple[float, ...]

    @property
    def correlation(self) -> Any:
        """The mean correlation."""
        return self._with(_centred(self.ranks))

    @property
    def centre(self) -> Any:
        """The mean correlation."""
        return self.correlation

    @property
    def smallest_p(self) -> float:
        """The p-value of perfect agreement, and of perfect disagreement: one of all distinct assignments."""
        return 1 / len(_assignments(self.ranks))

    def interval(self, level: float = LEVEL) -> tuple[Any, Any]:
        """Return correlation - upper reach and correlation + lower reach, within -1 and 1.

        The reach on a side is the smallest correlation there that chance attains or exceeds with probability at most
        `level`, so that the interval mirrors both one-sided tests.
        """
        chance = self._with(_assignments(self.ranks))
        low, high = self.correlation - _reach(chance, level), self.correlation + _reach(-chance, level)
        return np.maximum(low, -1.0), np.minimum(high, 1.0)

    def p_greater(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return P(chance correlation >= correlation - edge)."""
        return self._chance(np.greater_equal, np.subtract(self.correlation, edge) - ROUNDING)

    def p_less(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return P(chance correlation <= correlation - edge)."""
        return self._chance(np.less_equal, np.subtract(self.correlation, edge) + ROUNDING)

    def runs_needed(self, edges: Sequence[float], level: float = LEVEL) -> float:
        """Return n if that is enough, else infinity.

        The p-values depend on the mean ranks alone. Further seeds make these more certain; as long as they stay where
        they are, no number of seeds changes what can be said of so many problems.
        """
        edge = min(edges, key=lambda e: abs(float(self.correlation) - e))
        return float(self.n) if min(self.p_greater(edge), self.p_less(edge)) <= level else np.inf

    def _with(self, ranks: NDArray[np.float64]) -> Any:
        """Return the mean correlation with centred `ranks`, shape (problems,) or (assignments, problems)."""
        # The norm of ranks without ties: observed ties then shrink the correlation, and the test stays exact.
        m = len(self.ranks)
        norms = np.sqrt(m * (m**2 - 1) / 12) * np.linalg.norm(_centred(self.ranks))
        return self.rank_sums @ ranks.T / (self.n * norms)

    def _chance(self, compare: np.ufunc, bound: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of all assignments whose correlation compares so with `bound`."""
        every = _assignments(self.ranks)
        blocks = np.split(every, range(AT_ONCE, len(every), AT_ONCE))
        return sum(compare(self._with(block), bound[..., None]).sum(axis=-1) for block in blocks) / len(every)


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

    return RankAgreement(_centred(stats.rankdata(values, axis=-1)).sum(axis=-2), values.shape[-2], ranks)


def _centred(ranks: ArrayLike) -> NDArray[np.float64]:
    """Return ranks less their mean, (m + 1) / 2."""
    return np.asarray(ranks) - (np.shape(ranks)[-1] + 1) / 2


@lru_cache(maxsize=64)
def _assignments(ranks: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the distinct orders of the centred ranks, all of them equally likely: m! / (g! h! ...) for tied groups."""
    return _centred(sorted(set(itertools.permutations(ranks))))


def _reach(chance: NDArray[np.float64], level: float) -> Any:
    """Return the least chance value that is attained or exceeded with probability at most `level`; if none, 2."""
    rare = int(level * chance.shape[-1] + ROUNDING)
    too_frequent = np.sort(chance, axis=-1)[..., [-1 - rare]]
    return np.min(chance, axis=-1, where=chance > too_frequent + ROUNDING, initial=2.0)
