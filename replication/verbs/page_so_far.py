"""Make a page of what exists so far, beside the workflow's own files; what is missing is shown as pending."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from replication import layout
from replication.errors import UserError
from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.table import Row, run_rows, write_rows
from replication.plan import Plan
from replication.report import figure, page, runs
from replication.report.content import export
from replication.report.inputs import Inputs
from replication.report.publication import check_measurement, check_run
from replication.report.sources import FigureSources, read_tables
from replication.settings.loading import load_preset
from replication.settings.preset import paper_slugs
from replication.storage.atomic import replacing
from replication.verbs.report import overrides, preset_path
from replication.verbs.stack import stack
from replication.verdicts.claim import load_claims
from replication.verdicts.judge import judge


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--preset", default="quick", help="name of a file in workflow/presets/, or a path to one")
    parser.add_argument("--config", nargs="*", default=[], metavar="KEY=VALUE", help="settings the runs were made with")


def run(options: argparse.Namespace) -> None:
    """Write `reports/{preset}/so_far/`; nothing that Snakemake tracks is touched."""
    plan = Plan(load_preset(preset_path(options.preset), overrides(options.config)))
    folder = layout.REPORTS / plan.name / "so_far"
    found: dict[str, list[Path]] = {"verdicts": [], "evidence": [], "sensitivity": [], "tables": []}
    trainings: list[Path] = []
    measurement_files: list[Path] = []
    for paper in plan.papers:
        rows, files, measurements = [], plan.references(paper), []
        scores = plan.run_files(paper, "scores.json")
        for path, found_rows in _readable(scores, lambda path: _run_rows(plan, path.parent)):
            rows += found_rows
            files += [path.with_name(name) for name in ("history.csv", layout.prediction(paper))]
            trainings.append(path.with_name("training.json"))
        for path, found_rows in _readable(plan.measurements(paper), lambda path: _measured_rows(plan, path)):
            rows += found_rows
            measurements.append(path)
        table = folder / layout.TABLES / f"{paper}.csv"
        write_rows(rows, table)
        measurement_files += measurements
        _judge(plan, paper, table, folder, found)
        sources = FigureSources(Path(), [file for file in [table, *files, *measurements] if file.is_file()])
        for name in figure.figures(paper):
            data = folder / "figures" / paper / f"{name}.{figure.declared(paper, name).format}"
            figure.write_data(paper, name, sources, data)
            figure.draw(paper, name, data, data.with_suffix(""))
            if figure.declared(paper, name).animated:
                figure.animate(paper, name, data, data.with_suffix(f".{figure.ANIMATION}"))
    runs.write(trainings, measurement_files, folder / "runs.json", plan.preset.config)
    merged = {kind: stack(parts, folder / f"{kind}.csv") for kind, parts in found.items()}
    inputs = Inputs(
        preset=plan.name,
        papers=paper_slugs(),
        verdicts=merged["verdicts"],
        evidence=merged["evidence"],
        sensitivity=merged["sensitivity"],
        metrics=(merged["tables"],),
        runs=(folder / "runs.json",),
        figures=folder / "figures",
        tables=folder / "page_tables",
        root=Path(),
        datasets=layout.datasets(plan.name),
        settings=plan.preset.settings.model_dump(mode="json", exclude_none=True),
    )
    for paper in inputs.papers:
        export(inputs, paper, inputs.tables / paper)
    page.render(inputs, folder / "index.html", folder / "report.md")
    print(f"{len(trainings)} finished runs. The page is {(folder / 'index.html').resolve()}")


def _readable(paths: Iterable[Path], read: Callable[[Path], list[Row]]) -> Iterator[tuple[Path, list[Row]]]:
    """Yield the files that are there with their rows; what other code or settings made is left out, and said so."""
    for path in paths:
        try:
            if path.is_file():
                yield path, read(path)
        except UserError as error:
            print(f"left out: {error}", file=sys.stderr)


def _run_rows(plan: Plan, folder: Path) -> list[Row]:
    check_run(plan, RunKey.of_folder(folder))
    return run_rows(folder)


def _measured_rows(plan: Plan, path: Path) -> list[Row]:
    check_measurement(plan, path)
    return measured.read(path)


def _judge(plan: Plan, paper: str, table: Path, folder: Path, found: dict[str, list[Path]]) -> None:
    size, level = plan.size(paper), f"{plan.preset.evidence_level}, unfinished"
    found["tables"].append(table)
    for kind, frame in judge(load_claims(paper), read_tables([table]), size=size, evidence=level)._asdict().items():
        path = folder / kind / f"{paper}.csv"
        with replacing(path) as temporary:
            frame.to_csv(temporary, index=False, lineterminator="\n")
        found[kind].append(path)
