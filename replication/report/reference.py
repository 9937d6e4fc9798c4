"""The reference report: the union of all published parts, made from what is committed alone."""

import shutil
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from replication.errors import UserError
from replication.report import figure, frames, page
from replication.report.content import export
from replication.report.inputs import Inputs
from replication.report.part import DATASET, Part, level, read_all
from replication.report.sources import read_tables
from replication.settings.preset import paper_slugs
from replication.storage.atomic import replacing
from replication.verdicts.claim import load_claims
from replication.verdicts.judge import Judgement, judge_at

NAME = "reference"
DRAWINGS = "figures"
"""Folder beside the page with every figure and the data of all parts it is drawn from; it is not committed."""


def judged(parts: Sequence[Part]) -> dict[str, pd.DataFrame]:
    """Return `verdicts`, `evidence` and `sensitivity` of every paper that has parts, by today's claims."""
    found: dict[str, list[pd.DataFrame]] = {kind: [] for kind in Judgement._fields}
    for paper in dict.fromkeys(part.paper for part in parts):
        table = read_tables([part.rows for part in parts if part.paper == paper])
        claims = load_claims(paper)
        levels = [level(claim, parts, table) for claim in claims]
        for kind, frame in judge_at(levels, claims, table)._asdict().items():
            found[kind].append(frame)
    return {kind: pd.concat([frame for frame in frames if len(frame)] or frames[:1]) for kind, frames in found.items()}


def build(root: Path, out: Path) -> Path:
    """Make verdicts, tables and page of the parts below `root` in the folder `out`; return the page.

    Nothing but the parts, the claims and the protocols is read. `out` may be `root` itself; elsewhere the parts are
    copied beside the page, so that its links lead to them. Figures are drawn by several processes. The same parts give
    the same bytes, but for the last digits of drawings on another processor.
    Raises UserError if nothing is published.
    """
    if not read_all(root):
        raise UserError(f"{root}: nothing is published there; python -m replication publish does it")
    if out.resolve() != root.resolve():
        for part in read_all(root):
            shutil.copytree(part.folder, out / part.folder.relative_to(root), dirs_exist_ok=True)
    parts = read_all(out)
    files = {kind: out / f"{kind}.csv" for kind in ("verdicts", "evidence", "sensitivity")}
    drawings = out / DRAWINGS
    with ProcessPoolExecutor() as pool:
        drawn = _drawn(pool, parts, drawings)
        for kind, frame in judged(parts).items():
            with replacing(files[kind]) as temporary:
                frame.to_csv(temporary, index=False, lineterminator="\n")
        for one in drawn:
            one.result()
    inputs = Inputs(
        preset=NAME,
        papers=paper_slugs(),
        verdicts=files["verdicts"],
        evidence=files["evidence"],
        sensitivity=files["sensitivity"],
        metrics=tuple(part.rows for part in parts),
        runs=tuple(part.runs for part in parts),
        figures=drawings,
        tables=out / "tables",
        root=None,
        parts=parts,
        datasets=drawings / DATASET,
    )
    for paper in inputs.papers:
        export(inputs, paper, inputs.tables / paper)
    page.render(inputs, out / "index.html", out / "report.md")
    return out / "index.html"


def _drawn(pool: Executor, parts: Sequence[Part], drawings: Path) -> list[Future[Any]]:
    """Let the pool draw every figure of the parts and the frames of their datasets into folder `drawings`."""
    drawn: list[Future[Any]] = []
    for paper in dict.fromkeys(part.paper for part in parts):
        for name in figure.figures(paper):
            data = merged(paper, name, parts, drawings)
            if data is not None:
                drawn.append(pool.submit(figure.draw, paper, name, data, data.with_suffix(""), ("svg",)))
                if figure.declared(paper, name).animated:
                    film = data.with_suffix(f".{figure.ANIMATION}")
                    drawn.append(pool.submit(figure.animate, paper, name, data, film))
    (drawings / DATASET).mkdir(parents=True, exist_ok=True)
    described = _first_of_problems([part for part in parts if (part.folder / DATASET).is_dir()])
    for path in [path for part in described for path in sorted((part.folder / DATASET).glob("*"))]:
        copied = Path(shutil.copyfile(path, drawings / DATASET / path.name))
        if path.suffix == ".npz":
            drawn.append(pool.submit(frames.draw, copied, copied.with_suffix(".svg")))
    return drawn


def merged(paper: str, name: str, parts: Sequence[Part], out: Path) -> Path | None:
    """Write the union of what a figure shows of several parts into folder `out`; None if no part knows the figure.

    Tables stand one below the other, and need a column `problem` as soon as two problems have rows, and `hardware` as
    soon as one has rows of two targets; arrays keep their keys, which start with the problem, are those of each
    problem's first part, and have its target as `<problem>/hardware`.
    """
    own = [part for part in parts if part.paper == paper and part.figure(name).is_file()]
    known = {part.folder: figure.read_data(part.figure(name)) for part in own}
    shown = [part for part in own if figure.missing(known[part.folder]) is None] or own[:1]
    if not shown:
        return None
    union = out / paper / shown[0].figure(name).name
    if union.suffix == ".npz":
        return _merged_arrays([(part, known[part.folder]) for part in _first_of_problems(shown)], union)
    frames = [pd.read_csv(part.figure(name), dtype=str, keep_default_na=False) for part in shown]
    problems = {part.problem for part in shown}
    telling = {"problem": len(problems) > 1, "hardware": len(shown) > len(problems)}
    for column in (column for column, needed in telling.items() if needed):
        if not all(column in frame for frame in frames):
            raise ValueError(f"{paper}/{name}: rows of several parts, but its data has no column `{column}`")
    with replacing(union) as temporary:
        pd.concat(frames).to_csv(temporary, index=False, lineterminator="\n")
    return union


def _first_of_problems(parts: Sequence[Part]) -> list[Part]:
    return list({part.problem: part for part in reversed(parts)}.values())[::-1]


def _merged_arrays(shown: Sequence[tuple[Part, dict[str, np.ndarray]]], union: Path) -> Path:
    content: dict[str, np.ndarray] = {}
    for part, arrays in shown:
        if figure.missing(arrays) is None:
            arrays[f"{part.problem}/hardware"] = np.array(part.target)
        if clash := content.keys() & arrays.keys():
            raise ValueError(f"{part.folder}: {sorted(clash)[0]} stands in two parts; keys start with the problem")
        content |= arrays
    with replacing(union) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **{key: content[key] for key in sorted(content)})  # type: ignore[arg-type]
    return union
