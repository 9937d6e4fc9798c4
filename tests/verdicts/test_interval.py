"""Student t over seeds, against scipy and by simulation."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from replication.verdicts.failure_rate import BinomialRate
from replication.verdicts.interval import StudentMean
from replication.verdicts.rank_order import agreement
from replication.verdicts.statements import Region, statements

VALUES = np.array([0.2, 0.7, 0.4, 0.9])


def test_interval_and_tests_are_scipys():
    mean = StudentMean.of(VALUES)
    test = stats.ttest_1samp(VALUES, 0.3, alternative="greater")
    interval = stats.ttest_1samp(VALUES, 0.3).confidence_interval(0.9)
    assert mean.interval() == pytest.approx((interval.low, interval.high))
    assert mean.p_greater(0.3) == pytest.approx(test.pvalue)
    assert mean.p_less(0.3) == pytest.approx(1 - test.pvalue)


def test_one_more_run_falls_into_the_prediction_interval_as_often_as_promised():
    runs = np.random.default_rng(0).standard_normal((20_000, 6))
    low, high = StudentMean.of(runs[:, :5]).prediction()
    covered = np.mean((low < runs[:, 5]) & (runs[:, 5] < high))
    assert covered == pytest.approx(0.95, abs=0.006)


def test_the_seeds_promised_settle_it_with_eighty_percent_chance():
    mean = StudentMean(0.5, 1.0, 3)
    n = int(mean.runs_needed([0.0]))
    later = StudentMean.of(0.5 + np.random.default_rng(0).standard_normal((20_000, n)))
    settled = np.mean(statements(later, Region(0.0, np.inf, "higher")).acceptable <= 0.05)
    assert settled == pytest.approx(0.8, abs=0.02)


def test_seeds_needed_grow_without_bound_towards_the_edge():
    needed = [StudentMean(distance, 1.0, 3).runs_needed([0.0, 9.0]) for distance in (1.0, 0.3, 0.1, 1e-4)]
    assert needed == sorted(needed)
    assert np.isinf(needed[-1])
    assert np.isinf(StudentMean(0.0, 1.0, 3).runs_needed([0.0]))


def test_more_runs_of_the_same_failure_rate_settle_it():
    n = int(BinomialRate(2, 10).runs_needed([0.5]))
    assert BinomialRate(round(0.2 * n), n).p_less(0.5) <= 0.05
    assert BinomialRate(2, 10).p_less(0.5) > 0.05
    assert np.isinf(BinomialRate(5, 10).runs_needed([0.5]))


def test_more_seeds_of_the_same_mean_ranks_settle_nothing():
    ranks = (1.0, 2.0, 3.0, 4.0)
    weak = agreement(np.array([[1.0, 2.0, 4.0, 3.0], [2.0, 1.0, 4.0, 3.0], [4.0, 2.0, 1.0, 3.0]]), ranks)
    assert weak.p_greater(0.0) == replace(weak, rank_sums=9 * weak.rank_sums, n=27).p_greater(0.0) > 0.05
    assert np.isinf(weak.runs_needed([0.0]))
    clear = agreement(np.arange(4.0) + np.zeros((3, 1)), ranks)
    assert clear.p_greater(0.0) == 1 / 24
    assert clear.runs_needed([0.0]) == 3
