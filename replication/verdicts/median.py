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

    It exceeds an edge if a majority of k = m // 2 + 1 does, which is stated as in `statements.at_least`: the k-th
    smallest p-value times m - k + 1, since a median short of the edge, also as the mean of the two middle quantities
    of an even number, leaves at least m - k + 1 of them short of it. The interval mirrors that: its ends are the k-th
    largest lower and the k-th smallest upper bound at level / (m - k + 1).
    """

    members: Sequence[Estimate]

    @property
    def centre(self) -> Any:
        """The median of the estimates."""
        return np.median([member.centre for member in self.members], axis=0)

    def interval(self, level: float = LEVEL) -> tuple[Any, Any]:
        """Return the bounds that k members have on their other side, each at level / (m - k + 1)."""
        bounds = [member.interval(level / self._minority) for member in self.members]
        lows, highs = (np.sort(np.stack(side), axis=0) for side in zip(*bounds, strict=True))
        return lows[self._minority - 1], highs[self._majority - 1]

    def p_greater(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return the p-value of "a majority is greater than `edge`"."""
        return self._majority_p([member.p_greater(edge) for member in self.members])

    def p_less(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return the p-value of "a majority is less than `edge`"."""
        return self._majority_p([member.p_less(edge) for member in self.members])

    def runs_needed(self, edges: Sequence[float], level: float = LEVEL) -> float:
        """Return how many runs settle a majority of the members."""
        needed = [member.runs_needed(edges, level / self._minority) for member in self.members]
        return float(np.sort(needed)[self._majority - 1])

    @property
    def _majority(self) -> int:
        return len(self.members) // 2 + 1

    @property
    def _minority(self) -> int:
        """How many members a median short of an edge leaves short of it at least: m - k + 1."""
        return len(self.members) - self._majority + 1

    def _majority_p(self, p_values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        ranked = np.sort(np.stack(p_values), axis=0)
        return np.minimum(1.0, self._minority * ranked[self._majority - 1])
