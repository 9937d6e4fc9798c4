"""The best of several methods, or how far a method is ahead of the strongest of its references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from replication.verdicts.interval import StudentMean
from replication.verdicts.statements import LEVEL

Which = Literal["smallest", "largest"]


@dataclass(frozen=True)
class Extreme:
    """The smallest or the largest of m means over seeds, dependent or not; a mean may be an extreme itself.

    The smallest exceeds an edge if all of them do: an intersection-union test, the largest p-value, without any
    correction. It is below an edge if one of them is: the smallest p-value times m (Bonferroni). The largest is the
    mirror of that. Choosing one of them by its measured mean instead, even from other seeds than the one it is compared
    on, is wrong up to three times as often as it says.
    """

    members: Sequence[StudentMean | Extreme]
    which: Which

    @classmethod
    def of(cls, values: Iterable[NDArray[np.float64]], which: Which) -> StudentMean | Extreme:
        """Return the extreme of the means over seeds of several quantities (seeds,); of one it is its mean."""
        return cls.among([StudentMean.of(each) for each in values], which)

    @classmethod
    def among(cls, members: Sequence[StudentMean | Extreme], which: Which) -> StudentMean | Extreme:
        """Return the extreme of several, or the only one."""
        return members[0] if len(members) == 1 else cls(members, which)

    @property
    def n(self) -> int:
        """The fewest seeds that any of them rests on."""
        return min(member.n for member in self.members)

    @property
    def centre(self) -> Any:
        """The smallest or largest mean."""
        return self._pick([member.centre for member in self.members])

    @property
    def place(self) -> int:
        """Which of the members has the smallest or largest mean."""
        return [member.centre for member in self.members].index(self.centre)

    def interval(self, level: float = LEVEL) -> tuple[Any, Any]:
        """Return the mirror of both tests: on the side of one the bounds at `level` / m, on that of all at `level`."""
        shared = level / len(self.members)
        low, high = (level, shared) if self.which == "smallest" else (shared, level)
        lows = [member.interval(low)[0] for member in self.members]
        highs = [member.interval(high)[1] for member in self.members]
        return self._pick(lows), self._pick(highs)

    def p_greater(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return the p-value of "the extreme is greater than `edge`"."""
        values = [member.p_greater(edge) for member in self.members]
        return self._all(values) if self.which == "smallest" else self._one(values)

    def p_less(self, edge: ArrayLike) -> NDArray[np.float64]:
        """Return the p-value of "the extreme is less than `edge`"."""
        values = [member.p_less(edge) for member in self.members]
        return self._one(values) if self.which == "smallest" else self._all(values)

    def runs_needed(self, edges: Sequence[float], level: float = LEVEL) -> float:
        """Return how many runs settle the smallest or largest of them."""
        return self.members[self.place].runs_needed(edges, level / len(self.members))

    def _pick(self, values: Sequence[Any]) -> Any:
        return np.min(values, axis=0) if self.which == "smallest" else np.max(values, axis=0)

    def _all(self, p_values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        return np.max(p_values, axis=0)

    def _one(self, p_values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        return np.minimum(1.0, len(self.members) * np.min(p_values, axis=0))
