"""Everything a page says, gathered from the files of a run; what is not there yet is pending."""

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from replication.report import drawing, erratum, figure, protocol, published, runs, strip, tables, wording
from replication.report.drawing import Drawing
from replication.report.erratum import Erratum
from replication.report.part import Part
from replication.report.protocol import Protocol
from replication.report.runs import Cost, MadeBy
from replication.report.sources import read_tables
from replication.report.strip import Stretch
from replication.report.tables import Table
from replication.settings.loading import MODIFIED
from replication.verdicts.claim import Claim, load_claims
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
SURPRISES = "surprises.md"
"""In a paper's folder: what surprised the replication, in words."""
MOST_ROWS = 25
"""Rows of the long table shown under one claim; beyond it the page names the file that holds all of them."""


@dataclass(frozen=True)
class Inputs:
    """The files a page is rendered from. A file that does not exist is pending, never an error.

    `papers` are shown in the order given. `figures` is the folder of drawings with one folder a paper. `metrics` are
    long tables, one below the other, and `runs` files called `runs.json`. `tables` is the folder of exported tables,
    with one folder a paper. `root` is the workflow's working directory, to which links to run folders lead; None where
    the folders are not at hand. `settings` are those of the preset as run. `parts` are what a page of published parts
    is made of; none for the page of one run. `datasets` is the folder of fidelity cards and frames, None where a page
    shows no datasets.
    """

    preset: str
    papers: tuple[str, ...]
    verdicts: Path
    evidence: Path
    sensitivity: Path
    metrics: tuple[Path, ...]
    runs: tuple[Path, ...]
    figures: Path
    tables: Path
    root: Path | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    datasets: Path | None = None

    @cached_property
    def verdict_rows(self) -> pd.DataFrame:
        """The verdicts, one row a claim; empty where there are none yet."""
        return _rows(self.verdicts)

    @cached_property
    def evidence_rows(self) -> pd.DataFrame:
        """The single tests behind the verdicts."""
        return _rows(self.evidence)

    @cached_property
    def sensitivity_rows(self) -> pd.DataFrame:
        """The verdicts over a range of margins."""
        return pd.read_csv(self.sensitivity) if self.sensitivity.is_file() else pd.DataFrame()

    @cached_property
    def metric_rows(self) -> pd.DataFrame:
        """The long table."""
        present = [path for path in self.metrics if path.is_file()]
        return read_tables(present) if present else pd.DataFrame()

    @cached_property
    def record(self) -> dict[str, Any]:
        """What every run cost and on what it ran."""
        return runs.read(self.runs)

    @cached_property
    def made_by(self) -> MadeBy:
        """Finds the run or measurement behind a row."""
        return MadeBy(self.record)

    def holding(self, paper: str, problems: Collection[str]) -> list[Path]:
        """Return the long tables with the rows of some problems of a paper."""
        parts = [part.rows for part in self.parts if part.paper == paper and part.problem in problems]
        return parts or list(self.metrics)

    def entries(self, kind: str, paper: str) -> list[dict[str, Any]]:
        """The `runs` or the `measurements` of one paper."""
        return [entry for entry in self.record[kind] if entry["paper"] == paper]

    def machines(self, entries: Iterable[Mapping[str, Any]]) -> list[str]:
        """Return what the runs of some entries were made on, each once."""
        manifests = {identity: self.record["manifests"][identity] for identity in {run["manifest"] for run in entries}}
        return sorted({runs.machine(manifest) for manifest in manifests.values()})

    def settings_of(self, paper: str, problem: str) -> list[Mapping[str, Any]]:
        """Return the settings of the presets that a problem was run with."""
        if not self.parts:
            return [self.settings]
        return [part.settings for part in self.parts if (part.paper, part.problem) == (paper, problem)]


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
    neighbours: float | None
    """How many cores others kept busy on average while its rows were timed, at most; None where nobody recorded it."""

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


