"""One claim as the page shows it: its verdict, its tests, the rows behind them, its figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from replication.report import drawing, runs, strip, tables, wording
from replication.report.drawing import Drawing
from replication.report.inputs import Inputs, relative
from replication.report.strip import Stretch
from replication.report.tables import Table
from replication.verdicts.claim import Claim
from replication.verdicts.statements import (
    BETTER,
    IN_DIRECTION,
    INCONCLUSIVE,
    NOT_REPLICATED,
    NOT_TESTABLE,
    REPLICATED,
)

PENDING = "pending"
WORDS = {
    REPLICATED: "The interval lies within the margin that was fixed before the runs.",
    BETTER: "The interval lies wholly beyond the margin, on the good side.",
    IN_DIRECTION: "The ordering holds, the size does not.",
    NOT_REPLICATED: "The interval lies wholly outside the margin, on the bad side.",
    INCONCLUSIVE: "The interval crosses an edge of the margin; more seeds are needed.",
    NOT_TESTABLE: "A setting, the data, the hardware or the runs are missing; the reason says which.",
    PENDING: "Not judged yet: this paper's part of the workflow has not been run.",
}
"""The vocabulary, in the order in which verdicts are checked and counted."""

MARKS = {
    "paper": "the paper's own text",
    "code": "the authors' published code",
    "secondary": "only a third party's summary",
    "own": "a statement of ours, which no paper makes",
}
MOST_ROWS = 25
"""Rows of the long table shown under one claim; beyond it the page names the file that holds all of them."""


@dataclass(frozen=True)
class JudgedClaim:
    """A claim with its verdict and all that stands behind it."""

    claim: Claim
    anchor: str
    found: dict[str, Any]
    tests: Table | None
    axes: tuple[str, ...]
    stretches: tuple[Stretch, ...]
    rows: Table | None
    left_out: int
    sources: tuple[str, ...]
    """Addresses of the files that hold all its rows."""
    command: str | None
    drawings: tuple[Drawing, ...]
    not_run: tuple[str, ...]
    """Problems that the claim is about and that were not run here."""
    known: str
    """What there is of a claim that is not decided: how many of its tests are, and on how many seeds."""
    neighbours: str
    """How many cores others kept busy while its rows were timed, and in how many sessions that was counted."""

    @property
    def word(self) -> str:
        """The verdict, or `pending`."""
        return str(self.found.get("verdict", PENDING))

    @property
    def published(self) -> str:
        """The published value, or why it cannot stand beside what was found."""
        return str(self.found.get("published", self.claim.published))

    @property
    def measured(self) -> bool:
        """Whether there is an estimate to show."""
        return bool(pd.notna(self.found.get("estimate")))

    @property
    def confidence(self) -> str:
        """The confidence of the interval."""
        return wording.percent(self.found.get("confidence"))

    @property
    def further(self) -> str:
        """What an inconclusive claim still needs, in words; empty if that is not asked or not known."""
        further = self.found.get("further_seeds")
        if further is None or pd.isna(further):
            return ""
        return wording.further_seeds(further)


def judged(inputs: Inputs, claim: Claim, table: pd.DataFrame, page: Path) -> JudgedClaim:
    """Gather what stands behind one claim in the long `table`, for the page at `page`."""

    def own(rows: pd.DataFrame) -> pd.DataFrame:
        return rows[(rows["claim"] == claim.id) & (rows["paper"] == claim.paper)] if len(rows) else rows

    verdict, evidence = own(inputs.verdict_rows), own(inputs.evidence_rows)
    rows = behind(claim, table) if len(table) else table
    made_by = inputs.made_by
    entries = [measured or run for run, measured in (made_by.row(row) for row in rows.to_dict("records"))]
    shown, shown_entries = rows.head(MOST_ROWS), entries[:MOST_ROWS]
    found = {str(name): value for name, value in verdict.iloc[0].items()} if len(verdict) else {}
    deciding = [entry for entry, decides in zip(entries, _decides(claim, found, rows), strict=True) if decides]
    problems = dict.fromkeys(problem for test in claim.tests for problem in test.problems)
    return JudgedClaim(
        claim=claim,
        anchor=f"{claim.paper}-{claim.id}",
        found=found,
        tests=tables.tests(evidence).without("claim", "unit") if len(evidence) else None,
        axes=_strips(claim, evidence),
        stretches=strip.stretches(own(inputs.sensitivity_rows)),
        rows=tables.rows(shown, shown_entries, inputs.links(shown_entries, page)) if len(rows) else None,
        left_out=max(0, len(rows) - MOST_ROWS),
        sources=tuple(relative(path, page) for path in inputs.holding(claim.paper, problems)),
        command=next((runs.command(entry) for entry in [*deciding, *entries] if entry), None),
        drawings=tuple(drawing.load(claim.paper, name, inputs.figures, page, inputs.parts) for name in claim.figures),
        not_run=tuple(name for name in problems if name not in set(table["problem"])) if len(table) else (),
        known=_known(evidence),
        neighbours=_neighbours([entry for entry, timed in zip(entries, rows.get("timing", ()), strict=True) if timed]),
    )


def _neighbours(entries: Iterable[dict[str, Any] | None]) -> str:
    """Say how busy others were during the measurements among some entries; nothing where none counted it."""
    sessions = {runs.folder(entry): entry.get("neighbours") for entry in entries if entry and "measurement" in entry}
    counted = [cores for cores in sessions.values() if cores is not None]
    if not counted:
        return ""
    busy = f"others kept at most {max(counted):.2f} cores busy"
    return busy if len(counted) == len(sessions) else f"{busy}; counted in {len(counted)} of {len(sessions)} sessions"


def _decides(claim: Claim, found: Mapping[str, Any], rows: pd.DataFrame) -> list[bool]:
    """Tell which rows the verdict hangs on: those of the compared method in the cell that decided."""
    if pd.isna(found.get("test")):
        return [False] * len(rows)
    methods = claim.tests[int(found["test"]) - 1].methods
    here = rows["method"].isin(methods) & rows["problem"].isin(str(found["problem"]).split())
    here &= rows["hardware"] == found["hardware"]
    exactly = here & (rows["condition"] == found["condition"])
    return list(exactly if exactly.any() else here)


def _known(evidence: pd.DataFrame) -> str:
    """Say how many of a claim's tests are decided, and on how many seeds they rest; nothing where none has rows."""
    seeds = evidence["n"].dropna() if len(evidence) else pd.Series()
    if seeds.empty:
        return ""
    low, high = int(seeds.min()), int(seeds.max())
    n = f"n = {low}" if low == high else f"n = {low} to {high}"
    if len(evidence) == 1:
        return n
    decided = (~evidence["verdict"].isin([INCONCLUSIVE, NOT_TESTABLE])).sum()
    return f"{decided} of {len(evidence)} decided, {n}"


