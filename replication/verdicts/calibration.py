"""How often the verdicts are wrong: simulated claims whose truth is known, judged by the tests as they are.

The unit of effect is the margin: 0 is the claimed value, 1 the bad edge of the margin, -1 the good edge, 2 twice the
margin on the bad side. Where a test has no margin (an ordering, a bound) the edge is its bound, and a factor of two
stands for the margin: 0 lies a factor of two on the claimed side. For a rank order 0 is the registered order, 1 no
order and 2 the reverse; for a failure rate bounded by one half they are 0, 1/2 and 1; for a power law, 1 is the curve
halfway to an exponential. The unit of spread is the same: at 1 the seeds' standard deviation equals the margin (for a
rank order, the step from problem to problem).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from replication.verdicts.equivalence import Equivalence
from replication.verdicts.extreme import Extreme
from replication.verdicts.failure_rate import BinomialRate, FailureRate
from replication.verdicts.growth import Growth, exponent, power_law_advantage
from replication.verdicts.interval import StudentMean
from replication.verdicts.median import Median
from replication.verdicts.ordering import Ordering
from replication.verdicts.rank_correlation import RankCorrelation
from replication.verdicts.rank_order import RankOrder, agreement
from replication.verdicts.ratio import Ratio, log_times_better
from replication.verdicts.selection import Reference, Selection
from replication.verdicts.statements import (
    BETTER,
    IN_DIRECTION,
    INCONCLUSIVE,
    LEVEL,
    NOT_REPLICATED,
    REPLICATED,
    Array,
    Estimate,
    Statements,
    at_least,
    statements,
    verdict,
)
from replication.verdicts.threshold import Threshold

SEED = 20260101
SIMULATIONS = 20_000
SEEDS = (3, 5, 10, 20)
SPREADS = (0.25, 1.0)

SETTING: dict[str, Any] = {"metric": "m", "method": "a", "problems": ["p"], "reason": "simulated claims"}
UNIT = float(np.log(2))
"""One margin on the logarithm."""


@dataclass(frozen=True)
class Draw:
    """What a simulated claim is made of: `effect` and `spread` in margins, `n` seeds, `simulations` claims at once."""

    effect: float
    spread: float
    n: int
    simulations: int
    random: np.random.Generator

    skewed: bool = False

    def normal(self, *shape: int) -> Array:
        """Return standard normal numbers of shape (simulations, seeds, *shape)."""
        return self.random.standard_normal((self.simulations, self.n, *shape))

    def logarithms(self, unit: float = UNIT) -> Array:
        """Return values at `effect` with the seeds' spread, both times `unit`."""
        noise = self.random.standard_exponential((self.simulations, self.n)) - 1 if self.skewed else self.normal()
        return unit * (self.effect + self.spread * noise)


def _equivalence(draw: Draw) -> Statements:
    test = Equivalence(kind="equivalence", published=1.0, margin=2.0, **SETTING)
    return statements(StudentMean.of(draw.logarithms()), test.region("p"))


def _equivalence_with_good_side(draw: Draw) -> Statements:
    test = Equivalence(kind="equivalence", published=1.0, margin=2.0, better="lower", **SETTING)
    return statements(StudentMean.of(draw.logarithms()), test.region("p"))


def _ratio(draw: Draw) -> Statements:
    test = Ratio(kind="ratio", published=5.0, margin=2.0, reference=Reference(method="b"), better="lower", **SETTING)
    # What a seed does to both sides of a pair is ten times its effect on their ratio, and cancels.
    reference = np.exp(10 * draw.normal())
    method = reference / 5.0 * np.exp(draw.logarithms())
    return statements(StudentMean.of(log_times_better(method, reference, "lower")), test.region("p"))


def _ordering(draw: Draw) -> Statements:
    test = Ordering(kind="ordering", reference=Reference(method="b"), better="lower", **SETTING)
    reference = np.exp(10 * draw.normal())
    method = reference * np.exp(replace(draw, effect=draw.effect - 1).logarithms())
    return statements(StudentMean.of(log_times_better(method, reference, "lower")), test.region("p"))


def _ordering_against_the_strongest(draw: Draw) -> Statements:
    """Five equal references, each with a spread of its own: all of them decide together."""
    test = Ordering(kind="ordering", reference=Reference(method=list("bcdef")), better="lower", **SETTING)
    # Half of the variance of a difference is the method's, so that single pairs spread as in the other kinds.
    half = replace(draw, effect=draw.effect - 1, spread=draw.spread / np.sqrt(2))
    method = np.exp(half.logarithms())
    means = [
        StudentMean.of(log_times_better(method, np.exp(UNIT * half.spread * draw.normal()), "lower")) for _ in range(5)
    ]
    return statements(Extreme(means, "smallest"), test.region("p"))