@dataclass(frozen=True)
class PaperContent:
    """One paper: its claims in order, its protocol, its tables and its cost."""

    slug: str
    protocol: Protocol
    claims: tuple[JudgedClaim, ...]
    results: Table | None
    evidence: list[str]
    """The presets behind its verdicts, and whether some of them were modified; verdicts say where and how."""
    quantities: int
    """How many quantities its exported table of scores holds."""
    made: Table | None
    cost: Cost
    machines: list[str]
    """The processors and accelerators that its runs were made on."""
    costs: Table | None
    """What its runs cost by problem and method."""
    others: tuple[Drawing, ...]
    """Figures that no claim names."""
    errata: tuple[Erratum, ...]
    published: Table | None
    """What others published of the problems that were run on the same data."""
    failures: Table
    """Its runs that did not finish."""
    surprises: str = ""
    """What surprised the replication, as HTML, from `surprises.md` in the paper's folder."""
    surprises_markdown: str = ""

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to say of this paper yet."""
        return not (self.claims or self.protocol.sections or self.results or self.made)

    @property
    def tally(self) -> list[tuple[int, str]]:
        """How many claims have each verdict, in the order of the vocabulary."""
        words = [claim.word for claim in self.claims]
        return [(words.count(word), word) for word in WORDS if word in words]


def paper(inputs: Inputs, slug: str, page: Path) -> PaperContent:
    """Gather one paper's content for the page at `page`."""
    folder = figure.folder(slug).parent
    claims = load_claims(slug) if any((folder / "claims").glob("*.yaml")) else []
    metrics = inputs.metric_rows
    table = metrics[metrics["paper"] == slug] if len(metrics) else metrics
    made = inputs.entries("runs", slug)
    listed = made + inputs.entries("measurements", slug)
    named = {name for claim in claims for name in claim.figures}
    problems = set(table["problem"]) if len(table) else set()
    judged = tuple(_judged(inputs, claim, table, page) for claim in claims)
    return PaperContent(
        slug=slug,
        protocol=protocol.read(folder / "protocol.md", slug),
        claims=judged,
        results=tables.results(table) if len(table) else None,
        evidence=_levels(inputs, slug, judged),
        quantities=len(tables.scores(table).frame) if len(table) else 0,
        made=tables.made(listed, _links(inputs, listed, page)) if listed else None,
        cost=Cost.of(made),
        machines=inputs.machines(made),
        costs=tables.costs(made) if made else None,
        others=tuple(
            drawing.load(slug, name, inputs.figures, page, inputs.parts)
            for name in figure.figures(slug)
            if name not in named
        ),
        errata=tuple(erratum.load(slug)),
        published=published.values(slug, {problem: inputs.settings_of(slug, problem) for problem in problems}),
        failures=tables.failures(made),
        surprises=protocol.prose(folder / SURPRISES),
        surprises_markdown=protocol.lowered(folder / SURPRISES),
    )


def _levels(inputs: Inputs, slug: str, claims: Iterable[JudgedClaim]) -> list[str]:
    """Return the presets behind a paper's verdicts, and whether any was modified."""
    made = {(part.preset, part.level) for part in inputs.parts if part.paper == slug}
    if not inputs.parts:
        made = {(inputs.preset, str(claim.found["evidence"])) for claim in claims if claim.found}
    presets = sorted({preset for preset, _ in made})
    return [*presets, "some modified"] if any(MODIFIED in level for _, level in made) else presets


def export(inputs: Inputs, slug: str, folder: Path) -> None:
    """Write one paper's tables (verdicts, evidence, scores, runs, failures) into `folder`, each in its formats."""
    verdicts, evidence, metrics = inputs.verdict_rows, inputs.evidence_rows, inputs.metric_rows
    made = inputs.entries("runs", slug)
    written = [tables.failures(made)]
    if len(verdicts):
        written.append(tables.verdicts(verdicts[verdicts["paper"] == slug]))
    if len(evidence):
        written.append(tables.tests(evidence[evidence["paper"] == slug]))
    if len(metrics):
        written.append(tables.scores(metrics[metrics["paper"] == slug]))
    if made:
        written.append(tables.made(made, [None] * len(made)))
    for table in written:
        table.write(folder)


def _judged(inputs: Inputs, claim: Claim, table: pd.DataFrame, page: Path) -> JudgedClaim:
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
        rows=tables.rows(shown, shown_entries, _links(inputs, shown_entries, page)) if len(rows) else None,
        left_out=max(0, len(rows) - MOST_ROWS),
        sources=tuple(relative(path, page) for path in inputs.holding(claim.paper, problems)),
        command=next((runs.command(entry) for entry in [*deciding, *entries] if entry), None),
        drawings=tuple(drawing.load(claim.paper, name, inputs.figures, page, inputs.parts) for name in claim.figures),
        not_run=tuple(name for name in problems if name not in set(table["problem"])) if len(table) else (),
        known=_known(evidence),
        neighbours=max((entry["neighbours"] for entry in entries if entry and _counted(entry)), default=None),
    )


def _counted(entry: Mapping[str, Any]) -> bool:
    """Tell whether an entry is of a measurement that counted what others did meanwhile."""
    return entry.get("neighbours") is not None


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


def _links(inputs: Inputs, entries: list[Any], page: Path) -> list[str | None]:
    if inputs.root is None:
        return [None] * len(entries)
    return [entry and relative(inputs.root / runs.folder(entry), page) for entry in entries]


def relative(target: Path, page: Path) -> str:
    """Return the address of a file as a link from the page at `page`."""
    return Path(os.path.relpath(target, page.parent)).as_posix()


def _rows(path: Path) -> pd.DataFrame:
    numbers = ["n", "estimate", "low", "high", "confidence", "margin_low", "margin_high", "further_seeds"]
    numbers += ["test", "runs", "failures"]
    if not path.is_file():
        return pd.DataFrame()
    return pd.read_csv(path, keep_default_na=False, na_values={name: [""] for name in numbers})