def behind(claim: Claim, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the long table that a claim's tests read, each once, in the table's order."""
    indices: set[int] = set()
    for test in claim.tests:
        of_metric = table[table["metric"].isin(test.metrics)]
        for cell in (cell for cells in test.cells(of_metric) for cell in cells):
            indices |= set(test.reads(of_metric[of_metric["hardware"] == cell.hardware], cell).index)
    return table.loc[sorted(indices)]


def _strips(claim: Claim, evidence: pd.DataFrame) -> tuple[str, ...]:
    """Draw each single test on an axis that it shares with the other cells of the same test, if any was estimated."""
    if not len(evidence) or evidence["estimate"].isna().all():
        return ()
    drawn = []
    for row in evidence.to_dict("records"):
        test = claim.tests[int(row["test"]) - 1]
        turn = test.region(str(row["problem"]).split()[0]).equality
        if turn is not None and test.logarithmic:
            turn = 1.0
        group = [_result(other) for other in evidence[evidence["test"] == row["test"]].to_dict("records")]
        axis = strip.Axis.around(group, turn, test.logarithmic)
        drawn.append(strip.svg(_result(row), axis, turn))
    return tuple(drawn)


def _result(row: Mapping[Any, Any]) -> strip.Result:
    return strip.Result(row["estimate"], row["low"], row["high"], row["margin_low"], row["margin_high"])