def _best_of_three(draw: Draw, worse: float = 0.0) -> Statements:
    """Three methods of which the best counts; the other two are as good, or by `worse` margins worse."""
    test = Equivalence(kind="equivalence", published=1.0, margin=2.0, better="lower", **SETTING)
    effects = (draw.effect, draw.effect + worse, draw.effect + worse)
    means = [StudentMean.of(replace(draw, effect=effect).logarithms()) for effect in effects]
    return statements(Extreme(means, "smallest"), test.region("p"))


def _ordering_of_skewed_seeds(draw: Draw) -> Statements:
    """Most seeds good and a few far worse: exponential on the logarithm, which Student t does not promise to cover."""
    return _ordering(replace(draw, skewed=True))


def _threshold(draw: Draw) -> Statements:
    test = Threshold(kind="threshold", at_most=0.010, **SETTING)
    values = np.log(0.010) + replace(draw, effect=draw.effect - 1).logarithms()
    return statements(StudentMean.of(values), test.region("p"))


def _growth_exponent(draw: Draw) -> Statements:
    test = Growth(kind="growth", quantity="exponent", along="x", at_least=0.8, at_most=1.2, **SETTING)
    x = np.geomspace(1, 64, 7)
    exponents = 1.0 + draw.logarithms(unit=0.2)
    noise = 0.01 * draw.normal(x.size)
    return statements(StudentMean.of(exponent(x, np.exp(exponents[..., None] * np.log(x) + noise))), test.region("p"))


def _growth_law(draw: Draw) -> Statements:
    test = Growth(kind="growth", quantity="power_law", along="x", **SETTING)
    x = np.arange(2.0, 61.0, 4.0)
    power, exponential = ((form - form.mean()) / form.std() for form in (np.log(x), x))
    share = draw.effect / 2 + 0.25 * draw.spread * draw.normal()[..., None]
    noise = 0.1 * draw.normal(x.size)
    y = np.exp((1 - share) * power + share * exponential + noise)
    return statements(StudentMean.of(power_law_advantage(x, y)), test.region("p"))


def _rank_order(draw: Draw) -> Statements:
    return _ranked(draw, np.zeros(5))


def _rank_order_of_other_differences(draw: Draw) -> Statements:
    """Problems differ, but in a way that has nothing to do with the order: high at both of its ends."""
    return _ranked(draw, np.array([2.0, 0.0, -1.0, 0.0, 2.0]) * (1 - abs(1 - draw.effect)))


def _rank_order_of_lasting_differences(draw: Draw) -> Statements:
    """Problems differ by about a step, the same on every seed, whatever the order; three groups of 3, 2 and 3."""
    lasting = draw.random.standard_normal((draw.simulations, 1, 8))
    return _ranked(draw, lasting, order=(("p", "q", "r"), ("s", "t"), ("u", "v", "w")))


def _rank_correlation(draw: Draw) -> Statements:
    """Scores that are measured, two of them equal, in the place of an order that is registered."""
    values = (1 - draw.effect) * np.arange(5) + draw.spread * draw.normal(5)
    scored = agreement(values, tuple(map(float, stats.rankdata([0.1, 0.2, 0.5, 0.5, 0.9]))))
    test = RankCorrelation.model_validate(
        SETTING
        | {"kind": "rank_correlation", "problems": list("pqrst"), "trend": "rises"}
        | {"score": {"metric": "s", "method": "b"}}
    )
    return statements(scored, test.region("p"))


def _ranked(draw: Draw, differences: Array, order: Sequence[Sequence[str]] = tuple("pqrst")) -> Statements:
    problems = [name for group in order for name in group]
    test = RankOrder.model_validate(
        SETTING | {"kind": "rank_order", "problems": problems, "order": [list(group) for group in order]}
    )
    ranks = test.registered_ranks()
    values = (1 - draw.effect) * np.array(ranks) + differences + draw.spread * draw.normal(len(ranks))
    return statements(agreement(values, ranks), test.region("p"))


def _failure_rate(draw: Draw) -> Statements:
    test = FailureRate(kind="failure_rate", at_most=0.5, **SETTING)
    failed = draw.random.binomial(draw.n, 0.5 * draw.effect, size=draw.simulations)
    return statements(BinomialRate(failed, draw.n), test.region("p"))


def _several(test: Callable[[Draw], Statements], k: int, m: int, far: float = -2.0) -> Callable[[Draw], Statements]:
    """Combine m problems, at least k of them; at an edge, the most misleading truth that the combination allows.

    Just outside, k-1 problems are far on the good side and the others at the edge; just inside, k are at the edge and
    the others far on the bad side. Both are one draw here, since an edge is an edge from either side: the problems
    that decide are at the edge and `far` says where the others are.
    """

    def draw_several(draw: Draw) -> Statements:
        at_edge = m - k + 1 if far < 0 else k
        others = far if draw.effect == 1 else draw.effect
        effects = [draw.effect] * at_edge + [others] * (m - at_edge)
        return at_least(k, [test(replace(draw, effect=effect)) for effect in effects])

    return draw_several


