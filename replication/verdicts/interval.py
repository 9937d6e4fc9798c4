"""Student t over seeds: estimate, interval, one-sided tests, prediction of one more run, seeds still needed.

A seed (its initial weights, its points or batches) is the unit of replication. Up to about ten seeds Student t on
logarithms covers what it promises, where a percentile bootstrap covers 84 % instead of 95 % at five seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from replication.verdicts.statements import LEVEL

POWER = 0.8
"""The chance of being settled for which further seeds are counted."""

MOST_SEEDS = 10_000
"""Beyond this number no further seeds are promised to settle anything."""


@dataclass(frozen=True)
class StudentMean:
    """The mean of a normal quantity over `n` seeds, with its sample standard deviation; arrays are many claims."""

    mean: Any
    deviation: Any
    n: int

    @classmethod
    def of(cls, values: ArrayLike) -> "StudentMean":
        """Take the mean over the last axis, the seeds (at least two, or there is no spread)."""
        seeds = np.asarray(values, dtype=np.float64)
        return cls(seeds.mean(axis=-1), seeds.std(axis=-1, ddof=1), seeds.shape[-1])

    @property
    def centre(self) -> Any:
        """The mean over seeds."""
        return self.mean

    def interval(self, level: float = LEVEL) -> tuple[Any, Any]:
        """Return mean -+ t(1-level, n-1) s / sqrt(n)."""
        reach = self._quantile(1 - level) * self.deviation / np.sqrt(self.n)
        return self.mean - reach, self.mean + reach

    def prediction(self, level: float = 0.025) -> tuple[Any, Any]:
        """Return mean -+ t(1-level, n-1) s sqrt(1 + 1/n): where one more run is expected, with 95 % by default."""
        reach = self._quantile(1 - level) * self.deviation * np.sqrt(1 + 1 / self.n)
        return self.mean - reach, self.mean + reach

    def p_greater(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return P(T >= (mean - edge) / (s / sqrt(n))), T Student t with n-1 degrees of freedom."""
        return self._tail(np.subtract(self.mean, edge))

    def p_less(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return P(T >= (edge - mean) / (s / sqrt(n)))."""
        return self._tail(np.subtract(edge, self.mean))

    def runs_needed(self, edges: Sequence[float], level: float = LEVEL) -> float:
        """Return the smallest n with (t(1-level) + t(power)) s / sqrt(n) <= distance to the nearest edge.

        If the quantity is where the mean is now and keeps its spread, that many runs settle it with 80 % chance.
        """
        distance = min(abs(self.mean - edge) for edge in edges)
        if distance == 0:
            return np.inf
        n = np.arange(2, MOST_SEEDS + 1)
        reach = (_t(1 - level, n - 1) + _t(POWER, n - 1)) * self.deviation / np.sqrt(n)
        enough = n[reach <= distance]
        return float(enough[0]) if enough.size else np.inf

    def _quantile(self, probability: float) -> Any:
        return _t(probability, self.n - 1)

    def _tail(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy import stats

        # Runs without any spread (a count of parameters) leave no doubt on which side they are.
        spread = np.broadcast_to(self.deviation, distance.shape) / np.sqrt(self.n)
        certain = np.where(distance >= 0, np.inf, -np.inf)
        t = np.divide(distance, spread, out=certain, where=spread > 0)
        return stats.t.sf(t, self.n - 1)


def _t(probability: float, freedom: ArrayLike) -> Any:
    from scipy import stats

    return stats.t.ppf(probability, freedom)
