"""A claim's tests made on the rows of the table: single results, and the groups in which they combine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.verdicts import seeds
from replication.verdicts.claim import Claim
from replication.verdicts.median import Median
from replication.verdicts.seeds import Runs
from replication.verdicts.selection import Cell, Selection, Size, Undecidable, Unmeasured
from replication.verdicts.statements import (
    ABSENT,
    BETTER,
    IN_DIRECTION,
    INCONCLUSIVE,
    LEVEL,
    NOT_TESTABLE,
    REPLICATED,
    UNKNOWN,
    Estimate,
    Region,
    Statements,
    at_least,
    statements,
    verdict,
)


@dataclass(frozen=True)
class Single:
    """One test in one cell; `obstacle` says why there is no estimate."""

    test: Selection
    cell: Cell
    runs: Runs
    estimate: Estimate | None = None
    obstacle: Unmeasured | Undecidable | None = None

    @property
    def word(self) -> str:
        """The verdict on this test alone."""
        return NOT_TESTABLE if self.missing else str(verdict(self.said()))

    @property
    def missing(self) -> bool:
        """Whether there is nothing to read (rather than too little)."""
        return isinstance(self.obstacle, Unmeasured)

    @property
    def n(self) -> float:
        """How many seeds (or runs) the estimate rests on, or are there where they are too few for one; NaN if none."""
        if self.estimate is None:
            return getattr(self.obstacle, "n", np.nan)
        members = self.estimate.members if isinstance(self.estimate, Median) else [self.estimate]
        return min(member.n for member in members)  # type: ignore[attr-defined]

    def region(self, margin: Any = 1.0) -> Region:
        """Return the region of the claimed result in this cell."""
        return self.test.region(self.cell.problems[0], margin)

    def said(self, margin: Any = 1.0) -> Statements:
        """Return what can be said here, with the margin multiplied by `margin` (an array gives many answers)."""
        if self.estimate is None:
            return ABSENT if self.missing else UNKNOWN
        return statements(self.estimate, self.region(margin))

    def natural(self, value: Any) -> Any:
        """Return a value of the test's scale in the metric's units."""
        return np.exp(value) if self.test.logarithmic else value

    def further_runs(self, level: float = LEVEL) -> float:
        """Return how many more runs would settle this cell; 0 if it is settled, NaN if nothing is known yet."""
        said = self.said()
        if min(said.acceptable, said.worse) <= level:
            return 0.0
        if self.estimate is None:
            return np.nan
        region = self.region()
        edges = [float(edge) for edge in (region.lower, region.upper) if np.isfinite(edge)]
        return max(1.0, self.estimate.runs_needed(edges, level) - self.n)


@dataclass(frozen=True)
class Group:
    """One test on one hardware target: its single results, of which `quorum` must hold."""

    singles: Sequence[Single]
    quorum: int

    @property
    def correction(self) -> int:
        """What single p-values are multiplied by to state that enough hold."""
        return len(self.singles) - self.quorum + 1

    def said(self, margin: Any = 1.0) -> Statements:
        """Return what can be said of the group."""
        return at_least(self.quorum, [single.said(margin) for single in self.singles])

    def weakest(self) -> Single:
        """Return the weakest of the single results that must hold."""
        return sorted(self.singles, key=lambda single: float(single.said().acceptable))[self.quorum - 1]

    def worst(self) -> Single:
        """Return the least clear of the single results that are enough to refute the group."""
        return sorted(self.singles, key=lambda single: float(single.said().worse))[self.correction - 1]

    def further_runs(self) -> float:
        """Return how many more seeds would settle enough of the single results (NaN sorts last: not known)."""
        return float(np.sort([s.further_runs(LEVEL / self.correction) for s in self.singles])[self.quorum - 1])


@dataclass(frozen=True)
class Examination:
    """All tests of a claim that a run of this size can speak to; `capped` if the claimed size itself is beyond it."""

    claim: Claim
    singles: Sequence[Single]
    groups: Sequence[Group]
    capped: bool

    def said(self, margin: Any = 1.0) -> Statements:
        """Return what can be said of the claim: all its tests hold, on every target."""
        return at_least(len(self.groups), [group.said(margin) for group in self.groups])

    def unit_of(self, single: Single) -> str:
        """Return the unit of a single test's quantity."""
        return single.test.unit or self.claim.unit

    @property
    def several_targets(self) -> bool:
        """Whether the tests were made on more than one hardware target."""
        return len({single.cell.hardware for single in self.singles} - {""}) > 1

    @property
    def missing(self) -> list[tuple[str, Unmeasured]]:
        """What the tests found no rows for, each with its hardware target."""
        obstacles = [(single.cell.hardware, single.obstacle) for single in self.singles]
        return [(hardware, obstacle) for hardware, obstacle in obstacles if isinstance(obstacle, Unmeasured)]

    def words(self, margin: Any = 1.0) -> NDArray[np.str_]:
        """Return the verdict in one word, what a run of this size may say included; an array of margins gives many."""
        if not self.groups:
            return np.full(np.shape(margin), NOT_TESTABLE)
        words = np.broadcast_to(verdict(self.said(margin)), np.shape(margin))
        if self.missing:
            words = np.where(np.isin(words, [IN_DIRECTION, INCONCLUSIVE]), NOT_TESTABLE, words)
        if self.capped:
            words = np.where(np.isin(words, [REPLICATED, BETTER]), IN_DIRECTION, words)
        return words

    def shown(self) -> tuple[Single, float]:
        """Return the single result on which the verdict hangs, and the level of its interval that mirrors it."""
        if self.said().worse <= LEVEL:
            group = min(self.groups, key=lambda group: float(group.said().worse))
            return group.worst(), LEVEL / (group.quorum * len(self.groups))
        group = max(self.groups, key=lambda group: float(group.said().acceptable))
        return group.weakest(), LEVEL / group.correction

    def further_runs(self) -> float:
        """Return the seeds that the neediest group still needs; NaN if that cannot be said."""
        further = [group.further_runs() for group in self.groups]
        return float(max(further)) if not np.isnan(further).any() and max(further) > 0 else np.nan


