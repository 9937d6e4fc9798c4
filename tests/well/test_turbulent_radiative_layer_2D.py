"""turbulent_radiative_layer_2D: the cooling law, the step bound, two-dimensional order, conservation, a short run."""

import numpy as np
import pytest

from replication.well.euler import GAMMA, conserved, primitive
from replication.well.solvers import turbulent_radiative_layer_2D as layer


def uniform(density, pressure, u=0.0, v=0.0, shape=(6, 9)):
    return conserved(*(np.full(shape, value) for value in (density, u, v, pressure)))


def test_intermediate_gas_cools_exponentially_and_keeps_mass_and_momentum():
    state = uniform(30.0, 0.9, 0.02, -0.01)
    layer.advance(state, 0.1, 0.1, 0.4, 0.8)
    values = primitive(state)
    assert values[3] == pytest.approx(0.9 * np.exp(-0.4 / 0.8), rel=1e-12)
    assert values[:3] == pytest.approx(primitive(uniform(30.0, 0.9, 0.02, -0.01))[:3], rel=1e-12)


@pytest.mark.parametrize(("density", "pressure"), [(1.0, 1.0), (100.0, 1.0), (100.0, 0.5), (19.0, 1.0)])
def test_hot_and_cold_gas_does_not_cool(density, pressure):
    state = uniform(density, pressure, 0.3)
    layer.cool(state, 0.5)
    assert np.array_equal(state, uniform(density, pressure, 0.3))


def test_gas_cools_no_further_than_the_cold_temperature():
    state = uniform(80.0, 1.0)
    layer.cool(state, 1e-6)
    assert primitive(state)[3] == pytest.approx(80.0 * layer.COLDEST)


def test_steps_respect_the_courant_number():
    density, pressure, u = 1.0, 1.0, 0.5
    rate = (u + np.sqrt(GAMMA * pressure / density)) / 0.1
    steps = layer.advance(uniform(density, pressure, u), 0.1, 0.3, 1.0, 1.0)
    assert steps == np.ceil(rate / layer.COURANT)


def test_oblique_entropy_wave_converges_at_second_order_in_two_dimensions():
    errors = []
    for n in (32, 64, 128):
        x, y = (np.arange(n)[:, None] + 0.5) / n, (np.arange(3 * n)[None, :] + 0.5) / n
        drift = (0.5, 0.25)

        def density(t, x=x, y=y, drift=drift):
            bump = np.exp(-(((y - drift[1] * t - 1.4) / 0.25) ** 2))
            return 1 + 0.3 * np.sin(2 * np.pi * (x - drift[0] * t)) * bump

        rest = np.zeros((n, 3 * n))
        state = conserved(density(0.0), drift[0] + rest, drift[1] + rest, 1 + rest)
        layer.advance(state, 1 / n, 1 / n, 0.5, 1.0)
        errors.append(np.abs(primitive(state)[0] - density(0.5)).mean())
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2, abs=0.3)


def test_cold_pocket_pulled_apart_faster_than_sound_stays_positive():
    """Seven cells along y of trajectory 20 at 64x192, tcool = 0.03, before the step whose pressure was negative."""
    pocket = conserved(
        np.array([[6.52046, 4.18400, 0.70360, 0.659237, 0.69953, 0.39634, 0.43002]]),
        np.array([[-0.28091, -0.18068, -0.04301, 0.0944169, 0.43608, 0.53287, 0.16561]]),
        np.array([[0.00927, -0.12875, -0.18433, 0.0167774, 0.14060, 0.13719, -0.04622]]),
        np.array([[0.12137, 0.04170, 0.00395, 0.000107196, 0.01277, 0.04998, 0.12792]]),
    )
    layer.sweep_y(pocket, 0.328774)
    assert primitive(pocket)[[0, 3]].min() > 0


def test_nothing_is_lost_inside():
    x, y = (np.arange(24)[:, None] + 0.5) / 24 - 0.5, (np.arange(72)[None, :] + 0.5) / 24 - 1
    start = layer.initial_state(x, y, np.random.default_rng(2))
    state = start.copy()
    layer.advance(state, 1 / 24, 1 / 24, 0.2, 0.1)  # too short for sound to reach the open ends from the layer
    assert state[:2].sum((1, 2)) == pytest.approx(start[:2].sum((1, 2)), rel=1e-6)
    assert state[3].sum() < start[3].sum()


def test_short_run_is_a_mixing_layer():
    trajectory = layer.simulate((16, 48), 9, {"tcool": 0.32}, np.random.default_rng(0))
    density, pressure = trajectory.fields["density"], trajectory.fields["pressure"]
    assert min(density.min(), pressure.min()) > 0
    assert density[0].max() / density[0].min() == pytest.approx(layer.CONTRAST, rel=1e-3)
    assert pressure[-1].mean() < 1  # cooling draws pressure down ...
    assert trajectory.fields["velocity"][-1, :, -1, 1].mean() < 0  # ... and hot gas in through the open top
