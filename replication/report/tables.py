"""The report's tables, as frames with readable headings, and the four forms they are written in."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from replication import numbers
from replication.report import runs, style, wording
from replication.report.part import Part
from replication.storage.atomic import replacing, write_text

FORMATS = ("csv", "md", "tex")
READABLE: dict[str, Callable[[str], str]] = {
    "problem": lambda names: ", ".join(map(style.title, names.split())),
    "method": lambda names: "; ".join(map(wording.method, names.split())),
    "against": wording.against,
    "metric": wording.metric,
    "condition": wording.condition,
    "for": lambda names: "; ".join(map(wording.named, names.split("; "))),
}
"""Columns of identifiers, which stand in CSV files alone, with how a reader sees them."""


@dataclass(frozen=True)
class Table:
    """A table of the report: rows of plain values under readable headings.

    `units` names, for a column of numbers, the column that holds their unit (or, after `=`, the unit itself); `links`
    gives for a column one address a row, or None; `anchors` are the addresses of the rows themselves;
    `hidden` columns are written to CSV only. `formats` are the files that it is written as: thousands of rows are for
    programs, not for a document.
    """

    name: str
    title: str
    frame: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, list[str | None]] = field(default_factory=dict)
    anchors: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    formats: tuple[str, ...] = FORMATS

    @property
    def columns(self) -> list[str]:
        """The headings of the columns that a reader sees; the CSV has the hidden ones as well."""
        return [str(column) for column in self.frame.columns if column not in self.hidden]

    def numeric(self, column: str) -> bool:
        """Whether a column holds numbers, which are set flush right and sorted by value."""
        return column in self.units or pd.api.types.is_numeric_dtype(self.frame[column])

    def text(self, row: Mapping[str, Any], column: str) -> str:
        """Return a cell as a reader sees it."""
        value = row[column]
        if column in self.units:
            unit = self.units[column]
            return wording.amount(value, unit[1:] if unit.startswith("=") else row[unit])
        if column in READABLE:
            return READABLE[column](str(value))
        return numbers.number(value) if isinstance(value, float) else str(value)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries."""
        return [{str(name): value for name, value in row.items()} for row in self.frame.to_dict("records")]

    def agreed(self, columns: Iterable[str]) -> dict[str, str]:
        """Return those of `columns` in which all rows are the same, with what they say."""
        rows = self.rows()
        texts = {column: {self.text(row, column) for row in rows} for column in columns if column in self.columns}
        return {column: text.pop() for column, text in texts.items() if len(text) == 1}

    def without(self, *columns: str) -> "Table":
        """Return the table as a reader sees it without some columns; units stay known."""
        return replace(self, hidden=(*self.hidden, *columns))

    def readable(self) -> list[list[str]]:
        """Return all cells as a reader sees them."""
        return [[self.text(row, column) for column in self.columns] for row in self.rows()]

    def markdown(self) -> str:
        """Return the table in the Markdown of code hosts; pipes inside cells are escaped."""
        from tabulate import tabulate

        cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in self.readable()]
        return tabulate(cells, self.columns, tablefmt="github", disable_numparse=True)

    def latex(self) -> str:
        """Return the table as a LaTeX tabular with booktabs rules; special characters are escaped."""
        from tabulate import tabulate

        return tabulate(self.readable(), self.columns, tablefmt="latex_booktabs", disable_numparse=True)

    def write(self, folder: Path) -> None:
        """Write `<name>.csv` with full values, `<name>.md` and `<name>.tex` as a reader sees them, without padding.

        Of these, the table's own formats.
        """
        with replacing(folder / f"{self.name}.csv") as temporary:
            self.frame.to_csv(temporary, index=False, lineterminator="\n")
        for form, text in {"md": self.markdown, "tex": self.latex}.items():
            if form in self.formats:
                write_text(folder / f"{self.name}.{form}", _unpadded(text()) + "\n")


def _unpadded(table: str) -> str:
    """Return a written table with single spaces: those that align columns are half of a long table's size."""
    return re.sub(r" {2,}", " ", table)


def verdicts(rows: pd.DataFrame) -> Table:
    """Return the verdicts of one paper: what was claimed, what was found, and the word for it."""
    columns = {
        "claim": "claim",
        "statement": "statement",
        "verdict": "verdict",
        "estimate": "estimate",
        "low": "low",
        "high": "high",
        "n": "seeds",
        "published": "published",
        "margin": "margin",
        "unit": "unit",
        "evidence": "evidence",
        "reason": "reason",
    }
    frame = rows[list(columns)].rename(columns=columns)
    return Table("verdicts", "Verdicts", frame, dict.fromkeys(("estimate", "low", "high"), "unit"))