def examine(claim: Claim, table: pd.DataFrame, size: Size) -> Examination:
    """Make a claim's tests on the long table (any papers' rows; the claim's own are taken)."""
    read = {metric for test in claim.tests for metric in test.metrics}
    rows = table[(table["paper"] == claim.paper) & table["metric"].isin(read)]
    # An empty condition, the headline row, may have been read as missing.
    rows = rows.assign(condition=rows["condition"].astype(object).fillna("").astype(str))
    made = [test for test in claim.tests if size in test.sizes]
    singles, groups = [], []
    for test in made:
        for cells in test.cells(rows):
            several = [_single(test, rows, cell) for cell in cells]
            singles += several
            groups.append(_group(test, several))
    capped = any(test.sizes == ["published"] for test in claim.tests if test not in made)
    return Examination(claim, singles, groups, capped)


def _single(test: Selection, rows: pd.DataFrame, cell: Cell) -> Single:
    here = rows[rows["metric"].isin(test.metrics) & (rows["hardware"] == cell.hardware)]
    runs = seeds.runs(test.reads(here, cell))
    try:
        return Single(test, cell, runs, estimate=test.estimate(here, cell))
    except (Unmeasured, Undecidable) as obstacle:
        return Single(test, cell, runs, obstacle=obstacle)


def _group(test: Selection, several: list[Single]) -> Group:
    """Combine single results as the test says; a median is one result of its own, if all its members are there."""
    obstacles = [single for single in several if single.estimate is None]
    if test.combine != "median":
        return Group(several, test.quorum_of(len(several)))
    if obstacles:
        return Group(obstacles, len(obstacles))
    problems = tuple(dict.fromkeys(problem for single in several for problem in single.cell.problems))
    cell = Cell(several[0].cell.hardware, problems, several[0].cell.condition)
    runs = Runs(sum(single.runs.total for single in several), sum(single.runs.failed for single in several))
    members = [single.estimate for single in several if single.estimate is not None]
    return Group([Single(test, cell, runs, Median(members))], quorum=1)
