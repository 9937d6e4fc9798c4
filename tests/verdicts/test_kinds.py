"""Each kind of test on numbers whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from replication.errors import UserError
from replication.verdicts import holm, seeds
from replication.verdicts.growth import exponent, power_law_advantage
from replication.verdicts.rank_order import RankAgreement, agreement
from replication.verdicts.ratio import log_times_better
from replication.verdicts.selection import Undecidable


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


@settings(deadline=None)
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


@settings(deadline=None)
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
