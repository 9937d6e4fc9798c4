"""From p-values to one of six words: what can be concluded about a quantity, given a region fixed before the runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

REPLICATED = "replicated"
BETTER = "better"
IN_DIRECTION = "in direction"
NOT_REPLICATED = "not replicated"
INCONCLUSIVE = "inconclusive"
NOT_TESTABLE = "not testable"

LEVEL = 0.05
"""Each one-sided test's chance of a wrong conclusion; its mirror is the 90 % interval."""

Array = NDArray[np.float64]
Side = Literal["lower", "higher"]


class Estimate(Protocol):
    """A quantity as the runs show it, with exact or Student-t error rates; arrays stand for many claims at once."""

    @property
    def centre(self) -> Any:
        """The estimate itself."""

    def interval(self, level: float = LEVEL) -> tuple[Any, Any]:
        """Return the two bounds that each leave out `level`: a 90 % interval at 0.05."""

    def p_greater(self, edge: ArrayLike) -> Array:
        """Return the p-value of the statement "the quantity is greater than `edge`"."""

    def p_less(self, edge: ArrayLike) -> Array:
        """Return the p-value of the statement "the quantity is less than `edge`"."""

    def runs_needed(self, edges: Sequence[float], level: float = LEVEL) -> float:
        """Return how many runs in all would tell the quantity from the nearest of `edges`; infinite if none would."""


@dataclass(frozen=True)
class Region:
    """The values that count as the claimed result: `lower` to `upper`, either of them infinite.

    `good` is the side on which more than claimed is good news (none: both sides are bad), `equality` the value at
    which a comparison turns round (none: the claim compares nothing). Edges may be arrays (many margins at once).
    """

    lower: Any
    upper: Any
    good: Side | None = None
    equality: float | None = None


class Statements(NamedTuple):
    """P-values of what can be said of one quantity or, after `at_least`, of several together.

    `acceptable`: as claimed or better; `better`: beyond the good edge; `worse`: beyond the bad edge; `ordered`: the
    comparison goes the claimed way. As claimed, better and worse exclude each other and exhaust the possibilities, so
    whatever the truth is, the chance of stating a false one of them stays at the level (the partitioning principle).
    """

    acceptable: Array
    better: Array
    worse: Array
    ordered: Array


UNKNOWN = Statements(*np.ones(4))
"""Too few runs: nothing can be said."""

ABSENT = UNKNOWN._replace(ordered=np.zeros(()))
"""No run: nothing can be said, and the ordering must not be taken to fail for lack of rows."""


def statements(estimate: Estimate, region: Region) -> Statements:
    """Test a quantity against a region.

    Inside: two one-sided tests (Schuirmann 1987), the interval lies within the region. Beyond an edge: one one-sided
    test. Without a good side, both outsides are bad, and a narrow region would be left by chance on either side; the
    p-value of the interval null hypothesis adds the far tail (Hodges and Lehmann 1954): twice the one-sided one if the
    region is a point, nothing if it is wide.
    """
    lower, upper = _widened(region.lower, -1), _widened(region.upper, +1)
    inside = np.maximum(estimate.p_greater(lower), estimate.p_less(upper))
    above, below = estimate.p_greater(upper), estimate.p_less(lower)
    if region.good is None:
        better = np.ones_like(inside)
        worse = np.minimum(above + estimate.p_greater(lower), below + estimate.p_less(upper))
    else:
        better, worse = (above, below) if region.good == "higher" else (below, above)
    acceptable = np.minimum(inside, better)
    ordered = acceptable
    if region.equality is not None:
        tail = estimate.p_greater if region.good == "higher" else estimate.p_less
        ordered = np.minimum(acceptable, tail(region.equality))
    return Statements(acceptable, better, worse, ordered)


def _widened(edge: Any, side: int) -> Any:
    """Return the edge moved outwards by rounding error, so that a count exactly on it (no spread) lies inside."""
    return edge + side * np.where(np.equal(edge, 0), 1e-12, 1e-9 * np.abs(edge))


def at_least(k: int, several: Sequence[Statements]) -> Statements:
    """State of m quantities together that at least `k` of them are as claimed or better (`all` is k = m).

    False with at most k-1 of them true, so one of m-k+1 false ones must slip through: the k-th smallest p-value times
    m-k+1 (an intersection-union test without any correction for `all`). The opposite, at least m-k+1 are worse, is by
    the same argument the (m-k+1)-th smallest p-value times k (Bonferroni for `all`: one bad problem among many must
    not be a chance find). Neither assumes that the quantities are independent.
    """
    m = len(several)

    def smallest(count: int, p_values: Sequence[Array]) -> Array:
        ranked = np.sort(np.stack(np.broadcast_arrays(*p_values)), axis=0)
        return np.minimum(1.0, (m - count + 1) * ranked[count - 1])

    return Statements(
        acceptable=smallest(k, [s.acceptable for s in several]),
        better=smallest(k, [s.better for s in several]),
        worse=smallest(m - k + 1, [s.worse for s in several]),
        ordered=smallest(k, [s.ordered for s in several]),
    )


def verdict(said: Statements, level: float = LEVEL) -> NDArray[np.str_]:
    """Return one word for each claim, from the first rule that holds, in the fixed order of the vocabulary.

    `not testable` comes before all of them and is decided where the rows are read, since it has no p-value.
    """
    better = said.better <= level
    worse = said.worse <= level
    ordered = said.ordered <= level
    return np.select(
        [(said.acceptable <= level) & ~better, better, worse & ordered, worse],
        [REPLICATED, BETTER, IN_DIRECTION, NOT_REPLICATED],
        INCONCLUSIVE,
    )


def p_value(said: Statements) -> Array:
    """Return the p-value of the verdict: of all that its word states, or of the statement nearest to being made."""
    words = verdict(said)
    stated = {
        REPLICATED: said.acceptable,
        BETTER: said.better,
        IN_DIRECTION: np.maximum(said.worse, said.ordered),
        NOT_REPLICATED: said.worse,
    }
    nearest = np.minimum(said.acceptable, said.worse)
    return np.select([words == word for word in stated], np.broadcast_arrays(*stated.values()), nearest)
