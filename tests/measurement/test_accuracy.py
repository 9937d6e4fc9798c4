"""Errors against closed forms, and refusals."""

import numpy as np
import pytest

from replication.measurement.accuracy import accuracy


def value(rows, metric, condition=""):
    (row,) = [row for row in rows if row["metric"] == metric and row["condition"] == condition]
    return row["value"]


def test_a_field_scaled_by_one_percent_has_a_relative_error_of_one_percent():
    u = np.sin(np.linspace(0, 7, 100))
    rows = accuracy({"u": 1.01 * u}, {"u": u})
    assert value(rows, "relative_l2") == pytest.approx(0.01)
    assert value(rows, "rmse") == pytest.approx(0.01 * np.sqrt(np.mean(u**2)))


def test_several_fields_are_one_vector_in_the_headline_and_apart_below_it():
    exact = {"u": np.array([3.0, 0.0]), "v": np.array([0.0, 4.0])}
    rows = accuracy({"u": np.array([3.0, 3.0]), "v": np.array([4.0, 4.0])}, exact)
    assert value(rows, "relative_l2") == pytest.approx(np.sqrt(9 + 16) / 5)
    assert value(rows, "relative_l2", "field=u") == pytest.approx(1.0)
    assert value(rows, "relative_l2", "field=v") == pytest.approx(1.0)
    assert value(rows, "rmse") == pytest.approx(np.sqrt(25 / 4))


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        ({}, "'u' is missing"),
        ({"u": np.zeros(3)}, r"'u' has shape \(3,\), expected \(2,\)"),
        ({"u": np.array([1.0, np.nan])}, "'u' holds values that are not finite"),
    ],
)
def test_a_prediction_that_cannot_be_scored_is_refused(prediction, message):
    with pytest.raises(ValueError, match=message):
        accuracy(prediction, {"u": np.ones(2)})