def tests(evidence: pd.DataFrame) -> Table:
    """Return the single tests behind one or several verdicts."""
    frame = pd.DataFrame(
        {
            "claim": evidence["claim"],
            "problem": evidence["problem"],
            "verdict": evidence["verdict"],
            "estimate": evidence["estimate"],
            "low": evidence["low"],
            "high": evidence["high"],
            "confidence": evidence["confidence"].map(wording.percent),
            "seeds": evidence["n"],
            "metric": evidence["metric"],
            "method": evidence["method"],
            "against": evidence["reference"],
            "condition": evidence["condition"],
            "hardware": evidence["hardware"],
            "test": evidence["kind"].str.replace("_", " "),
            "margin": evidence["margin"],
            "unit": evidence["unit"],
            "reason": evidence["reason"],
        }
    )
    return Table("evidence", "Single tests", frame, dict.fromkeys(("estimate", "low", "high"), "unit"))


def rows(table: pd.DataFrame, made_by: list[dict[str, Any] | None], links: list[str | None]) -> Table:
    """Return rows of the long table as they are; `links` lead to the folders of the runs that made them.

    Without a link the folder leads to the run's row on the page, as the command does.
    """
    names = ["hardware", "problem", "method", "seed", "condition", "metric", "value", "unit", "status"]
    commands = [f"#{runs.anchor(entry)}" if entry else None for entry in made_by]
    frame = table[names].assign(
        run=[runs.folder(entry).as_posix() if entry else "" for entry in made_by],
        rerun=["command" if command else "" for command in commands],
    )
    folders = [link or command for link, command in zip(links, commands, strict=True)]
    units = {"value": "unit"}
    return Table("rows", "Rows of the long table", frame, units, {"run": folders, "rerun": commands}, hidden=("unit",))


def scores(table: pd.DataFrame) -> Table:
    """Summarise one paper's long table over seeds: finished runs, median, lowest and highest of every quantity."""
    by = ["metric", "hardware", "problem", "method", "condition", "unit"]
    finished = (table["status"] == "done").rename("finished")
    grouped = table.assign(finished=finished).groupby(by, sort=False)
    frame = grouped.agg(
        finished=("finished", "sum"),
        runs=("finished", "size"),
        median=("value", "median"),
        lowest=("value", "min"),
        highest=("value", "max"),
    ).reset_index()
    order = [*by[:5], "median", "lowest", "highest", "unit", "finished", "runs"]
    frame = frame[order].sort_values(["metric", "hardware", "problem"], kind="stable")
    units = dict.fromkeys(("median", "lowest", "highest"), "unit")
    return Table("scores", "Every quantity, over seeds", frame, units, hidden=("unit",), formats=("csv",))


def results(table: pd.DataFrame) -> Table:
    """Return what every method reached on every problem: medians over seeds of the quantities without a condition.

    A quantity that is zero throughout is left out; ranges over seeds and conditions stand in the table of scores.
    """
    headline = table[table["condition"] == ""]
    by = ["hardware", "problem", "method"]
    medians = headline.pivot_table("value", by, "metric", aggfunc="median", sort=False, dropna=False)
    names = [str(name) for name in medians if medians[name].any()]
    medians = medians.loc[medians.notna().any(axis=1), names]
    units = headline.groupby("metric")["unit"].first()
    seeds = headline.groupby(by, sort=False)["seed"].nunique().rename("seeds")
    frame = medians.rename(columns=wording.metric).join(seeds).reset_index()
    frame = frame[[*by, "seeds", *map(wording.metric, names)]]
    titled = f"Medians over seeds of {len(names)} quantities"
    return Table("results", titled, frame, {wording.metric(name): f"={units[name]}" for name in names})


def made(entries: list[dict[str, Any]], links: list[str | None]) -> Table:
    """List runs and measurements, with the cost of the runs; `links` lead to their folders.

    Of a run whose time is counted elsewhere, `counted` says where. Of a timed measurement, `cores of others` says how
    many everything else on the machine kept busy meanwhile.
    """
    elsewhere = [runs.counted_with(entry) for entry in entries]

    def column(name: str) -> list[Any]:
        return [entry.get(name) for entry in entries]

    def amounts(name: str) -> list[float]:
        return [math.nan if amount is None else float(amount) for amount in column(name)]

    def times(name: str) -> list[float]:
        return [math.nan if other else time for time, other in zip(amounts(name), elsewhere, strict=True)]

    frame = pd.DataFrame(
        {
            "hardware": column("hardware"),
            "problem": column("problem"),
            "method": [entry.get("method") or f"({entry['measurement']})" for entry in entries],
            "seed": column("seed"),
            "status": [entry.get("status", "measured") for entry in entries],
            "command": [runs.command(entry) for entry in entries],
            "CPU time": times("cpu_s"),
            "wall time": times("wall_s"),
            "counted": elsewhere,
            "compilation": amounts("compile_wall_s"),
            "steps": amounts("steps"),
            "parameters": amounts("parameters"),
            "cores of others": amounts("neighbours"),
            "folder": [runs.folder(entry).as_posix() for entry in entries],
        }
    )
    units = dict.fromkeys(("CPU time", "wall time", "compilation"), "=s")
    units |= dict.fromkeys(("steps", "parameters", "cores of others"), "=1")
    anchors = tuple(runs.anchor(entry) for entry in entries)
    # The command ends in the folder, which is shown on its own only where it can be opened.
    optional = {
        "folder": any(links),
        "counted": any(elsewhere),
        "cores of others": bool(frame["cores of others"].notna().any()),
    }
    hidden = tuple(name for name, shown in optional.items() if not shown)
    return Table("runs", "Runs and their cost", frame, units, {"folder": links}, anchors, hidden)


