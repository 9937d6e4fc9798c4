"""Publishes finished problems of a run as parts of the reference report."""

import json
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from replication import layout
from replication.errors import UserError
from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.table import run_rows, write_rows
from replication.plan import Plan
from replication.provenance.manifest import commit_and_dirty
from replication.report import figure, runs
from replication.report.part import DATASET, FIGURES, ROWS, RUNS, Part
from replication.report.sources import FigureSources
from replication.storage.atomic import replacing


def publish(plan: Plan, paper: str, root: Path, *, allow_dirty: bool = False) -> list[Part]:
    """Publish below `root` every problem of `paper` on every target where its runs and measurements are there.

    A dataset of The Well needs its fidelity card, too. Returns the parts. Every one is checked and collected before any
    published part is replaced. What is left out is said on stderr.
    Raises UserError if no problem is finished, a run was made by other code or settings than the plan's, or the working
    tree differs from its commit and `allow_dirty` is not set.
    """
    if paper not in plan.papers:
        raise UserError(f"preset {plan.name}: does not run {paper!r}; allowed: {', '.join(plan.papers)}")
    commit, dirty = commit_and_dirty()
    if dirty and not allow_dirty:
        raise UserError(f"the working tree differs from commit {commit[:10]}: commit first, or give --allow-dirty")
    places = [(problem, target) for problem in plan.problems(paper) for target in plan.targets_of(paper)]
    finished = [place for place in places if _finished(_narrowed(plan, *place), paper, *place)]
    if not finished:
        raise UserError(f"preset {plan.name}: no problem of {paper} has all its runs and measurements yet")
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".publishing-") as staging:
        staged = [
            _collect(_narrowed(plan, *place), paper, *place, Path(staging), commit, bool(dirty)) for place in finished
        ]
        return [_moved(part, root) for part in staged]


def _moved(part: Part, root: Path) -> Part:
    """Move a part to its place below `root`, where it replaces the former one."""
    published = root / part.paper / part.problem / part.target
    shutil.rmtree(published, ignore_errors=True)
    published.parent.mkdir(parents=True, exist_ok=True)
    part.folder.rename(published)
    return replace(part, folder=published)


def _narrowed(plan: Plan, problem: str, target: str) -> Plan:
    settings = plan.preset.settings
    narrowed = {"problems": [problem], "hardware": {target: settings.hardware[target]}}
    return Plan(replace(plan.preset, settings=settings.model_copy(update=narrowed)))


def _finished(plan: Plan, paper: str, problem: str, target: str) -> bool:
    wanted = [*plan.run_files(paper, "scores.json"), *plan.measurements(paper), *plan.fidelity("csv")]
    missing = [path for path in wanted if not path.is_file()]
    if missing:
        lacking = f"{len(missing)} of {len(wanted)} files missing, first {missing[0]}"
        print(f"left out: {problem} on {target}: {lacking}", file=sys.stderr)
    return not missing


def _collect(plan: Plan, paper: str, problem: str, target: str, staging: Path, commit: str, dirty: bool) -> Part:
    """Write the part of the one problem and target to which `plan` is narrowed into `staging`."""
    trainings = plan.run_files(paper, "training.json")
    if paper in layout.FORECASTING:
        check_dataset(plan, problem)
    for run in plan.runs(paper):
        check_run(plan, run)
    for path in plan.measurements(paper):
        check_measurement(plan, path)
    rows = [row for path in trainings for row in run_rows(path.parent)]
    rows += [row for path in plan.measurements(paper) for row in measured.read(path)]
    folder = staging / problem / target
    table = staging / layout.TABLES / f"{problem}.csv"
    write_rows(rows, table)
    state = f"{commit[:10]}-dirty" if dirty else commit[:10]
    text = pd.read_csv(table, dtype=str, keep_default_na=False)
    with replacing(folder / ROWS) as temporary:
        text.assign(preset=plan.name, commit=state).to_csv(temporary, index=False, lineterminator="\n")
    runs.write(trainings, plan.measurements(paper), folder / RUNS, plan.preset.config)
    for name in figure.figures(paper):
        read = set(plan.figure_sources(paper, name))
        whole = layout.table(plan.name, paper)
        files = [table if path == whole else path for path in read if path == whole or path.is_file()]
        data = folder / FIGURES / f"{name}.{figure.declared(paper, name).format}"
        figure.write_data(paper, name, FigureSources(Path(), files), data)
    for card in sorted(layout.datasets(plan.name).glob(f"{problem}.*")):
        if card.suffix != ".svg":  # is drawn again from the frames
            (folder / DATASET).mkdir(exist_ok=True)
            shutil.copyfile(card, folder / DATASET / card.name)
    settings = plan.preset.settings.model_dump(mode="json", exclude_none=True)
    kept = {key: value for key, value in settings.items() if key not in plan.papers or key == paper}
    modified = list(plan.preset.modified)
    part = Part(folder, paper, problem, target, plan.name, plan.size(paper), modified, commit, dirty, kept)
    part.write()
    return part


def check_dataset(plan: Plan, name: str) -> None:
    """Raise UserError where a dataset of The Well was made with other settings than those of the plan."""
    record = layout.well_dataset(plan.name, name)
    made_with = json.loads(record.read_text(encoding="utf-8")).get("settings")
    _check_settings(plan, record, made_with, plan.dataset_settings(None))


def check_run(plan: Plan, run: RunKey) -> None:
    """Raise UserError where a finished run was made with other settings than those of the plan."""
    folder = run.folder(plan.name)
    made_with = json.loads((folder / "training.json").read_text(encoding="utf-8"))["settings"]
    _check_settings(plan, folder, made_with, plan.training_settings(run))


def check_measurement(plan: Plan, path: Path) -> None:
    """Raise UserError where a measurement was made with other settings than those of the plan."""
    paper, problem, _, measurement = path.parts[-5:-1]
    planned = plan.measurement_settings(paper, problem, measurement)
    _check_settings(plan, path, measured.record(path).get("settings"), planned)


def _check_settings(plan: Plan, what: Path, made_with: Any, planned: str) -> None:
    if made_with != json.loads(planned):
        level = plan.preset.evidence_level
        raise UserError(
            f"{what}: made with other settings than those of preset {level}; run it again, or give the same --config"
        )
