"""The least of several quantities: how far a method is ahead of the strongest of its references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from replication.verdicts.interval import StudentMean
from replication.verdicts.statements import LEVEL


@dataclass(frozen=True)
class Least:
    """The smallest of m means over seeds, dependent or not.

    It exceeds an edge if all of them do: an intersection-union test, the largest p-value, without any correction. It
    is below an edge if one of them is: the smallest p-value times m (Bonferroni). Choosing the strongest reference by
    its measured mean instead, even from other seeds than the one it is compared on, is wrong up to three times as often
    as it says.
    """

    members: Sequence[StudentMean]

    @property
    def n(self) -> int:
        """The fewest seeds that any of them rests on."""
        return min(member.n for member in self.members)

    @property
    def centre(self) -> Any:
        """The smallest mean."""
        return np.min([member.centre for member in self.members], axis=0)

    def interval(self, level: float = LEVEL) -> tuple[Any, Any]:
        """Return the mirror of both tests: the smallest lower bound at level, the smallest upper one at level / m."""
        lows = [member.interval(level)[0] for member in self.members]
        highs = [member.interval(level / len(self.members))[1] for member in self.members]
        return np.min(lows, axis=0), np.min(highs, axis=0)

    def p_greater(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return the p-value of "all are greater than `edge`"."""
        return np.max([member.p_greater(edge) for member in self.members], axis=0)

    def p_less(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return the p-value of "at least one is less than `edge`"."""
        smallest = np.min([member.p_less(edge) for member in self.members], axis=0)
        return np.minimum(1.0, len(self.members) * smallest)

    def runs_needed(self, edges: Sequence[float], level: float = LEVEL) -> float:
        """Return how many runs settle the smallest of them."""
        smallest = min(self.members, key=lambda member: float(member.centre))
        return smallest.runs_needed(edges, level / len(self.members))
