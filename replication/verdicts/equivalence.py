"""Same as published: two one-sided tests (TOST) of a quantity, or of a paired ratio, against value and margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import model_validator

from replication.verdicts.extreme import Extreme
from replication.verdicts.interval import StudentMean
from replication.verdicts.published import PublishedValue
from replication.verdicts.selection import Cell
from replication.verdicts.statements import Region, Side

if TYPE_CHECKING:
    import pandas as pd


class Equivalence(PublishedValue):
    """The quantity equals the published one within a margin fixed before the runs.

    With a `reference` the quantity is method / reference, paired by seed. `better` is the good side, if there is one;
    `direction` the value beyond which, on that side, the ordering holds although the size does not. `plain` judges the
    quantity itself (shares, differences) and not its logarithm; the margin is then absolute.
    """

    kind: Literal["equivalence"]
    better: Side | None = None
    direction: float | None = None
    plain: bool = False

    @model_validator(mode="after")
    def _direction_has_a_side(self) -> Equivalence:
        if self.direction is not None and (self.better is None or (self.logarithmic and self.direction <= 0)):
            raise ValueError("a direction needs `better: lower` or `better: higher` (and is positive on a logarithm)")
        return self

    @property
    def logarithmic(self) -> bool:
        """Errors and times on the logarithm; plain quantities as they are."""
        return not self.plain

    def estimate(self, rows: pd.DataFrame, cell: Cell) -> StudentMean | Extreme:
        """Return the mean over seeds of the quantity or of its logarithm, of several methods the best one's."""
        from replication.verdicts import seeds

        ratios = [method / reference for method, reference in seeds.paired(self, rows, cell)]
        compared = ratios if self.plain else map(seeds.logarithms, ratios)
        return Extreme.of(compared, "largest" if self.better == "higher" else "smallest")

    def region(self, problem: str, margin: Any = 1.0) -> Region:
        """Return value -+ margin (times or divided by it on the logarithm)."""
        low, high = self.claimed(problem)
        if self.plain:
            reach = self.margin * margin
            return Region(low - reach, high + reach, self.better, self.direction)
        reach = np.log(self.margin) * margin
        equality = None if self.direction is None else float(np.log(self.direction))
        return Region(np.log(low) - reach, np.log(high) + reach, self.better, equality)
