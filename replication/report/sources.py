"""What a figure's data step may read: the long table and the files it was explicitly given."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pandas as pd

from replication import layout
from replication.errors import UserError
from replication.layout import RunKey
from replication.measurement.table import COLUMNS

REFERENCE = "reference"
"""Stands for the method in the key of a reference solution, which has neither hardware nor seed."""


class NoData(Exception):
    """The figure has nothing to show yet; the message names the rows or runs that are missing."""


@dataclass(frozen=True)
class FigureSources:
    """The files that a figure may read.

    `root` is the working directory of the workflow (it holds `data/` and `results/`); `files` are the only files that
    are read, relative to `root` or below it, so that what Snakemake was told is all that counts.
    """

    root: Path
    files: tuple[Path, ...]

    def __init__(self, root: Path, files: Iterable[Path]) -> None:
        object.__setattr__(self, "root", Path(root))
        object.__setattr__(self, "files", tuple(sorted({self.root / file for file in files})))

    @property
    def table(self) -> pd.DataFrame:
        """The long tables among the files, one below the other; text columns hold `""`, never NaN."""
        return read_tables(file for file in self.files if file.parent.name == layout.TABLES)

    def histories(self) -> Iterator[tuple[RunKey, Path]]:
        """Yield every run's `history.csv`; it holds its header alone where the run was not `done`."""
        return self.runs("history.csv")

    def predictions(self) -> Iterator[tuple[RunKey, Path]]:
        """Yield every run's `prediction.npz` or `forecast.h5`; no arrays are in it where the run was not `done`."""
        return chain(self.runs("prediction.npz"), self.runs("forecast.h5"))

    def references(self) -> Iterator[tuple[RunKey, Path]]:
        """Yield every reference solution, under the method `reference`, no hardware and seed 0."""
        for file in self.files:
            if layout.REFERENCES in file.parts:
                yield RunKey("", file.parent.name, file.stem, REFERENCE, 0), file

    def runs(self, name: str) -> Iterator[tuple[RunKey, Path]]:
        """Yield the file called `name` of every run folder it is given from."""
        for file in self.files:
            if file.name == name:
                yield RunKey.of_folder(file.parent), file


def read_tables(files: Iterable[Path]) -> pd.DataFrame:
    """Read long tables into one frame with a fresh index; empty text stays text.

    Raises UserError naming a file that is none.
    """
    frames = [_read_table(file) for file in files]
    if not frames:
        raise NoData("the long table")
    return pd.concat(frames, ignore_index=True)


def _read_table(file: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(file, keep_default_na=False, na_values={"value": ["", "nan"]})
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: not a table of rows: {' '.join(str(error).split())}") from None
    if lacking := [name for name in COLUMNS if name not in table]:
        raise UserError(f"{file}: not a table of rows: lacks the column {lacking[0]}; expected {', '.join(COLUMNS)}")
    return table


def with_conditions(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Return the rows whose `condition` names exactly `names`, each in a column of its own (as text).

    `batch=1;threads=2` becomes the columns `batch` = "1" and `threads` = "2".
    """
    parts = table["condition"].map(condition)
    chosen = table[pd.Series([set(part) == set(names) for part in parts], index=table.index, dtype=bool)].copy()
    for name in names:
        chosen[name] = pd.Series([parts[index][name] for index in chosen.index], chosen.index, dtype=str)
    return chosen


def condition(text: str) -> dict[str, str]:
    """Read `batch=1;threads=1` as a dictionary; the headline row's empty text gives an empty one."""
    return dict(part.split("=", 1) for part in text.split(";") if part)
