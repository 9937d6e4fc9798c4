"""Values that others published, shown beside runs on the same data and nowhere else.

A paper may hold `published.csv`: one row a value with the column `problem`, where it stands and how well it is known.
Runs on mini datasets share no data with such values, so that a page of mini runs shows none.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from replication.report.tables import Table
from replication.settings.preset import PAPERS

REAL = ("hub", "local")
"""Sources of datasets that hold the real ones."""


def values(paper: str, settings: Mapping[str, Iterable[Mapping[str, Any]]]) -> Table | None:
    """Return the published values of the problems that were run on real data; None if there are none or none is known.

    `settings` are, for each problem, those of the presets it was run with.
    """
    path = PAPERS / paper / "published.csv"
    if not path.is_file():
        return None
    on_real = {problem for problem, presets in settings.items() if any(map(_real, presets))}
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = rows[rows["problem"].isin(on_real)]
    return Table(f"{paper}-published", "Published values, for comparison", rows) if len(rows) else None


def _real(settings: Mapping[str, Any]) -> bool:
    return (settings.get("data") or {}).get("source") in REAL
