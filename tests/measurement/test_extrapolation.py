"""Domains beyond the trained one, and errors there."""

import numpy as np
import pytest

from replication.measurement.extrapolation import beyond, extrapolation_errors
from replication.problems.black_scholes import BlackScholes
from replication.problems.problem import tensor_product

PROBLEM = BlackScholes(strike=1.0, rate=0.05, volatility=0.2, maturity=1.0, largest_price=2.0)


def test_a_domain_begins_after_the_trained_one_and_keeps_the_other_axes():
    axes = beyond(PROBLEM, {"s": 10, "t": 5}, "s", (1.0, 1.25))
    np.testing.assert_allclose(axes["s"], 2 + 0.05 * np.arange(1, 11))
    np.testing.assert_allclose(axes["t"], np.linspace(0, 1, 5))


def test_domains_in_units_of_the_extent_do_not_assume_that_it_begins_at_zero():
    class Shifted(BlackScholes):
        low = (-1.0, 0.0)

    shifted = Shifted(strike=1.0, rate=0.05, volatility=0.2, maturity=1.0, largest_price=2.0)
    axes = beyond(shifted, {"s": 4, "t": 5}, "s", (1.5, 2.0))
    assert axes["s"].min() > 3.5
    assert axes["s"].max() == pytest.approx(5.0)


def test_an_error_of_a_tenth_is_a_tenth_on_every_field_together():
    points = tensor_product(beyond(PROBLEM, {"s": 10, "t": 5}, "s", (1.0, 1.25)))
    exact = PROBLEM.solution(points) | {"w": np.ones(50)}
    rows = extrapolation_errors({name: 1.1 * values for name, values in exact.items()}, exact, "mild_right")
    assert [(row["condition"], row["metric"]) for row in rows] == [
        ("domain=mild_right", "relative_l2"),
        ("domain=mild_right", "rmse"),
    ]
    assert rows[0]["value"] == pytest.approx(0.1)
