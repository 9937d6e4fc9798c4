from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from replication.well.solvers import gray_scott_reaction_diffusion as gray_scott

FEED, KILL = 0.029, 0.057


def advance(state, grid, step, time):
    scheme = gray_scott.scheme(grid, FEED, KILL, step)
    spectrum = grid.dealias(grid.transform(state))
    for _ in range(round(time / step)):
        spectrum = scheme.step(spectrum)
    return grid.values(spectrum)


def test_time_steps_converge_with_fourth_order():
    grid = gray_scott.box((32, 32))
    start = gray_scott.clusters(grid, np.random.default_rng(3))
    exact = advance(start, grid, 0.03125, 8.0)
    errors = [np.abs(advance(start, grid, step, 8.0) - exact).max() for step in (0.5, 0.25, 0.125)]
    orders = [np.log2(coarse / fine) for coarse, fine in pairwise(errors)]
    assert orders == pytest.approx([4.0, 4.0], abs=0.3)
    assert errors[0] < 1e-4


def test_a_uniform_state_follows_the_ordinary_differential_equation():
    grid, start = gray_scott.box((8, 8)), np.array([0.6, 0.3])

    def rate(_, state):
        a, b = state
        return [-a * b**2 + FEED * (1 - a), a * b**2 - (FEED + KILL) * b]

    exact = solve_ivp(rate, (0, 50), start, rtol=1e-10, atol=1e-12).y[:, -1]
    fields = advance(np.broadcast_to(start[:, None, None], (2, 8, 8)), grid, 1.0, 50.0)
    np.testing.assert_allclose(fields, np.broadcast_to(exact[:, None, None], (2, 8, 8)), rtol=1e-5)


def test_a_wave_without_reactant_decays_by_diffusion_and_feed_exactly():
    grid = gray_scott.box((32, 32))
    x = grid.lengths[0] * np.arange(32) / 32
    wave = np.cos(2 * np.pi * x / grid.lengths[0])[:, None] * np.ones(32)
    a, b = advance(np.stack([1 + 0.1 * wave, 0 * wave]), grid, 1.0, 100.0)
    rate = gray_scott.DIFFUSION_A * (2 * np.pi / grid.lengths[0]) ** 2 + FEED
    np.testing.assert_allclose(a, 1 + 0.1 * np.exp(-100 * rate) * wave, atol=1e-12)
    assert np.abs(b).max() < 1e-15


def test_mass_changes_by_feed_and_kill_alone():
    """d/dt <A + B> = F (1 - <A>) - (F + k) <B>: reaction and diffusion move mass but make none."""
    grid = gray_scott.box((32, 32))
    state = advance(gray_scott.clusters(grid, np.random.default_rng(0)), grid, 1.0, 20.0)
    step = 0.5
    later = advance(state, grid, step, step)
    middle = advance(state, grid, step / 2, step / 2).mean(axis=(1, 2))
    rate = FEED * (1 - middle[0]) - (FEED + KILL) * middle[1]
    assert (later - state).sum(axis=0).mean() / step == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize("parameters", gray_scott.PARAMETERS)
def test_trajectories_are_deterministic_and_bounded(parameters):
    first, second = (gray_scott.simulate((32, 32), 6, parameters, np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(first.fields["A"], second.fields["A"])
    for name in "AB":
        assert first.fields[name].min() > -0.3
        assert first.fields[name].max() < 1.3


def test_a_small_box_keeps_the_original_spacing():
    assert gray_scott.box((64, 64)).lengths == (1.0, 1.0)
    assert gray_scott.box((256, 256)).lengths == (2.0, 2.0)


def test_interpolation_of_noise_passes_through_what_it_interpolates():
    coarse, fine = gray_scott.FourierGrid((8, 8), (1.0, 1.0)), gray_scott.FourierGrid((32, 32), (1.0, 1.0))
    x, y = np.meshgrid(np.arange(8) / 8, np.arange(8) / 8, indexing="ij")
    values = 0.3 + np.sin(2 * np.pi * (x + 2 * y)) + np.cos(6 * np.pi * x)
    np.testing.assert_allclose(gray_scott.interpolated(values, coarse, fine)[::4, ::4], values, atol=1e-13)
