"""rayleigh_benard: growth rates of linear theory, conduction, nonlinear order, heat budget, divergence, step bound."""

import numpy as np
import pytest
import scipy.linalg
from numpy.polynomial import Polynomial

from replication.well.channel import divergence
from replication.well.solvers import rayleigh_benard
from replication.well.solvers.rayleigh_benard import COURANT, DIFFUSION, LENGTHS, Convection, block_means


def linear_growth_rate(rayleigh, prandtl, k, modes=16):
    """Largest eigenvalue of the linearised equations at wavenumber k, by a Galerkin method in polynomials.

    s (D² - k²) v = nu (D² - k²)² v - k² b and s b = kappa (D² - k²) b + v with v = v' = b = 0 at y = 0 and 1.
    """
    nu, kappa = (rayleigh / prandtl) ** -0.5, (rayleigh * prandtl) ** -0.5
    nodes, weights = np.polynomial.legendre.leggauss(4 * modes)
    y, weights = (nodes + 1) / 2, weights / 2
    wall = Polynomial([0, 1, -1])
    shifted = [Polynomial.cast(np.polynomial.Legendre.basis(n))(Polynomial([-1, 2])) for n in range(modes)]
    v = [wall**2 * p for p in shifted]
    b = [wall * p for p in shifted]

    def values(basis, derivative):
        return np.array([(p.deriv(derivative) if derivative else p)(y) for p in basis])

    v0, v2, v4, b0, b2 = values(v, 0), values(v, 2), values(v, 4), values(b, 0), values(b, 2)
    laplacian_v = v2 - k**2 * v0
    bilaplacian_v = v4 - 2 * k**2 * v2 + k**4 * v0

    def project(test, trial):
        return (test * weights) @ trial.T

    left = np.block(
        [
            [nu * project(v0, bilaplacian_v), -(k**2) * project(v0, b0)],
            [project(b0, v0), kappa * project(b0, b2 - k**2 * b0)],
        ]
    )
    right = scipy.linalg.block_diag(project(v0, laplacian_v), project(b0, b0))
    return scipy.linalg.eigvals(left, right).real.max()


def cells(shape):
    x = (np.arange(shape[0]) + 0.5)[:, None] * LENGTHS[0] / shape[0]
    y = (np.arange(shape[1]) + 0.5)[None, :] * LENGTHS[1] / shape[1]
    return x, y


def at_rest(buoyancy):
    state = np.zeros((3, *buoyancy.shape))
    state[2] = buoyancy
    return state


def test_linear_theory_finds_the_critical_rayleigh_number():
    assert linear_growth_rate(1707.762, 1.0, 3.117) == pytest.approx(0, abs=1e-5)


def test_growth_rate_converges_to_linear_theory_at_second_order():
    rayleigh, prandtl, k = 5e3, 2.0, 2 * np.pi * 2 / LENGTHS[0]
    exact, errors = linear_growth_rate(rayleigh, prandtl, k), []
    for n in (8, 16, 32):
        flow = Convection((2 * n, n), rayleigh, prandtl)
        x, y = cells(flow.shape)
        state = at_rest(1 - y + 1e-6 * np.cos(k * x) * np.sin(np.pi * y))
        amplitudes = []
        for _ in range(2):
            state = flow.advance(state, 8.0)
            amplitudes.append(np.sqrt(np.mean(state[1] ** 2)))
        errors.append(abs(np.log(amplitudes[1] / amplitudes[0]) / 8.0 - exact))
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2, abs=0.3)
    assert errors[-1] < 0.01 * exact


def test_stratified_fluid_at_rest_conducts_at_second_order():
    """b = 1 - y + a sin(2 pi y) decays by diffusion alone; pressure is hydrostatic."""
    errors, time = [], 1.0
    for n in (8, 16, 32):
        flow = Convection((4, n), 1e4, 1.0)
        _, y = cells(flow.shape)
        wave = -0.1 * np.sin(2 * np.pi * y)
        state = flow.advance(at_rest(1 - y + wave + np.zeros(flow.shape)), time)
        assert np.abs(state[:2]).max() < 1e-14
        decay = np.exp(-flow.diffusivity * 4 * np.pi**2 * time)
        _, pressure = flow.rate_and_pressure(state)
        hydrostatic = y - y**2 / 2 - 1 / 3 + 0.1 * decay * np.cos(2 * np.pi * y) / (2 * np.pi)
        error = np.abs(np.stack([state[2] - (1 - y + decay * wave), pressure - hydrostatic]))
        errors.append(error.max(axis=(1, 2)))
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2, abs=0.3)


def test_nonlinear_convection_converges_at_second_order():
    def solution(n):
        flow = Convection((2 * n, n), 1e4, 1.0)
        x, y = cells(flow.shape)
        state = flow.advance(at_rest(1 - y + 0.5 * np.cos(np.pi * x) * np.sin(np.pi * y)), 2.0)
        return block_means(state[2], n // 16)

    coarse, middle, fine = (solution(n) for n in (16, 32, 64))
    order = np.log2(np.linalg.norm(coarse - middle) / np.linalg.norm(middle - fine))
    assert order == pytest.approx(2, abs=0.3)


def test_heat_budget_and_divergence():
    flow = Convection((64, 16), 1e5, 1.0)
    x, y = cells(flow.shape)
    state = flow.advance(at_rest(1 - y + 0.3 * np.cos(np.pi * x) * np.sin(np.pi * y)), 3.0)
    rate, pressure = flow.rate_and_pressure(state)
    dy = flow.channel.spacing[1]
    entering = flow.diffusivity * ((1 - state[2, :, 0]) - state[2, :, -1]).mean() * 2 / dy
    assert rate[2].mean() == pytest.approx(entering, abs=1e-13)  # through the plates only
    assert abs(pressure.mean()) < 1e-13
    assert np.abs(divergence(state[:2], *flow.channel.spacing)).max() < 1e-11
    assert np.array_equal(state[1, :, 0], np.zeros(64))
    assert np.abs(state[:2]).max() > 0.1


@pytest.mark.parametrize("speed", [1e-3, 2.0])
def test_step_respects_both_bounds(speed):
    flow = Convection((64, 16), 1e4, 0.2)
    state = np.zeros((3, 64, 16))
    state[0] = speed
    state[1, :, 3] = speed / 2
    dx, dy = flow.channel.spacing
    step = flow.step_limit(state)
    assert step * (speed / dx + speed / 2 / dy) <= COURANT * (1 + 1e-12)
    assert step * max(flow.viscosity, flow.diffusivity) * 4 * (dx**-2 + dy**-2) <= DIFFUSION * (1 + 1e-12)


def test_stored_fields_are_means_of_the_finer_grid_between_the_plates():
    values = np.arange(32.0).reshape(1, 4, 8)
    assert np.array_equal(block_means(values, 2)[0, 0], [4.5, 6.5, 8.5, 10.5])
    trajectory = rayleigh_benard.simulate((32, 8), 2, rayleigh_benard.PARAMETERS[0], np.random.default_rng(0))
    buoyancy = trajectory.fields["buoyancy"]
    assert trajectory.time[0] == rayleigh_benard.START
    assert buoyancy[0, :, 0].mean() > 0.5 > buoyancy[0, :, -1].mean() > 0
