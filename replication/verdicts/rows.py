"""What is written of a verdict and of a single test: the columns of `verdicts.csv` and `evidence.csv`, in their order.

Estimates, intervals and margins are in the metric's units. What does not exist is NaN.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One claim. `confidence` is the interval's; `p_holm` and `verdict_holm` hold all claims of a paper to 5 %.

    `test`, `hardware`, `problem` and `condition` say which single test the verdict hangs on.
    """

    claim: str
    paper: str
    statement: str
    verdict: str
    evidence: str
    n: float = np.nan
    estimate: float = np.nan
    low: float = np.nan
    high: float = np.nan
    published: str
    margin: str = ""
    unit: str
    reason: str
    confidence: float = np.nan
    margin_low: float = np.nan
    margin_high: float = np.nan
    p_value: float = np.nan
    p_holm: float = np.nan
    verdict_holm: str = ""
    further_seeds: float = np.nan
    runs: float = np.nan
    failures: float = np.nan
    test: float = np.nan
    hardware: str = ""
    problem: str = ""
    condition: str = ""
    mark: str
    figures: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One test in one cell. `test` counts a claim's tests from 1; `prediction_*` is where one more run is expected."""

    claim: str
    paper: str
    test: int
    kind: str
    hardware: str
    problem: str
    method: str
    reference: str
    condition: str
    metric: str
    verdict: str
    evidence: str
    n: float = np.nan
    estimate: float = np.nan
    low: float = np.nan
    high: float = np.nan
    published: str
    margin: str
    unit: str
    reason: str
    confidence: float = np.nan
    margin_low: float
    margin_high: float
    p_value: float
    prediction_low: float = np.nan
    prediction_high: float = np.nan
    published_predicted: bool | float = np.nan
    further_seeds: float
    runs: int
    failures: int
    failure_low: float
    failure_high: float


def frame(kind: type[Verdict | Evidence], rows: Sequence[Verdict | Evidence]) -> pd.DataFrame:
    """Return rows of one kind as a table with all their columns, counts as whole numbers."""
    table = pd.DataFrame([asdict(row) for row in rows], columns=[field.name for field in fields(kind)])
    return table.astype(dict.fromkeys(("n", "test", "runs", "failures"), "Int64"))
