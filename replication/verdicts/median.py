"""The median of a quantity over several problems, from the tests made on each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from replication.verdicts.statements import LEVEL, Estimate


@dataclass(frozen=True)
class Median:
    """The median over m independent or dependent quantities.

    It exceeds an edge if a majority does, and a majority of k = m // 2 + 1 is stated as in `statements.at_least`: the
    k-th smallest p-value times m - k + 1. Here the factor is k throughout, which also covers the mean of the two
    middle quantities of an even number, and the interval is the median of the intervals at level / k: its mirror.
    """

    members: Sequence[Estimate]

    @property
    def centre(self) -> Any:
        """The median of the estimates."""
        return np.median([member.centre for member in self.members], axis=0)

    def interval(self, level: float = LEVEL) -> tuple[Any, Any]:
        """Return the medians of the lower and of the upper bounds at level / k."""
        bounds = [member.interval(level / self._majority) for member in self.members]
        low, high = (np.median(side, axis=0) for side in zip(*bounds, strict=True))
        return low, high

    def p_greater(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return the p-value of "a majority is greater than `edge`"."""
        return self._majority_p([member.p_greater(edge) for member in self.members])

    def p_less(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return the p-value of "a majority is less than `edge`"."""
        return self._majority_p([member.p_less(edge) for member in self.members])

    def runs_needed(self, edges: Sequence[float], level: float = LEVEL) -> float:
        """Return how many runs settle a majority of the members."""
        needed = [member.runs_needed(edges, level / self._majority) for member in self.members]
        return float(np.sort(needed)[self._majority - 1])

    @property
    def _majority(self) -> int:
        return len(self.members) // 2 + 1

    def _majority_p(self, p_values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        ranked = np.sort(np.stack(p_values), axis=0)
        return np.minimum(1.0, self._majority * ranked[self._majority - 1])
