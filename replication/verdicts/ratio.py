"""k times better than the reference: the ratio on the logarithm, paired by seed, against the published factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import model_validator

from replication.verdicts.extreme import Extreme
from replication.verdicts.interval import StudentMean
from replication.verdicts.published import PublishedValue
from replication.verdicts.selection import Cell, Selection
from replication.verdicts.statements import Region, Side

if TYPE_CHECKING:
    import pandas as pd


class Ratio(PublishedValue):
    """The method is `published` times better than the reference, within a factor `margin` either way.

    Without a `reference` the metric is itself such a ratio (`speedup`) and larger is better. More than claimed is
    `better`; less than claimed but more than 1 is `in direction`.
    """

    kind: Literal["ratio"]
    better: Side = "higher"

    @model_validator(mode="after")
    def _ratio_is_better_when_higher(self) -> Ratio:
        if self.reference is None and self.better == "lower":
            raise ValueError("`better: lower` needs a reference; a metric that is a ratio itself is better when higher")
        return self

    def estimate(self, rows: pd.DataFrame, cell: Cell) -> StudentMean | Extreme:
        """Return the mean over seeds of log(how many times better), of several references than the strongest."""
        return ahead(self, rows, cell, self.better)

    def region(self, problem: str, margin: Any = 1.0) -> Region:
        """Return published / margin to published * margin, on the logarithm."""
        low, high = self.claimed(problem)
        reach = np.log(self.margin) * margin
        return Region(np.log(low) - reach, np.log(high) + reach, "higher", 0.0)


def ahead(test: Selection, rows: pd.DataFrame, cell: Cell, better: Side) -> StudentMean | Extreme:
    """Return the mean over seeds of log(how many times better the best method is than the strongest reference)."""
    from replication.verdicts import seeds

    means = [
        Extreme.of((log_times_better(method, reference, better) for method, reference in pairs), "largest")
        for pairs in seeds.paired_with_each(test, rows, cell)
    ]
    return Extreme.among(means, "smallest")


def log_times_better(method: np.ndarray, reference: np.ndarray, better: Side) -> np.ndarray:
    """Return log(reference / method) where lower is better, log(method / reference) where higher is."""
    from replication.verdicts.seeds import logarithms

    difference = logarithms(method) - logarithms(reference)
    return difference if better == "higher" else -difference