def _median(others: Sequence[float], draw: Draw) -> Statements:
    """The median over two problems and `others`, whose effects count at the edge and are like the two's elsewhere."""
    effects = (draw.effect, draw.effect, *(other if draw.effect == 1 else draw.effect for other in others))
    members: list[Estimate] = [StudentMean.of(replace(draw, effect=effect).logarithms()) for effect in effects]
    test: Selection = Equivalence(kind="equivalence", published=1.0, margin=2.0, **SETTING)
    return statements(Median(members), test.region("p"))


WITHOUT_LEVEL = ("ordering, skewed seeds",)
"""Kinds shown to say what the promise is worth where its assumption, logarithms without skew, fails."""

KINDS: dict[str, tuple[Callable[[Draw], Statements], Sequence[float]]] = {
    "equivalence": (_equivalence, (0, 1, 2)),
    "equivalence with a good side": (_equivalence_with_good_side, (-2, -1, 0, 1, 2)),
    "ratio": (_ratio, (-2, -1, 0, 1, 2)),
    "ordering": (_ordering, (0, 1, 2)),
    "ordering, skewed seeds": (_ordering_of_skewed_seeds, (0, 1, 2)),
    "threshold": (_threshold, (0, 1, 2)),
    "growth: exponent": (_growth_exponent, (0, 1, 2)),
    "growth: power law": (_growth_law, (0, 1, 2)),
    "rank order": (_rank_order, (0, 1, 2)),
    "rank order, other differences": (_rank_order_of_other_differences, (0, 1, 2)),
    "failure rate": (_failure_rate, (0, 1, 2)),
    "ordering, all of 4, one decides": (_several(_ordering, 4, 4), (0, 1, 2)),
    "ordering, all of 4 at the edge": (_several(_ordering, 4, 4, far=4.0), (0, 1, 2)),
    "ordering, at least 2 of 3, third far better": (_several(_ordering, 2, 3), (0, 1, 2)),
    "ordering, at least 2 of 3, third far worse": (_several(_ordering, 2, 3, far=4.0), (0, 1, 2)),
    "equivalence, median of 3": (partial(_median, (4.0,)), (0, 1, 2)),
    "equivalence, median of 4": (partial(_median, (4.0, 0.0)), (0, 1, 2)),
    "ordering, strongest of 5": (_ordering_against_the_strongest, (0, 1, 2)),
    "rank correlation": (_rank_correlation, (0, 1, 2)),
    "rank order, lasting differences": (_rank_order_of_lasting_differences, (0, 1, 2)),
    "equivalence, best of 3": (_best_of_three, (-2, -1, 0, 1, 2)),
    "equivalence, best of 3, two worse": (partial(_best_of_three, worse=1.0), (-2, -1, 0, 1, 2)),
}


def calibration_table(simulations: int = SIMULATIONS, seed: int = SEED) -> pd.DataFrame:
    """Judge simulated claims of every kind, number of seeds, spread and effect.

    Columns: kind, nominal (whether the kind promises its level), n, spread, effect, simulations, wrong_rate,
    wrong_upper (one-sided 95 % bound, Clopper-Pearson) and decided, the share of verdicts that are not `inconclusive`.
    A verdict is wrong if what it states is false: at an edge, `replicated` is false just outside, every other word
    just inside, and the worse of both rates is given.
    """
    random = np.random.default_rng(seed)
    rows = []
    for kind, (test, effects) in KINDS.items():
        for n in SEEDS:
            for spread in SPREADS if kind != "failure rate" else (1.0,):
                for effect in effects:
                    words = verdict(test(Draw(effect, spread, n, simulations, random)))
                    wrong = max(int(np.isin(words, false).sum()) for false in _false_statements(effect))
                    rows.append(
                        {
                            "kind": kind,
                            "nominal": kind not in WITHOUT_LEVEL,
                            "n": n,
                            "spread": spread,
                            "effect": effect,
                            "simulations": simulations,
                            "wrong_rate": wrong / simulations,
                            "wrong_upper": upper_bound(wrong, simulations),
                            "decided": float((words != INCONCLUSIVE).mean()),
                        }
                    )
    return pd.DataFrame(rows)


def upper_bound(count: int, total: int) -> float:
    """Return the one-sided 95 % Clopper-Pearson upper bound of a rate."""
    return float(BinomialRate(count, total).interval(LEVEL)[1])


def _false_statements(effect: float) -> list[list[str]]:
    """Return the words that are false at an effect; at an edge, those just inside and those just outside."""
    inside = [BETTER, IN_DIRECTION, NOT_REPLICATED]
    bad_side = [REPLICATED, BETTER]
    good_side = [REPLICATED, IN_DIRECTION, NOT_REPLICATED]
    if abs(effect) == 1:
        return [inside, bad_side if effect > 0 else good_side]
    return [inside if abs(effect) < 1 else bad_side if effect > 0 else good_side]
