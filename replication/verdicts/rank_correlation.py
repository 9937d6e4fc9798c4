"""Problems rank by the metric as they rank by a score of their own: Spearman, exact permutation test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from replication.report import wording
from replication.settings.strict import Strict
from replication.verdicts.rank_order import RankAgreement, Ranked, agreement
from replication.verdicts.selection import Cell, Condition, Name, Undecidable, Unmeasured

if TYPE_CHECKING:
    import pandas as pd


class Score(Strict):
    """What is known of each problem beside the runs: the mean over seeds of a metric, under a method's name."""

    metric: Name
    method: Name
    condition: Condition = ""


class RankCorrelation(Ranked):
    """Over the problems, the metric (or method / reference) rises or falls with the score.

    The order is measured and not registered, but the test is that of `rank_order`: if the metric has nothing to do with
    the scores, all assignments of scores to the problems are equally likely. Mid-ranks stand for equal scores.
    """

    kind: Literal["rank_correlation"]
    trend: Literal["rises", "falls"]
    score: Score

    @property
    def metrics(self) -> list[str]:
        """The metric and the score."""
        return [self.metric, self.score.metric]

    def margin_in_words(self, unit: str) -> str:
        """There is no margin."""
        return f"{self.trend} with {wording.metric(self.score.metric)}"

    def reads(self, rows: pd.DataFrame, cell: Cell) -> pd.DataFrame:
        """Return the rows of the metric, both sides of a comparison, and those of the score."""
        of_metric = super().reads(rows[rows["metric"] == self.metric], cell)
        of_score = (rows["metric"] == self.score.metric) & (rows["method"] == self.score.method)
        of_score &= (rows["condition"] == self.score.condition) & rows["problem"].isin(self.problems)
        return rows.loc[[*of_metric.index, *rows.index[of_score]]]

    def estimate(self, rows: pd.DataFrame, cell: Cell) -> RankAgreement:
        """Return the agreement over the seeds that finished on every problem."""
        from scipy import stats

        from replication.verdicts import seeds

        score = self.score
        known = rows[rows["metric"] == score.metric]
        means = [
            seeds.values(known, score.metric, problem, score.method, score.condition).mean()
            for problem in self.problems
        ]
        for problem, mean in zip(self.problems, means, strict=True):
            if not np.isfinite(mean):
                raise Unmeasured(f"no value: {wording.metric(score.metric)}", problem)
        if not np.ptp(means) > 0:
            raise Undecidable(f"{wording.metric(score.metric)} is the same everywhere: no order")
        sign = 1 if self.trend == "rises" else -1
        ranks = stats.rankdata(sign * np.array(means))
        return agreement(self.ranked(rows[rows["metric"] == self.metric], cell), tuple(map(float, ranks)))
