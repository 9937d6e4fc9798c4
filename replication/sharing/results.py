"""Results of a run, wherever they lie: rows with the settings that made them, and verdicts."""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from replication import layout
from replication.errors import UserError
from replication.measurement.table import COLUMNS
from replication.report import runs
from replication.report.part import read_all
from replication.report.sources import read_tables
from replication.sharing import archive
from replication.storage.atomic import replacing

SETTINGS = "settings"
"""Column of a row: a hash of all settings that it depends on; empty where they are not known."""
PROCESSOR = "processor"
"""Column of a table of rows: the processors that made it."""
TEXT = dict.fromkeys(set(COLUMNS) - {"seed", "value", "timing"}, str)


@dataclass(frozen=True)
class Results:
    """`rows` are those of the long table with the column `settings`; `verdicts` one row a claim, or none at all.

    `processor` names those of all runs.
    """

    name: str
    rows: pd.DataFrame
    verdicts: pd.DataFrame
    processor: str


def load(path: Path) -> Results:
    """Read an archive, a folder below `results/` or `reports/`, a folder of published parts, or a table of rows.

    Raises UserError if it is none of them.
    """
    if path.suffix == ".csv" and path.is_file():
        rows = _repeatable(path)
        return Results(path.as_posix(), rows.drop(columns=PROCESSOR), pd.DataFrame(), _together(rows[PROCESSOR]))
    if path.name.endswith(archive.SUFFIX) and path.is_file():
        with tempfile.TemporaryDirectory() as folder:
            archive.unpack(path, Path(folder))
            presets = [made.parent.name for made in Path(folder).glob(f"{layout.REPORTS}/*/verdicts")]
            if len(presets) != 1:
                raise UserError(f"{path}: not an archive of results: it holds {len(presets)} presets")
            return _of_workflow(path.as_posix(), Path(folder), presets[0])
    if parts := read_all(path):
        rows, record = read_tables([part.rows for part in parts]), runs.read([part.runs for part in parts])
        verdicts = _verdicts([path / "verdicts.csv"])
        return Results(path.as_posix(), _with_settings(rows, record), verdicts, _processor(record))
    if path.is_dir() and path.parent.name in (layout.RESULTS.name, layout.REPORTS.name):
        return _of_workflow(path.as_posix(), path.parent.parent, path.name)
    raise UserError(
        f"{path}: no results there; expected an archive ({archive.SUFFIX}), results/PRESET, reports/reference"
        " or a table (.csv) made by export-results"
    )


def write_repeatable(results: Results, path: Path) -> None:
    """Write the rows that come out the same whenever a machine repeats them, for a comparison with later code."""
    rows = results.rows[~results.rows["timing"]].sort_values(list(COLUMNS[:7]), kind="stable")
    with replacing(path) as temporary:
        rows = rows[[*COLUMNS, SETTINGS]].assign(**{PROCESSOR: results.processor})
        rows.to_csv(temporary, index=False, lineterminator="\n")


def _repeatable(path: Path) -> pd.DataFrame:
    text = TEXT | {SETTINGS: str, PROCESSOR: str}
    rows = pd.read_csv(path, dtype=text, keep_default_na=False, na_values={"value": [""]})
    if list(rows) != (expected := [*COLUMNS, SETTINGS, PROCESSOR]):
        raise UserError(f"{path}: columns are {', '.join(map(str, rows))}; expected {', '.join(expected)}")
    return rows


def _processor(record: Mapping[str, Any]) -> str:
    return _together(manifest["cpu"] for manifest in record["manifests"].values())


def _together(processors: Iterable[str]) -> str:
    return ", ".join(sorted(set(processors)))


def _of_workflow(name: str, root: Path, preset: str) -> Results:
    tables = sorted((root / layout.RESULTS / preset / layout.TABLES).glob("*.csv"))
    if not tables:
        raise UserError(f"{name}: no table is finished there (results/{preset}/{layout.TABLES}/*.csv)")
    record = runs.read([root / layout.record(preset, table.stem) for table in tables])
    verdicts = _verdicts([root / layout.verdicts(preset, table.stem) for table in tables])
    return Results(name, _with_settings(read_tables(tables), record), verdicts, _processor(record))


def _verdicts(paths: list[Path]) -> pd.DataFrame:
    found = [pd.read_csv(path) for path in paths if path.is_file()]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _with_settings(rows: pd.DataFrame, record: Mapping[str, Any]) -> pd.DataFrame:
    made_by = runs.MadeBy(record)
    known = _Settings(record)
    return (
        rows[list(COLUMNS)]
        .astype(TEXT)
        .assign(settings=[known.of_row(*made_by.row(row)) for row in rows.to_dict("records")])
    )


@dataclass(frozen=True)
class _Settings:
    record: Mapping[str, Any]

    @cached_property
    def runs(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Runs by what identifies them."""
        return {_place(run, run["method"]): run for run in self.record["runs"]}

    def of_row(self, run: Mapping[str, Any] | None, measurement: Mapping[str, Any] | None) -> str:
        """Return a hash of what a run was made with, and what all that it builds on or is measured with were."""
        if measurement is not None:
            looked_at = [self.runs.get(_place(measurement, method)) for method in measurement.get("methods", ())]
            parts = [measurement.get("settings_hash"), *(self.of_run(found) for found in looked_at if found)]
        else:
            parts = [self.of_run(run)] if run else []
        if not parts or None in parts:
            return ""
        return hashlib.sha256(" ".join(sorted(map(str, parts))).encode()).hexdigest()[:12]

    def of_run(self, run: Mapping[str, Any]) -> str | None:
        """Return the settings of a run and of those it builds on, or None if one of them is not known."""
        needed = [self._read_by(run, method) for method in run.get("needs") or ()]
        parts = [run["settings_hash"], *(self.of_run(found) for found in needed if found)]
        return None if None in parts else " ".join(map(str, parts))

    def _read_by(self, run: Mapping[str, Any], method: str) -> Mapping[str, Any] | None:
        """Return the run of a method that `run` reads; of its own method, the one trained over several problems."""
        if method != run["method"]:
            return self.runs.get(_place(run, method))
        own = ("hardware", "paper", "method", "seed")
        same = (other for other in self.record["runs"] if all(other[name] == run[name] for name in own))
        return next((other for other in same if not other.get("needs")), None)


def _place(entry: Mapping[str, Any], method: str) -> tuple[Any, ...]:
    return entry["hardware"], entry["paper"], entry["problem"], method, entry["seed"]
