"""Panels of a figure that shows several problems on several hardware targets."""

from collections.abc import Iterable

import pandas as pd

from replication.report import style


def by_place(data: pd.DataFrame, problems: Iterable[str] | None = None) -> list[tuple[str, pd.DataFrame]]:
    """Return (title, rows) for each problem, by name unless in another order, and hardware.

    Of several, the title names the hardware below the problem.
    """
    several = data["hardware"].nunique() > 1
    return [
        (style.title(problem) + (f"\n{hardware}" if several else ""), rows)
        for problem in (sorted(set(data["problem"])) if problems is None else problems)
        for hardware, rows in data[data["problem"] == problem].groupby("hardware")
    ]
