"""The report: one self-contained HTML page, and the same in Markdown for terminals and pull requests."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from replication import layout, numbers
from replication.report import citations, content, datasets, judged_claim, style, tables, wording
from replication.report.content import PaperContent
from replication.report.erratum import Erratum
from replication.report.inputs import Inputs, relative
from replication.report.runs import Cost, is_shared, machine
from replication.storage.atomic import write_text

TEMPLATES = Path(__file__).parent / "templates"
TITLE = "Small neural PDE solvers, claim by claim"


def render(inputs: Inputs, html: Path, markdown: Path) -> None:
    """Render the papers of `inputs` into one page and its Markdown twin.

    The page needs no network and nothing beside it; its links lead to files relative to its own folder. The same inputs
    give the same bytes.
    """
    papers = [content.paper(inputs, slug, html) for slug in inputs.papers]
    record = inputs.record
    runs = [run for run in record["runs"] if run["paper"] in inputs.papers]
    manifests = [
        {
            "identity": identity,
            "machine": machine(manifest),
            "content": manifest,
            "runs": sum(run["manifest"] == identity and not is_shared(run) for run in runs),
        }
        for identity, manifest in record["manifests"].items()
        if any(run["manifest"] == identity for run in runs)
    ]
    judged = [claim for paper in papers for claim in paper.claims]
    calibration = pd.read_csv(layout.CALIBRATION) if layout.CALIBRATION.is_file() else None
    first = {drawing.anchor: claim.anchor for claim in reversed(judged) for drawing in claim.drawings}
    view: dict[str, Any] = {
        "title": papers[0].protocol.title if len(papers) == 1 and not inputs.parts else TITLE,
        "inputs": inputs,
        "papers": papers,
        "cost": Cost.of(runs),
        "manifests": manifests,
        "machines": sorted({manifest["machine"] for manifest in manifests}),
        "commits": sorted({_commit(manifest["content"]) for manifest in manifests}),
        "settings": _settings(inputs),
        "parts": tables.parts(inputs.parts) if inputs.parts else None,
        "citations": citations.table(runs, {paper.slug: paper.protocol.citation for paper in papers}),
        "errata": _errata(papers),
        "datasets": datasets.shown(inputs.datasets) if inputs.datasets else [],
        "calibration": None if calibration is None else tables.calibration(calibration),
        "simulations": "" if calibration is None else f"{calibration['simulations'].max():,}",
        "first": first,
        "shown_by": {claim.anchor: [name for name, at in first.items() if at == claim.anchor] for claim in judged},
        "words": judged_claim.WORDS,
        "marks": judged_claim.MARKS,
        "formats": tables.FORMATS,
        "lifted": ("metric", "method", "against", "condition", "hardware", "status", "test", "margin", "confidence"),
        "tables_base": relative(inputs.tables, html),
        "css": (TEMPLATES / "page.css").read_text(encoding="utf-8"),
        "javascript": (TEMPLATES / "page.js").read_text(encoding="utf-8"),
    }
    templates = _environment()
    page = templates.get_template("page.html.j2").render(view)
    write_text(html, re.sub(r"\n\s*\n+", "\n", page))
    text = templates.get_template("report.md.j2").render(view | {"inputs": inputs})
    write_text(markdown, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n")


def _settings(inputs: Inputs) -> dict[str, str]:
    """Return settings as YAML, under what they are the settings of; the same settings of several parts once."""
    found: dict[str, list[str]] = {}
    for part in inputs.parts:
        found.setdefault(_yaml(part.settings), []).append(f"{part.paper} {part.place}")
    if inputs.settings:
        found[_yaml(inputs.settings)] = [f"the preset {inputs.preset}"]
    return {", ".join(names): text for text, names in found.items()}


def _yaml(settings: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(dict(settings), sort_keys=False, allow_unicode=True))


def _errata(papers: Sequence[PaperContent]) -> list[tuple[Erratum, str | None]]:
    """Return all errata, each with the address of its figure on the page."""
    return [
        (erratum, f"{paper.slug}-{erratum.figure}" if erratum.figure else None)
        for paper in papers
        for erratum in paper.errata
    ]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"number": numbers.number, "duration": numbers.duration, "cell": _cell}
    environment.filters |= {"named": wording.sentence, "titled": style.title}
    environment.globals |= {"interval": numbers.interval, "measured": wording.measured, "has_verdicts": _has_verdicts}
    return environment


def _cell(text: Any) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _has_verdicts(paper: PaperContent) -> bool:
    return any(claim.found for claim in paper.claims)


def _commit(manifest: dict[str, Any]) -> str:
    commit = str(manifest.get("commit") or "unknown")[:10]
    return f"{commit}, with uncommitted changes" if manifest.get("dirty") else commit
