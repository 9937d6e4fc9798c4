"""The promise behind every verdict: wrong at most one time in twenty, and not by never deciding."""

import numpy as np
import pandas as pd
import pytest

from replication import layout
from replication.verdicts.calibration import KINDS, calibration_table, upper_bound


def test_the_upper_bound_covers_the_true_rate_as_often_as_promised():
    counts = np.random.default_rng(0).binomial(2000, 0.05, 2000)
    bounds = {count: upper_bound(int(count), 2000) for count in set(counts)}
    assert 0.94 < np.mean([bounds[count] > 0.05 for count in counts]) < 0.97
    assert upper_bound(0, 2000) == pytest.approx(1 - 0.05 ** (1 / 2000))


@pytest.mark.slow
def test_verdicts_at_a_margins_edge_are_wrong_at_most_as_often_as_promised_and_clear_ones_are_decided():
    table = calibration_table()
    assert set(table["kind"]) == set(KINDS)
    promised = table[table["nominal"]]
    edge = promised[promised["effect"].abs() == 1]
    assert set(zip(edge["kind"], edge["n"], strict=True)) == {
        (k, n) for k in set(promised["kind"]) for n in (3, 5, 10, 20)
    }
    assert edge.loc[edge["wrong_upper"] > 0.065].empty
    clear = promised[(promised["n"] == 10) & (promised["effect"].abs() == 2)]
    choosing = clear["kind"].str.contains("best of 3")  # decides later: the price of picking one of three
    assert clear.loc[clear["decided"] < np.where(choosing, 0.7, 0.8)].empty
    committed = pd.read_csv(layout.CALIBRATION)
    pd.testing.assert_frame_equal(committed, table, rtol=0, atol=2e-3, obj="docs/calibration.csv; run make calibration")
