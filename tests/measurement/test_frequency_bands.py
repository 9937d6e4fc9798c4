"""Errors land in the band of their frequency, and the bands add up."""

from math import pi

import numpy as np
import pytest

from replication.measurement.frequency_bands import band_errors
from replication.problems.problem import tensor_product

AXES = {"x": np.linspace(-1, 1, 129), "t": np.linspace(0, 1, 5)}
POINTS = tensor_product(AXES)


def wave(periods):
    return np.cos(pi * periods * POINTS[:, 0]) * (1 + POINTS[:, 1])


def errors(difference, exact, edges=(4.0, 16.0)):
    rows = band_errors({"u": exact + difference}, {"u": exact}, AXES, ["x"], edges)
    assert all(row["metric"] == "band_error" for row in rows)
    return {row["condition"]: row["value"] for row in rows}


EXACT = 3 * wave(1) + 2 * wave(8) + 0.5 * wave(30)


@pytest.mark.parametrize(
    ("periods", "band", "expected"), [(3, "low", 0.1 / 3), (4, "mid", 0.05), (15, "mid", 0.05), (16, "high", 0.2)]
)
def test_an_error_of_one_frequency_is_in_its_band_relative_to_the_reference_there(periods, band, expected):
    found = errors(0.1 * wave(periods), EXACT)
    assert found.pop(f"band={band}") == pytest.approx(expected)
    assert max(found.values()) < 1e-12


def test_without_content_in_a_band_the_error_is_relative_to_the_whole():
    found = errors(0.1 * wave(20), wave(1))
    assert found["band=high"] == pytest.approx(0.1)
    assert found["band=low"] < 1e-12


def test_the_squares_of_the_bands_add_up_to_the_square_of_the_error():
    noise = np.random.default_rng(0).normal(size=(128, 5))
    noise = np.concatenate([noise, noise[:1]]).ravel()
    found = errors(noise, wave(1))
    inside = np.ones((129, 5), dtype=bool)
    inside[-1] = False
    expected = np.linalg.norm(noise[inside.ravel()]) / np.linalg.norm(wave(1)[inside.ravel()])
    assert np.linalg.norm(list(found.values())) == pytest.approx(expected)


def test_two_periodic_coordinates_count_by_their_euclidean_norm():
    axes = {"x": np.linspace(0, 2 * pi, 33), "y": np.linspace(0, 2 * pi, 33)}
    x, y = tensor_product(axes).T
    exact = np.cos(x)
    rows = band_errors({"u": exact + np.cos(3 * x) * np.sin(3 * y)}, {"u": exact}, axes, ["x", "y"], (2.0, 4.0))
    values = [row["value"] for row in rows]  # |k| = 3 √2 > 4
    assert values[2] == pytest.approx(np.sqrt(0.5))
    assert max(values[:2]) < 1e-12
