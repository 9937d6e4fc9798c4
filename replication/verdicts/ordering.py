"""A is better than B: the paired ratio on the logarithm is above 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from replication.verdicts.extreme import Extreme
from replication.verdicts.interval import StudentMean
from replication.verdicts.ratio import ahead
from replication.verdicts.selection import Cell, Reference, Selection
from replication.verdicts.statements import Region, Side

if TYPE_CHECKING:
    import pandas as pd


class Ordering(Selection):
    """The method is better than the reference, by however little; its mirror, `not replicated`, is that it is worse."""

    kind: Literal["ordering"]
    reference: Reference
    better: Side

    def margin_in_words(self, unit: str) -> str:
        """There is no margin."""
        return "better at all"

    def estimate(self, rows: pd.DataFrame, cell: Cell) -> StudentMean | Extreme:
        """Return the mean over seeds of log(how many times better), of several references than the strongest."""
        return ahead(self, rows, cell, self.better)

    def region(self, problem: str, margin: Any = 1.0) -> Region:
        """Return everything above `margin` times better; 1 as registered."""
        return Region(np.log(margin), np.inf, "higher")
