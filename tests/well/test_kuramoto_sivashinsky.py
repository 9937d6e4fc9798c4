from itertools import pairwise

import numpy as np
import pytest

from replication.well.solvers import kuramoto_sivashinsky as ks


def advance(values, grid, step, time):
    scheme = ks.scheme(grid, step)
    spectrum = grid.dealias(grid.transform(values))
    for _ in range(round(time / step)):
        spectrum = scheme.step(spectrum)
    return grid.values(spectrum)


@pytest.fixture(scope="module")
def developed():
    grid = ks.box((32, 32))
    start = np.random.default_rng(0).standard_normal(grid.shape)
    return grid, advance(start - start.mean(), grid, 0.1, 30.0)


def test_time_steps_converge_with_fourth_order(developed):
    grid, start = developed
    exact = advance(start, grid, 0.0015625, 2.0)
    errors = [np.abs(advance(start, grid, step, 2.0) - exact).max() for step in (0.025, 0.0125, 0.00625)]
    assert [np.log2(coarse / fine) for coarse, fine in pairwise(errors)] == pytest.approx([4.0, 4.0], abs=0.3)
    assert errors[0] < 1e-4


def test_a_small_wave_grows_or_decays_as_its_wavenumber_says():
    grid = ks.box((32, 32))
    for waves in (1, 3, 6):
        k = 2 * np.pi * waves / grid.lengths[0]
        wave = 1e-9 * np.cos(k * ks.SPACING * np.arange(32))[:, None] * np.ones(32)
        grown = advance(wave, grid, 0.1, 2.0)
        np.testing.assert_allclose(grown, wave * np.exp(2.0 * (k**2 - k**4)), rtol=1e-6, atol=1e-16)


def test_energy_changes_as_the_equation_says(developed):
    """d/dt <u²>/2 = <|∇u|²> - <(Lap u)²> - <u |∇u|²>/2, for fields of zero mean."""
    grid, start = developed
    step = 0.01
    before, middle, after = (advance(start, grid, step, time) for time in (0.0, step, 2 * step))
    spectrum = grid.transform(middle)
    slopes = grid.values(np.stack([grid.ikx * spectrum, grid.iky * spectrum]))
    squared = (slopes**2).sum(axis=0)
    laplacian = grid.values(-grid.k_squared * spectrum)
    rate = squared.mean() - (laplacian**2).mean() - (middle * squared).mean() / 2
    assert ((after**2).mean() - (before**2).mean()) / (4 * step) == pytest.approx(rate, rel=1e-3)


def test_the_spectrum_is_resolved(developed):
    grid, values = developed
    energy = np.abs(grid.transform(values)) ** 2
    high = grid.k_squared > (0.6 * np.pi / ks.SPACING) ** 2
    assert energy[high].sum() < 1e-4 * energy.sum()


def test_it_stays_chaotic_and_bounded(developed):
    grid, values = developed
    assert 0.5 < values.std() < 5
    later = advance(values, grid, 0.1, 1.0)
    assert 0.05 < (later - values).std() / values.std() < 1.5
