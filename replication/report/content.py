"""Everything a page says of one paper, gathered from the files of a run."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from replication.report import drawing, erratum, figure, protocol, published, tables
from replication.report.drawing import Drawing
from replication.report.erratum import Erratum
from replication.report.inputs import Inputs
from replication.report.judged_claim import WORDS, JudgedClaim, judged
from replication.report.protocol import Protocol
from replication.report.runs import Cost
from replication.report.tables import Table
from replication.settings.loading import MODIFIED
from replication.verdicts.claim import load_claims

SURPRISES = "surprises.md"
"""In a paper's folder: what surprised the replication, in words."""


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
    judged_claims = tuple(judged(inputs, claim, table, page) for claim in claims)
    return PaperContent(
        slug=slug,
        protocol=protocol.read(folder / "protocol.md", slug),
        claims=judged_claims,
        results=tables.results(table) if len(table) else None,
        evidence=_levels(inputs, slug, judged_claims),
        quantities=len(tables.scores(table).frame) if len(table) else 0,
        made=tables.made(listed, inputs.links(listed, page)) if listed else None,
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
