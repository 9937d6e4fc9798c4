"""The files a page is made of, and what they hold; what is not there yet is pending."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from replication.report import runs
from replication.report.part import Part
from replication.report.runs import MadeBy
from replication.report.sources import read_tables


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

    def links(self, entries: Sequence[dict[str, Any] | None], page: Path) -> list[str | None]:
        """Return the addresses of the folders of some runs and measurements, as links from the page at `page`."""
        if self.root is None:
            return [None] * len(entries)
        return [relative(self.root / runs.folder(entry), page) if entry else None for entry in entries]


def relative(target: Path, page: Path) -> str:
    """Return the address of a file as a link from the page at `page`."""
    return Path(os.path.relpath(target, page.parent)).as_posix()


def _rows(path: Path) -> pd.DataFrame:
    numbers = ["n", "estimate", "low", "high", "confidence", "margin_low", "margin_high", "further_seeds"]
    numbers += ["test", "runs", "failures"]
    if not path.is_file():
        return pd.DataFrame()
    return pd.read_csv(path, keep_default_na=False, na_values={name: [""] for name in numbers})
