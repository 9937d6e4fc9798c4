"""Measurements over several methods at once: rows of the table, and beside them which code and settings made them.

`measured/latency/seed0.csv` holds the rows, `measured/latency/seed0.json` their record: `code_version`, `settings`,
`settings_hash` and, of what was timed, `neighbours`, the cores that others kept busy meanwhile. The measurement bears
the name of its verb.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from replication.errors import UserError
from replication.layout import RunKey
from replication.measurement.table import Row, read_rows, row, write_rows
from replication.provenance.code_version import code_version
from replication.provenance.manifest import settings_hash
from replication.provenance.modules import measurement_modules
from replication.runs.outcome import Status
from replication.storage.atomic import write_json


def write(rows: Iterable[Row], path: Path, settings: Mapping[str, Any], neighbours: float | None = None) -> None:
    """Write the rows of `.../{problem}/measured/{measurement}/seed{n}.csv` and, beside them, their record."""
    content = {
        "code_version": _today(path),
        "settings": dict(settings),
        "settings_hash": settings_hash(dict(settings)),
        "neighbours": neighbours,
    }
    write_json(path.with_suffix(".json"), content)
    write_rows(rows, path)


def without_value(key: RunKey, status: str, metric: str, unit: str, condition: str = "", timing: bool = False) -> Row:
    """Return the row of a run that could not be measured: `skipped` if it is done itself and another one is not."""
    reached = Status.SKIPPED if status == Status.DONE else status
    return row(key, reached, metric, None, unit, condition, timing)


def record(path: Path) -> dict[str, Any]:
    """Return what made the rows at `path`; empty if nothing says so."""
    beside = path.with_suffix(".json")
    return json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}


def read(path: Path) -> list[Row]:
    """Return a measurement's rows. Raises UserError if they were made by other code than today's."""
    made_by = record(path).get("code_version", "that nobody recorded")
    if made_by != _today(path):
        raise UserError(f"{path}: made by code {made_by}, today's is {_today(path)}; delete the file and run it again")
    return read_rows(path)


def _today(path: Path) -> str:
    problem, _, measurement = path.parts[-4:-1]
    return code_version(*measurement_modules(problem, measurement))
