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


def values(paper: str, settings: Iterable[Mapping[str, Any]], problems: Iterable[str]) -> Table | None:
    """Return the published values of the problems that were run; None if no run was on real data or none is known.

    `settings` are those of the presets behind the page.
    """
    path = PAPERS / paper / "published.csv"
    on_real = any((each.get("data") or {}).get("source") in REAL for each in settings)
    if not path.is_file() or not on_real:
        return None
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = rows[rows["problem"].isin(set(problems))]
    return Table(f"{paper}-published", "Published values, for comparison", rows) if len(rows) else None
