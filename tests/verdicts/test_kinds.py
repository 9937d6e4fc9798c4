"""Each kind of test on numbers whose answer is known."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from replication.errors import UserError
from replication.verdicts import holm, seeds
from replication.verdicts.equivalence import Equivalence
from replication.verdicts.extreme import Extreme
from replication.verdicts.growth import Growth, exponent, power_law_advantage
from replication.verdicts.interval import StudentMean
from replication.verdicts.ordering import Ordering
from replication.verdicts.rank_correlation import RankCorrelation
from replication.verdicts.rank_order import RankOrder, agreement
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


def chance_of(values, ranks):
    """Return the correlation, and those of all m! assignments of the registered ranks, the same one on every seed."""
    m = len(ranks)
    scale = np.sqrt(m * (m**2 - 1) / 12) * np.linalg.norm(np.array(ranks) - (m + 1) / 2)
    observed = stats.rankdata(values, axis=-1) - (m + 1) / 2

    def correlation(registered):
        return np.mean([seed @ np.array(registered) / scale for seed in observed])

    return correlation(ranks), np.array([correlation(order) for order in itertools.permutations(ranks)])


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.lists(st.integers(0, 4), min_size=2, max_size=5))
def test_rank_agreement_permutes_the_problems_alike_on_every_seed(seed, n, order):
    # Whole numbers also bring ties among the values.
    assume(len(set(order)) > 1)
    values = np.random.default_rng(seed).integers(0, 6, (n, len(order)))
    ranks = tuple(stats.rankdata(order))
    found = agreement(values, ranks)
    correlation, chance = chance_of(values, ranks)
    assert found.correlation == pytest.approx(correlation)
    for edge in (0.0, 0.3):
        assert found.p_greater(edge) == pytest.approx(np.mean(chance >= correlation - edge - 1e-9))
        assert found.p_less(edge) == pytest.approx(np.mean(chance <= correlation - edge + 1e-9))


def test_seeds_that_say_the_same_again_are_no_further_evidence_for_an_order():
    values = np.array([[1.0, 2.0, 4.0, 3.0, 6.0, 5.0]])
    once, often = (agreement(values.repeat(n, axis=0), (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)) for n in (1, 50))
    assert once.p_greater(0.0) == often.p_greater(0.0)
    assert once.interval() == often.interval()


def test_the_tails_of_an_asymmetric_chance_distribution_are_each_their_own():
    # Mean ranks 2, 2, 2, 4, 5: of ten pairs, three are as low as can be and one is as high as can be.
    values = np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 3.0, 1.0, 4.0, 5.0], [3.0, 1.0, 2.0, 4.0, 5.0]])
    along, against = (1.5, 1.5, 4.0, 4.0, 4.0), (4.0, 4.0, 4.0, 1.5, 1.5)
    assert agreement(values, along).p_greater(0.0) == agreement(-values, along).p_less(0.0) == 0.3
    assert agreement(values, against).p_less(0.0) == agreement(-values, against).p_greater(0.0) == 0.1
    assert agreement(values, along).interval(0.1) == (-1.0, 1.0)
    assert agreement(values, against).interval(0.1) == (-1.0, 0.0)
    assert agreement(-values, against).interval(0.1) == (0.0, 1.0)


def test_rank_agreement_with_ties_in_the_registered_order_has_the_right_chance():
    # Of the six orders of three problems, two put the lone one lowest.
    ranks = (1.0, 2.5, 2.5)
    best = agreement(np.array([[0.0, 1.0, 2.0]]), ranks)
    assert best.p_greater(0.0) == pytest.approx(1 / 3)
    groups = agreement(np.arange(8.0)[None], (2.0, 2.0, 2.0, 4.5, 4.5, 7.0, 7.0, 7.0))
    assert groups.p_greater(0.0) == groups.smallest_p == 1 / 560


def test_ties_in_the_values_do_not_speak_for_an_order():
    tied = agreement(np.ones((3, 4)), (1.0, 2.0, 3.0, 4.0))
    assert tied.correlation == 0
    assert tied.p_greater(0.0) == tied.p_less(0.0) == 1
    assert tied.interval() == (-1.0, 1.0)


TIED = [(1.0, 2.0, 3.0, 4.0), (1.0, 2.5, 2.5, 4.0), (1.0, 2.0, 4.0, 4.0, 4.0), (2.0, 2.0, 2.0, 4.5, 4.5, 6.0)]


@given(st.integers(0, 2**32 - 1), st.sampled_from(TIED))
def test_the_interval_of_an_agreement_mirrors_both_its_tests(seed, ranks):
    random = np.random.default_rng(seed)
    found = agreement(0.7 * random.choice([-1, 1]) * np.array(ranks) + random.integers(0, 4, (3, len(ranks))), ranks)
    for level in (0.05, 0.1, 0.3):
        low, high = found.interval(level)
        assert -1 <= low <= high <= 1
        assert (low >= 0) == (found.p_greater(0.0) <= level)
        assert (high <= 0) == (found.p_less(0.0) <= level)


def test_problems_that_differ_on_every_seed_for_other_reasons_do_not_pass_for_an_order():
    random = np.random.default_rng(0)
    for ranks in ((1.0, 2.0, 3.0, 4.0, 5.0), (2.0, 2.0, 2.0, 4.5, 4.5, 7.0, 7.0, 7.0), (1.0, 1.0, 3.0, 4.5, 4.5, 6.0)):
        for n in (3, 10):
            lasting = random.standard_normal((4000, 1, len(ranks)))
            found = agreement(lasting + 0.3 * random.standard_normal((4000, n, len(ranks))), ranks)
            allowed = stats.binom.ppf(0.999, 4000, 0.05) / 4000
            assert np.mean(found.p_greater(0.0) <= 0.05) <= allowed
            assert np.mean(found.p_less(0.0) <= 0.05) <= allowed


def test_a_true_order_is_found_through_noise_and_lasting_differences():
    random = np.random.default_rng(0)
    ranks = (2.0, 2.0, 2.0, 4.5, 4.5, 7.0, 7.0, 7.0)
    lasting = random.standard_normal((1000, 1, 8))
    found = agreement(np.array(ranks) + lasting + random.standard_normal((1000, 3, 8)), ranks)
    assert np.mean(found.p_greater(0.0) <= 0.05) > 0.95


def test_groups_of_two_and_three_problems_decide_nothing_on_however_many_seeds():
    ranks = (1.5, 1.5, 4.0, 4.0, 4.0)
    for seeds_run in (3, 300):
        perfect = agreement(np.arange(5.0) + np.zeros((seeds_run, 1)), ranks)
        assert perfect.p_greater(0.0) == perfect.smallest_p == 0.1
        assert perfect.interval() == (-1.0, 1.0)
        assert np.isinf(perfect.runs_needed([0.0]))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.001, 0.2))
def test_holm_rejects_what_the_step_down_procedure_rejects(p_values, level):
    rejected = set()
    for step, index in enumerate(np.argsort(p_values, kind="stable")):
        if p_values[index] > level / (len(p_values) - step) * (1 + 1e-12):
            break
        rejected.add(int(index))
    assert set(np.flatnonzero(holm.adjusted(p_values) <= level * (1 + 1e-12))) == rejected


def test_the_best_of_several_methods_is_beyond_an_edge_if_one_of_them_is():
    means = [StudentMean.of(np.array(values)) for values in ([1.0, 1.2, 0.9], [0.0, 0.1, -0.1], [0.2, 0.0, 0.1])]
    best = Extreme(means, "largest")
    assert best.centre == pytest.approx(means[0].centre)
    assert best.p_greater(0.5) == pytest.approx(3 * means[0].p_greater(0.5))
    assert best.p_less(0.5) == pytest.approx(max(mean.p_less(0.5) for mean in means))
    low, high = best.interval()
    assert (low, high) == (means[0].interval(0.05 / 3)[0], means[0].interval(0.05)[1])
    mirrored = Extreme([StudentMean(-mean.mean, mean.deviation, mean.n) for mean in means], "smallest")
    assert mirrored.p_less(-0.5) == pytest.approx(best.p_greater(0.5))
    assert mirrored.interval() == (-high, -low)
    assert mirrored.runs_needed([-0.5]) == best.runs_needed([0.5])


def test_choosing_the_best_of_equal_arms_gains_nothing():
    noise = np.random.default_rng(0).standard_normal((4000, 3, 3))
    gained = [Extreme.of(arms, "largest").p_greater(0.0) <= 0.05 for arms in noise]
    assert np.mean(gained) < 0.055


def _rows(**columns):
    size = len(columns["seed"])
    return pd.DataFrame({"problem": ["p"] * size, "condition": [""] * size, "metric": ["m"] * size, **columns})


def test_a_seed_on_which_another_arm_failed_counts_all_the_same():
    test = Equivalence(
        kind="equivalence", metric="m", method=["a", "b"], reference=Reference(method="t"), problems=["p"],
        published=1.0, margin=1.1, better="lower", reason="of a test alone",
    )  # fmt: skip
    rows = _rows(
        seed=[0, 1, 2] * 3, method=list("aaabbbttt"), value=[0.9, 0.9, 3.0, 2.0, 2.1, np.nan, 1.0, 1.0, 1.0],
        status=["done"] * 5 + ["diverged"] + ["done"] * 3,
    )  # fmt: skip
    best = test.estimate(rows, Cell("cpu", ("p",), ""))
    assert [member.n for member in best.members] == [3, 2]
    assert best.members[0].centre == pytest.approx(np.log([0.9, 0.9, 3.0]).mean())


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
    assert found.p_greater(0.0) == pytest.approx(1 / 24)
    mixed = [{"p": 4.0, "q": 1.0, "r": 2.0, "s": 3.0}, {"p": 1.0, "q": 2.0, "r": 3.0, "s": 4.0}]
    expected = np.mean([-stats.spearmanr(list(scores.values()), list(seed.values())).statistic for seed in mixed])
    assert test.estimate(_scored(mixed, scores), cell).correlation == pytest.approx(expected)
    assert set(test.reads(_scored(mixed, scores), cell)["metric"]) == {"m", "score"}


def test_a_score_without_a_value_is_named():
    rows = _scored([dict.fromkeys("pqrs", 1.0)], dict.fromkeys("pqrs", 1.0) | {"r": np.nan})
    with pytest.raises(Unmeasured, match="no value: score") as lacking:
        RankCorrelation.model_validate(CORRELATION).estimate(rows, Cell("cpu", tuple("pqrs"), ""))
    assert lacking.value.problem == "r"


def test_equal_scores_give_no_order():
    test = RankCorrelation.model_validate(CORRELATION)
    with pytest.raises(Undecidable, match="score is the same everywhere: no order"):
        test.estimate(_scored([dict.fromkeys("pqrs", 1.0)] * 2, dict.fromkeys("pqrs", 0.5)), Cell("cpu", (), ""))


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
