"""Each kind of test on numbers whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from replication.errors import UserError
from replication.verdicts import holm, seeds
from replication.verdicts.growth import Growth, exponent, power_law_advantage
from replication.verdicts.ordering import Ordering
from replication.verdicts.rank_correlation import RankCorrelation
from replication.verdicts.rank_order import RankAgreement, RankOrder, agreement
from replication.verdicts.ratio import log_times_better
from replication.verdicts.selection import Cell, Reference, Undecidable, Unmeasured
from replication.verdicts.threshold import Threshold


def test_pairing_by_seed_removes_what_a_seed_does_to_both_sides():
    common = np.exp(np.random.default_rng(0).normal(0, 5, 6))
    assert log_times_better(common / 4, common, "lower") == pytest.approx(np.log(4))
    assert log_times_better(4 * common, common, "higher") == pytest.approx(np.log(4))
    with pytest.raises(Undecidable, match="1 of 2 values are not positive"):
        log_times_better(np.array([0.0, 1.0]), np.ones(2), "lower")


def test_exponents_and_laws_of_exact_curves():
    x = np.geomspace(1, 50, 9)
    y = np.stack([3 * x**1.5, x**-0.5])
    assert exponent(x, y) == pytest.approx([1.5, -0.5])
    assert (power_law_advantage(x, y) > 100).all()
    assert power_law_advantage(x, np.exp(0.1 * x)) < -100


def test_the_laws_are_compared_by_akaikes_criterion():
    x = np.arange(1.0, 12.0)
    y = np.exp(0.3 * np.log(x) + np.random.default_rng(1).normal(0, 0.1, x.size))

    def criterion(regressor):
        residuals = np.log(y) - np.polyval(np.polyfit(regressor, np.log(y), 1), regressor)
        return x.size * np.log(np.mean(residuals**2)) + 2 * 2

    assert power_law_advantage(x, y) == pytest.approx(criterion(x) - criterion(np.log(x)))


def test_two_problems_in_order_are_the_sign_test():
    values = np.array([[1.0, 2.0]] * 4 + [[2.0, 1.0]])
    found = agreement(values, (1.0, 2.0))
    assert found.correlation == pytest.approx(0.6)
    assert found.p_greater(0.0) == pytest.approx(stats.binomtest(4, 5, alternative="greater").pvalue)
    assert found.p_less(0.0) == pytest.approx(stats.binomtest(4, 5, alternative="less").pvalue)


@given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(3, 5))
def test_rank_agreement_is_pages_exact_trend_test(seed, n, m):
    values = np.random.default_rng(seed).normal(np.linspace(0, 1, m), 1, (n, m))
    found = agreement(values, tuple(range(1, m + 1)))
    assert found.p_greater(0.0) == pytest.approx(stats.page_trend_test(values, method="exact").pvalue)


def test_rank_agreement_with_ties_in_the_registered_order_has_the_right_chance():
    # Of the six orders of three problems, two put the lone one lowest.
    ranks = (1.0, 2.5, 2.5)
    best = agreement(np.array([[0.0, 1.0, 2.0]]), ranks)
    assert best.p_greater(0.0) == pytest.approx(1 / 3)


def test_ties_in_the_values_do_not_speak_for_an_order():
    assert agreement(np.ones((3, 4)), (1.0, 2.0, 3.0, 4.0)).correlation == 0


def test_the_interval_of_an_agreement_mirrors_its_test():
    for sum_of_ranks in range(-8, 9):
        found = RankAgreement(sum_of_ranks / 8, 4, (1.0, 2.0, 3.0))
        assert (found.interval()[0] >= 0) == (found.p_greater(0.0) <= 0.05)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.001, 0.2))
def test_holm_rejects_what_the_step_down_procedure_rejects(p_values, level):
    rejected = set()
    for step, index in enumerate(np.argsort(p_values, kind="stable")):
        if p_values[index] > level / (len(p_values) - step) * (1 + 1e-12):
            break
        rejected.add(int(index))
    assert set(np.flatnonzero(holm.adjusted(p_values) <= level * (1 + 1e-12))) == rejected


def test_the_best_of_several_is_chosen_by_the_other_seeds():
    advantages = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 9.0]])
    # The second wins on the third seed alone, so it may be chosen for the first two seeds and not for the third.
    assert seeds.best_by_other_seeds(advantages).tolist() == [0.0, 0.0, 1.0]


def test_choosing_the_best_of_equal_arms_gains_nothing():
    noise = np.random.default_rng(0).standard_normal((3, 4000))
    assert abs(seeds.best_by_other_seeds(noise).mean()) < 0.05
    assert noise.max(axis=0).mean() > 0.8


def _rows(**columns):
    size = len(columns["seed"])
    return pd.DataFrame({"problem": ["p"] * size, "condition": [""] * size, "metric": ["m"] * size, **columns})


def test_the_same_seed_twice_is_refused():
    rows = _rows(seed=[0, 0], method=["a", "a"], value=[1.0, 2.0], status=["done", "done"])
    with pytest.raises(UserError, match="m of a on p, seed 0: stands there twice"):
        seeds.values(rows, "m", "p", "a", "")


def test_failures_are_counted_by_run_and_wilson_is_scipys():
    rows = _rows(
        seed=[0, 1, 1, 2],
        method=["a", "a", "b", "a"],
        value=[1, None, 1, 1],
        status=["done", "diverged", "done", "done"],
    )
    counted = seeds.runs(rows)
    assert (counted.total, counted.failed) == (4, 1)
    assert counted.wilson() == pytest.approx(tuple(stats.binomtest(1, 4).proportion_ci(method="wilson")))


def _errors(**of_method):
    """One row a seed and method on problem p."""
    frames = [
        _rows(seed=range(len(values)), method=[name] * len(values), value=values, status=["done"] * len(values))
        for name, values in of_method.items()
    ]
    return pd.concat(frames, ignore_index=True)


CELL = Cell("cpu", ("p",), "")
ORDERING = {"kind": "ordering", "metric": "m", "method": "a", "problems": ["p"], "better": "lower", "reason": "a test"}


def test_ahead_of_several_references_is_ahead_of_each_of_them():
    errors = _errors(a=[1.0, 1.1, 0.9], b=[2.0, 2.3, 1.9], c=[3.0, 2.9, 3.2])
    alone = [
        Ordering.model_validate({**ORDERING, "reference": {"method": name}, "reason": "one reference"}) for name in "bc"
    ]
    both = Ordering.model_validate({**ORDERING, "reference": {"method": ["b", "c"]}, "reason": "two references"})
    singles, together = [test.estimate(errors, CELL) for test in alone], both.estimate(errors, CELL)
    assert together.centre == min(single.centre for single in singles)
    assert together.p_greater(0.0) == max(single.p_greater(0.0) for single in singles)
    assert together.p_less(1.0) == pytest.approx(2 * min(single.p_less(1.0) for single in singles))
    low, high = together.interval()
    assert together.p_greater(low) == pytest.approx(0.05)
    assert together.p_less(high) == pytest.approx(0.05)


def test_a_reference_that_was_not_run_is_named():
    test = Ordering.model_validate({**ORDERING, "reference": {"method": ["b", "vit"]}, "reason": "two references"})
    with pytest.raises(Unmeasured, match="not run: m of ViT on P"):
        test.estimate(_errors(a=[1.0, 1.1], b=[2.0, 2.3]), CELL)


def test_several_references_are_refused_where_nothing_says_which_side_is_good():
    with pytest.raises(ValueError, match="several references belong to ordering"):
        Threshold(
            kind="threshold", metric="m", method="a", problems=["p"], reference=Reference(method=["b", "c"]),
            at_most=1.0, reason="two references",
        )  # fmt: skip


def _scored(gains, scores, methods=("a", "b")):
    """Rows of metric m of two methods, whose ratio is `gains` (seeds, problems), and of a score."""
    rows = []
    for problem, score in scores.items():
        for seed, of_seed in enumerate(gains):
            for method, value in zip(methods, (of_seed[problem], 1.0), strict=True):
                rows.append((problem, method, seed, "m", value * 10**seed))
            rows.append((problem, "data", seed, "score", score))
    table = pd.DataFrame(rows, columns=["problem", "method", "seed", "metric", "value"])
    return table.assign(condition="", status="done")


CORRELATION = {
    "kind": "rank_correlation", "metric": "m", "method": "a", "reference": {"method": "b"}, "trend": "falls",
    "problems": ["p", "q", "r", "s"], "score": {"metric": "score", "method": "data"}, "reason": "ranks and scores",
}  # fmt: skip


def test_problems_are_ranked_by_the_ratio_and_compared_with_their_scores():
    scores = {"p": 0.1, "q": 0.4, "r": 0.5, "s": 0.9}
    falling = [{"p": 4.0, "q": 3.0, "r": 2.0, "s": 1.0}] * 3
    cell = Cell("cpu", ("p", "q", "r", "s"), "")
    test = RankCorrelation.model_validate(CORRELATION)
    found = test.estimate(_scored(falling, scores), cell)
    assert found.correlation == pytest.approx(1.0)
    assert found.p_greater(0.0) == pytest.approx(1 / 24**3)
    mixed = [{"p": 4.0, "q": 1.0, "r": 2.0, "s": 3.0}, {"p": 1.0, "q": 2.0, "r": 3.0, "s": 4.0}]
    expected = np.mean([-stats.spearmanr(list(scores.values()), list(seed.values())).statistic for seed in mixed])
    assert test.estimate(_scored(mixed, scores), cell).correlation == pytest.approx(expected)
    assert set(test.reads(_scored(mixed, scores), cell)["metric"]) == {"m", "score"}


def test_ranks_by_the_lowest_of_several_references():
    table = _scored([{"p": 1.0, "q": 2.0, "r": 3.0}] * 2, {"p": 0.0, "q": 0.0, "r": 0.0})
    strong = table[table["method"] == "b"].assign(method="c", value=table["value"] * 0.1)
    strong.loc[strong["problem"] != "r", "value"] = 1e9
    test = RankOrder(
        kind="rank_order", metric="m", method="a", problems=["p", "q", "r"], order=[["p"], ["q"], ["r"]],
        reference=Reference(method=["b", "c"]), reason="two references",
    )  # fmt: skip
    ranked = test.ranked(pd.concat([table, strong]), Cell("cpu", ("p", "q", "r"), ""))
    np.testing.assert_allclose(ranked, [[1, 2, 30], [1, 2, 30]])


def test_a_growth_law_is_fitted_between_the_given_points_only():
    x = np.arange(1, 12)
    y = np.where(x == 1, 50.0, x**1.5)
    rows = pd.DataFrame(
        {"problem": "p", "method": "a", "status": "done", "value": np.tile(y, 2), "seed": np.repeat([0, 1], x.size)}
    ).assign(condition=[f"step={step}" for step in np.tile(x, 2)])
    test = Growth(
        kind="growth", metric="m", method="a", problems=["p"], along="step", quantity="exponent", at_most=2.0,
        within=(2, 10), reason="without the first",
    )  # fmt: skip
    assert test.estimate(rows, CELL).centre == pytest.approx(1.5)
    assert len(test.reads(rows, CELL)) == 2 * 9
