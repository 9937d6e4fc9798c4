"""Oscillation is what is left when progress and scale are taken away."""

import numpy as np
import pytest

from replication.measurement.oscillation import loss_oscillation

STEPS = np.arange(0.0, 2000.0, 10.0)
DECAY = np.exp(-STEPS / 300)


def test_steady_progress_does_not_oscillate():
    assert loss_oscillation(STEPS, DECAY) < 1e-12


def test_swings_are_measured_in_the_logarithm_whatever_the_scale_and_the_progress():
    wave = 0.3 * np.sin(2 * np.pi * STEPS / 50)
    expected = 0.3 / np.sqrt(2)
    assert loss_oscillation(STEPS, np.exp(wave)) == pytest.approx(expected, rel=0.1)
    assert loss_oscillation(STEPS, 1e-6 * DECAY * np.exp(wave)) == pytest.approx(loss_oscillation(STEPS, np.exp(wave)))


def test_a_coarse_log_still_gives_windows():
    assert loss_oscillation(np.arange(0.0, 1000.0, 100.0), np.exp(np.tile([0.2, -0.2], 5))) > 0.15


def test_too_short_a_log_says_nothing():
    assert loss_oscillation(STEPS[:4], DECAY[:4]) is None
