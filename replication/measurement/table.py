"""The long table: one row a number, a diverged or skipped run included."""

import csv
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from replication.baselines.declaration import method_version
from replication.errors import UserError
from replication.layout import RunKey
from replication.runs.outcome import Status, read_record
from replication.storage.atomic import replacing


@dataclass(frozen=True)
class Row:
    """One row; `value` is None where the run is not `done`, `timing` marks what differs when a machine repeats it."""

    hardware: str
    paper: str
    problem: str
    method: str
    seed: int
    condition: str
    metric: str
    value: float | None
    unit: str
    status: str
    timing: bool


COLUMNS = tuple(field.name for field in fields(Row))


def run_rows(folder: Path) -> list[Row]:
    """Return the rows of one run: its scores and its costs. A run that is not `done` has the same rows without values.

    Raises UserError if the run was made by other code than today's, or its record cannot be read.
    """
    key, record = RunKey.of_folder(folder), read_record(folder)
    expected = method_version(key.paper, key.problem, key.method)
    if record["code_version"] != expected:
        raise UserError(
            f"{folder}: made by code version {record['code_version']}, today's is {expected};"
            " delete the folder and run it again"
        )
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    return [row(key, record["status"], **score) for score in [*scores, *_costs(record)]]


def _costs(record: dict[str, Any]) -> list[dict[str, Any]]:
    phases, on_accelerator = record["phases"].values(), []
    if "accelerator_memory_mb" in record:
        value = record["accelerator_memory_mb"]
        on_accelerator = [{"metric": "accelerator_memory", "value": value, "unit": "MB", "timing": True}]
    return [
        {"metric": "train_cpu", "value": sum(phase["cpu_s"] for phase in phases), "unit": "s", "timing": True},
        {"metric": "train_wall", "value": sum(phase["wall_s"] for phase in phases), "unit": "s", "timing": True},
        {"metric": "compile_wall", "value": record["compile_wall_s"], "unit": "s", "timing": True},
        {"metric": "peak_memory", "value": record["peak_memory_mb"], "unit": "MB", "timing": True},
        *on_accelerator,
        {"metric": "train_steps", "value": sum(phase["steps"] for phase in phases), "unit": "1"},
        {"metric": "parameters", "value": record["parameters"], "unit": "1"},
    ]


def row(
    key: RunKey, status: str, metric: str, value: float | None, unit: str, condition: str = "", timing: bool = False
) -> Row:
    """Return a row of a run; without a value where its status is not `done`."""
    done = status == Status.DONE
    return Row(
        key.hardware, key.paper, key.problem, key.method, key.seed, condition, metric,
        value if done else None, unit, str(status), timing,
    )  # fmt: skip


def write_rows(rows: Iterable[Row], path: Path) -> None:
    """Write rows as CSV, sorted, so that equal rows give equal files."""
    ordered = sorted(rows, key=lambda row: tuple(str(value).zfill(4) for value in astuple(row)[:7]))
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in ordered:
            writer.writerow(["" if value is None else value for value in astuple(row)])


def read_rows(path: Path) -> list[Row]:
    """Read rows that `write_rows` wrote. Raises UserError on other columns."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise UserError(f"{path}: columns are {reader.fieldnames}, expected {', '.join(COLUMNS)}")
        return [
            Row(
                **{name: row[name] for name in COLUMNS if name not in {"seed", "value", "timing"}},
                seed=int(row["seed"]),
                value=float(row["value"]) if row["value"] else None,
                timing=row["timing"] == "True",
            )
            for row in reader
        ]
