"""The six words: error-rate bookkeeping against scipy and against each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from replication.verdicts import statements as words
from replication.verdicts.failure_rate import BinomialRate
from replication.verdicts.interval import StudentMean
from replication.verdicts.median import Median
from replication.verdicts.statements import Region, Statements, at_least, p_value, statements, verdict

probability = st.floats(0, 1)
seeds = st.lists(st.floats(-3, 3), min_size=2, max_size=8)


@given(seeds, st.floats(-2, 0), st.floats(0, 2), st.sampled_from(["lower", "higher"]))
def test_verdicts_with_a_good_side_are_where_the_90_percent_interval_lies(values, lower, upper, good):
    mean = StudentMean.of(values)
    low, high = mean.interval()
    if min(abs(low - lower), abs(low - upper), abs(high - lower), abs(high - upper)) < 1e-6:
        return
    word = verdict(statements(mean, Region(lower, upper, good)))
    above, below = low > upper, high < lower
    better, worse = (above, below) if good == "higher" else (below, above)
    inside = lower < low and high < upper
    expected = (
        words.REPLICATED
        if inside
        else words.BETTER
        if better
        else words.NOT_REPLICATED
        if worse
        else words.INCONCLUSIVE
    )
    assert word == expected


@given(seeds)
def test_a_claimed_point_without_a_good_side_is_the_two_sided_t_test(values):
    values = np.array(values) + np.linspace(0, 0.1, len(values))
    said = statements(StudentMean.of(values), Region(0.0, 0.0))
    assert said.worse == pytest.approx(stats.ttest_1samp(values, 0.0).pvalue, abs=1e-9)


def test_a_wide_region_without_a_good_side_costs_nothing():
    mean = StudentMean.of([1.9, 2.0, 2.1, 2.2])
    narrow = statements(mean, Region(-np.inf, 1.0, "lower")).worse
    assert statements(mean, Region(-1.0, 1.0)).worse == pytest.approx(narrow, rel=0.1)


def test_in_direction_needs_the_interval_beyond_equality():
    region = Region(1.0, 2.0, "higher", equality=0.0)
    assert verdict(statements(StudentMean.of([0.4, 0.5, 0.6]), region)) == words.IN_DIRECTION
    assert verdict(statements(StudentMean.of([-0.1, 0.0, 0.1]), region)) == words.NOT_REPLICATED
    assert verdict(statements(StudentMean.of([-0.6, -0.5, -0.4]), region)) == words.NOT_REPLICATED
    assert verdict(statements(StudentMean.of([0.4, 0.5, 0.6]), Region(1.0, 2.0, "higher"))) == words.NOT_REPLICATED


@pytest.mark.parametrize(
    ("value", "word"), [(3.0, words.REPLICATED), (3.0001, words.BETTER), (1.9999, words.NOT_REPLICATED)]
)
def test_a_count_without_spread_is_judged_exactly_and_an_edge_belongs_to_the_region(value, word):
    mean = StudentMean.of(np.log([value] * 3))
    assert verdict(statements(mean, Region(np.log(2.0), np.log(3.0), "higher"))) == word


@given(st.lists(st.tuples(probability, probability, probability), min_size=1, max_size=5), st.data())
def test_combined_statements_are_those_that_single_ones_at_the_corrected_level_make(triples, data):
    several = [Statements(*(np.array(p) for p in (min(a, b), b, c, a))) for a, b, c in triples]
    m, k = len(several), data.draw(st.integers(1, len(several)))
    combined = at_least(k, several)
    enough = sum(single.acceptable <= 0.05 / (m - k + 1) for single in several) >= k
    assert (combined.acceptable <= 0.05 * (1 - 1e-12)) <= enough
    assert enough <= (combined.acceptable <= 0.05 * (1 + 1e-12))
    fail = sum(single.worse <= 0.05 / k for single in several) >= m - k + 1
    assert fail <= (combined.worse <= 0.05 * (1 + 1e-12))
    assert (combined.worse <= 0.05 * (1 - 1e-12)) <= fail


@given(st.lists(seeds, min_size=1, max_size=4), st.data())
def test_no_combination_is_both_acceptable_and_worse(samples, data):
    region = Region(-0.5, 0.5, "lower")
    several = [statements(StudentMean.of(values), region) for values in samples]
    said = at_least(data.draw(st.integers(1, len(several))), several)
    assert not (said.acceptable <= 0.05 and said.worse <= 0.05)


def test_all_replicates_without_correction_and_fails_with_bonferroni():
    good, bad = (Statements(*(np.array(p) for p in ps)) for ps in ((0.05, 1, 1, 1), (1, 1, 0.02, 1)))
    assert verdict(at_least(3, [good] * 3)) == words.REPLICATED
    assert verdict(at_least(3, [good, good, bad])) == words.INCONCLUSIVE
    assert verdict(at_least(2, [good, bad])) == words.NOT_REPLICATED


def test_the_median_of_one_quantity_is_that_quantity():
    mean = StudentMean.of([0.1, 0.3, 0.2])
    median = Median([mean])
    assert median.interval() == pytest.approx(mean.interval())
    assert median.p_greater(0.1) == mean.p_greater(0.1)


@pytest.mark.parametrize("shifts", [(0.0, 1.0, 5.0), (-3.0, 0.95, 1.05, 5.0)])
def test_the_interval_of_a_median_mirrors_its_test(shifts):
    median = Median([StudentMean.of(np.array([0.0, 0.1, 0.25]) + shift) for shift in shifts])
    low, high = median.interval()
    assert median.p_greater(low) == pytest.approx(0.05)
    assert median.p_less(high) == pytest.approx(0.05)
    assert 1.0 < median.centre < 1.25


def test_of_four_quantities_three_beyond_an_edge_at_half_the_level_put_the_median_there():
    ranks = [StudentMean.of(np.array([0.9, 1.0, 1.1]) + shift) for shift in (0.0, 3.0, 4.0, 5.0)]
    third = np.sort([member.p_greater(2.0) for member in ranks])[2]
    assert Median(ranks).p_greater(2.0) == pytest.approx(2 * third)


@given(st.integers(1, 15), st.data(), st.floats(0.01, 0.99))
def test_the_failure_rate_is_the_exact_binomial_test(n, data, rate):
    failed = data.draw(st.integers(0, n))
    estimate = BinomialRate(failed, n)
    exact = stats.binomtest(failed, n, rate, alternative="greater")
    assert estimate.p_greater(rate) == pytest.approx(exact.pvalue)
    assert estimate.p_less(rate) == pytest.approx(stats.binomtest(failed, n, rate, alternative="less").pvalue)
    expected = stats.binomtest(failed, n).proportion_ci(0.9, method="exact")
    assert estimate.interval() == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(
    ("said", "word", "p"),
    [
        ((0.01, 0.9, 1.0, 0.01), "replicated", 0.01),
        ((0.001, 0.02, 1.0, 0.001), "better", 0.02),
        ((1.0, 1.0, 1e-8, 0.04), "in direction", 0.04),
        ((1.0, 1.0, 1e-8, 0.06), "not replicated", 1e-8),
        ((0.3, 0.9, 0.2, 0.2), "inconclusive", 0.2),
    ],
)
def test_the_p_value_is_that_of_all_that_the_word_states(said, word, p):
    assert verdict(Statements(*map(np.float64, said))) == word
    assert p_value(Statements(*map(np.float64, said))) == p
