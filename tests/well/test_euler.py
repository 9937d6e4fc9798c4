"""Euler solver: order of convergence on smooth flows, an exact Riemann problem, conservation, open ends, positivity."""

import numpy as np
import pytest
from scipy.optimize import brentq

from replication.well.euler import GAMMA, conserved, largest_rate, primitive, sweep, turned


def run(state, dx, time, periodic=True, courant=0.8):
    """Advance a state that varies along its first axis alone."""
    while time > 0:
        step = min(courant / largest_rate(state, dx, np.inf), time)
        sweep(state, step / dx, periodic)
        time -= step
    return primitive(state)


def centres(n, low=0.0, high=1.0):
    return (low + (np.arange(n) + 0.5) * (high - low) / n)[:, None]


def orders(errors):
    return np.log2(np.divide(errors[:-1], errors[1:]))


def test_entropy_wave_converges_at_second_order():
    errors = []
    for n in (32, 64, 128):
        density = 1 + 0.3 * np.sin(2 * np.pi * centres(n))
        state = conserved(density, np.ones((n, 1)), np.full((n, 1), 0.5), np.ones((n, 1)))
        values = run(state, 1 / n, 1.0)
        errors.append(np.abs(values[0] - density).mean())
        assert values[1:, :, 0] == pytest.approx(np.array([[1.0], [0.5], [1.0]]) + np.zeros((3, n)), abs=1e-12)
    assert orders(errors) == pytest.approx(2, abs=0.3)


def test_simple_wave_converges_at_second_order():
    """A right-going wave before it breaks: u constant on dx/dt = u + c, with c = 1 + (gamma - 1)/2 u."""

    def exact(x, t):
        u = 0.1 * np.sin(2 * np.pi * x)
        for _ in range(200):
            u = 0.1 * np.sin(2 * np.pi * (x - (1 + (GAMMA + 1) / 2 * u) * t))
        return u

    errors = []
    for n in (64, 128, 256):
        x = centres(n)
        sound = 1 + (GAMMA - 1) / 2 * exact(x, 0.0)
        density = sound ** (2 / (GAMMA - 1))
        state = conserved(density, exact(x, 0.0), 0 * x, density**GAMMA / GAMMA)
        errors.append(np.abs(run(state, 1 / n, 0.5)[1] - exact(x, 0.5)).mean())
    assert orders(errors) == pytest.approx(2, abs=0.3)


def test_shock_tube_agrees_with_the_exact_riemann_solution():
    left, right, time = (1.0, 0.0, 1.0), (0.125, 0.0, 0.1), 0.15
    c_left = np.sqrt(GAMMA * left[2] / left[0])
    a, b = 2 / ((GAMMA + 1) * right[0]), (GAMMA - 1) / (GAMMA + 1) * right[2]

    def through_rarefaction(p):
        return 2 * c_left / (GAMMA - 1) * (1 - (p / left[2]) ** ((GAMMA - 1) / (2 * GAMMA)))

    def through_shock(p):
        return (p - right[2]) * np.sqrt(a / (p + b))

    star = brentq(lambda p: through_rarefaction(p) - through_shock(p), right[2], left[2])
    velocity = through_shock(star)
    ratio = (GAMMA - 1) / (GAMMA + 1)
    behind_shock = right[0] * (star / right[2] + ratio) / (ratio * star / right[2] + 1)
    shock = behind_shock * velocity / (behind_shock - right[0])
    inside = left[0] * (star / left[2]) ** (1 / GAMMA)
    tail = velocity - np.sqrt(GAMMA * star / inside)

    def density(x):
        s = (x - 0.5) / time
        fan = left[0] * (2 / (GAMMA + 1) + ratio / c_left * (0 - s)) ** (2 / (GAMMA - 1))
        regions = [s < -c_left, s < tail, s < velocity, s < shock]
        return np.select(regions, [np.full_like(s, left[0]), fan, inside, behind_shock], right[0])

    errors = []
    for n in (100, 200):
        x = centres(n)
        values = np.where(x < 0.5, np.array(left)[:, None, None], np.array(right)[:, None, None])
        state = conserved(values[0], values[1], 0 * x, values[2])
        errors.append(np.abs(run(state, 1 / n, time, periodic=False)[0] - density(x)).mean())
    assert errors[1] < 3e-3
    assert orders(errors)[0] > 0.7  # first order at discontinuities


def test_periodic_box_conserves_and_directions_are_alike():
    random = np.random.default_rng(1)
    start = conserved(*(scale + random.uniform(-0.3, 0.3, (16, 12)) for scale in (1.0, 0.0, 0.0, 1.0)))
    state = start.copy()
    for _ in range(20):
        sweep(state, 0.2, True)
        state = turned(state)
    assert state.sum((1, 2)) == pytest.approx(start.sum((1, 2)), rel=1e-13)
    assert np.array_equal(turned(turned(start)), start)
    along_second = start[[0, 2, 1, 3]].transpose(0, 2, 1).copy()
    assert np.array_equal(turned(start), along_second)


def test_open_ends_keep_a_uniform_stream_and_let_sound_out():
    stream = conserved(*(np.full((8, 4), value) for value in (2.0, 0.3, -0.1, 1.5)))
    state = stream.copy()
    for _ in range(10):
        sweep(state, 0.3, False)
    assert state == pytest.approx(stream, abs=1e-14)
    x = centres(200)
    pulse = 1e-3 * np.exp(-(((x - 0.5) / 0.05) ** 2))
    state = conserved(1 + pulse / GAMMA, pulse / np.sqrt(GAMMA), 0 * x, 1 + pulse)  # runs to the right
    assert np.abs(run(state, 1 / 200, 1.0, periodic=False)[3] - 1).max() < 1e-5


def test_strong_expansion_stays_positive():
    x = centres(100)
    state = conserved(0 * x + 1.0, np.where(x < 0.5, -2.0, 2.0), 0 * x, 0 * x + 0.4)
    values = run(state, 0.01, 0.1, periodic=False)
    assert values[[0, 3]].min() > 0


def test_cold_gas_in_steady_expansion_converges_at_first_order():
    """u = x/(1 + t), rho = 1/(1 + t), P ~ rho^gamma, where a cell sees u change by many times the speed of sound."""
    errors = []
    for n in (40, 80, 160):
        x = centres(n, -1.0, 1.0)
        state = conserved(0 * x + 1.0, x, 0 * x + 0.3, 0 * x + 1e-6)
        values = run(state, 2 / n, 1.0, periodic=False)
        assert values[[0, 3]].min() > 0
        assert values[2] == pytest.approx(0.3, abs=1e-12)
        errors.append([np.abs(values[0] - 1 / 2).mean(), np.abs(values[1] - x / 2).mean()])
    assert orders(errors).min() > 0.7


@pytest.mark.parametrize("periodic", [True, False])
def test_white_noise_faster_than_sound_stays_positive(periodic):
    random = np.random.default_rng(3)
    noise = 10 * random.standard_normal((2, 24, 36))
    state = conserved(10 ** random.uniform(-2, 2, (24, 36)), *noise, 10 ** random.uniform(-3, 0, (24, 36)))
    start = state.copy()
    for _ in range(40):
        sweep(state, 0.8 / largest_rate(state, 1.0, 1.0), periodic)
        assert primitive(state)[[0, 3]].min() > 0
        state = turned(state)
    if periodic:
        total = np.abs(start).sum((1, 2))
        assert state.sum((1, 2)) / total == pytest.approx(start.sum((1, 2)) / total, rel=1e-12)