def costs(entries: list[dict[str, Any]]) -> Table:
    """Summarise what runs cost by problem and method, all seeds together; a variant counts with its method.

    Time that is counted elsewhere has no value, and `counted` says where; what is zero or unknown throughout is hidden.
    """
    frame = pd.DataFrame(entries)
    frame["counted"] = [runs.counted_with(entry) for entry in entries]
    frame["cpu_s"] = frame["cpu_s"].where(frame["counted"] == "")
    frame["energy_j"] = frame["energy_j"].astype(float).mask(pd.Series([runs.is_shared(entry) for entry in entries]))
    frame["method"] = frame["method"].str.partition("-")[0]
    frame["accelerator"] = pd.Series([entry.get("accelerator_memory_mb") for entry in entries], dtype=float)
    frame["done"] = frame["status"] == "done"
    grouped = frame.groupby(["hardware", "problem", "method"], sort=False)
    named: dict[str, Any] = {"runs": ("done", "size"), "finished": ("done", "sum")}
    named |= {
        "CPU time": ("cpu_s", _any_or_none),
        "median of a run": ("cpu_s", "median"),
        "counted": ("counted", "max"),
    }
    named |= {"compilation": ("compile_wall_s", "sum"), "energy": ("energy_j", _all_or_none)}
    named |= {"host memory": ("peak_memory_mb", "max"), "accelerator memory": ("accelerator", "max")}
    table = grouped.agg(**named).reset_index()
    units = {"CPU time": "=s", "median of a run": "=s", "compilation": "=s", "energy": "=J"}
    units |= {"host memory": "=MB", "accelerator memory": "=MB"}
    optional = ("compilation", "energy", "counted", "accelerator memory")
    hidden = tuple(name for name in optional if not table[name].fillna(0).any())
    return Table("costs", "What the runs cost", table, units, hidden=hidden)


def _any_or_none(times: pd.Series) -> float:
    """Return the sum of what is known, and nothing where nothing is."""
    return float(times.sum(min_count=1))


def _all_or_none(energies: pd.Series) -> float:
    """Return a sum only where every run was counted."""
    return float(energies.sum(skipna=False))


def parts(published: Iterable[Part]) -> Table:
    """List the published parts of a reference report."""
    rows = [
        {
            "paper": part.paper,
            "problem": part.problem,
            "hardware": part.target,
            "evidence": part.level,
            "size": part.size,
            "commit": f"{part.commit[:10]}{', with uncommitted changes' if part.dirty else ''}",
        }
        for part in published
    ]
    return Table("parts", "Published parts", pd.DataFrame(rows))


def calibration(simulated: pd.DataFrame) -> Table:
    """Summarise simulated claims by kind of test: wrong at an edge at worst, decided at twice the margin.

    Only seeds that spread as widely as the margin count for what is decided; a failure rate has no other spread.
    """
    edge = simulated[simulated["effect"].abs() == 1].groupby("kind", sort=False)
    clear = simulated[(simulated["effect"].abs() == 2) & (simulated["spread"] == 1)]
    decided = clear.pivot_table("decided", "kind", "n", aggfunc="min", sort=False)
    frame = pd.DataFrame(
        {
            "test": edge["kind"].first(),
            "promised": edge["nominal"].first().map({True: "5 %", False: "none"}),
            "wrong at most": 100 * edge["wrong_upper"].max(),
        }
    ).join((100 * decided).rename(columns=lambda n: f"decided, n = {n}"))
    return Table(
        "calibration", "Simulated claims by kind of test", frame, dict.fromkeys(map(str, list(frame)[2:]), "=%")
    )


def failures(entries: list[dict[str, Any]]) -> Table:
    """List the runs that did not finish, with the reason each gave."""
    names = ("hardware", "paper", "problem", "method", "seed", "status", "reason")
    lost = [run for run in entries if run["status"] != "done"]
    return Table(
        "failures", "Runs that did not finish", pd.DataFrame({name: [run[name] for run in lost] for name in names})
    )
