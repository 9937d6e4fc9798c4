"""Below or above a bound, such as a latency under 10 ms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import model_validator

from replication.report import wording
from replication.verdicts.extreme import Extreme
from replication.verdicts.interval import StudentMean
from replication.verdicts.selection import Cell, Selection
from replication.verdicts.statements import Region

if TYPE_CHECKING:
    import pandas as pd


class Threshold(Selection):
    """The quantity (method / reference, if there is a reference) is `at_most` or `at_least` the bound.

    `plain` judges the quantity itself and not its logarithm. A `share`, also a yes or no as 1 or 0, is never above 1,
    and so is no bound on it: scaled bounds end there.
    """

    kind: Literal["threshold"]
    at_most: float | None = None
    at_least: float | None = None
    plain: bool = False
    share: bool = False

    @model_validator(mode="after")
    def _one_bound(self) -> Threshold:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("give `at_most` or `at_least`, one of them")
        if self.logarithmic and self.bound <= 0:
            raise ValueError(f"a bound on the logarithm is positive, not {self.bound}")
        if self.share and not (self.plain and 0 <= self.bound <= 1):
            raise ValueError("a share is judged `plain`, with a bound from 0 to 1")
        return self

    @property
    def bound(self) -> float:
        """The bound, whichever it is."""
        return self.at_most if self.at_most is not None else self.at_least  # type: ignore[return-value]

    @property
    def logarithmic(self) -> bool:
        """Positive quantities on the logarithm; plain ones as they are."""
        return not self.plain

    def margin_in_words(self, unit: str) -> str:
        """Return the bound."""
        side = "at most" if self.at_most is not None else "at least"
        return f"{side} {wording.bound(self.bound, unit)}"

    def estimate(self, rows: pd.DataFrame, cell: Cell) -> StudentMean | Extreme:
        """Return the mean over seeds of the quantity or of its logarithm, of several methods the best one's."""
        from replication.verdicts import seeds

        ratios = [method / reference for method, reference in seeds.paired(self, rows, cell)]
        compared = ratios if self.plain else map(seeds.logarithms, ratios)
        return Extreme.of(compared, "largest" if self.at_least is not None else "smallest")

    def region(self, problem: str, margin: Any = 1.0) -> Region:
        """Return everything on the claimed side of the bound times `margin`."""
        edge = self.bound * margin if self.plain else np.log(self.bound) + np.log(margin)
        edge = np.minimum(edge, 1.0) if self.share else edge
        return Region(-np.inf, edge, "lower") if self.at_most is not None else Region(edge, np.inf, "higher")
