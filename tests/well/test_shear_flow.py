"""shear_flow: exact Taylor-Green vortices, temporal and spatial order, conserved quantities, the step bound."""

import numpy as np
import pytest

from replication.well.solvers import shear_flow
from replication.well.solvers.shear_flow import COURANT, LENGTHS, ShearFlow
from replication.well.spectral import integrating_factor_rk4


def points(shape):
    x = np.arange(shape[0]) / shape[0] * LENGTHS[0]
    y = -1 + np.arange(shape[1]) / shape[1] * LENGTHS[1]
    return x[:, None], y[None, :]


def smooth_flow(shape):
    x, y = points(shape)
    u = 0.3 + np.sin(2 * np.pi * x) * np.cos(np.pi * y) + 0.5 * np.cos(2 * np.pi * y) + 0 * x
    v = -0.2 - 2 * np.cos(2 * np.pi * x) * np.sin(np.pi * y)
    return u, v, np.sin(2 * np.pi * x + np.pi * y)


def integrate(flow, state, time, steps):
    diffusivities = np.array([flow.viscosity, flow.diffusivity])[:, None, None]
    half_decay = np.exp(-diffusivities * flow.grid.k_squared * time / steps / 2)
    for _ in range(steps):
        state = integrating_factor_rk4(state, flow.nonlinear, half_decay, time / steps)
    return state


def test_travelling_taylor_green_vortices_converge_at_fourth_order_in_time():
    shape, mean, nu, time = (24, 24), (0.7, -0.4), 0.01, 0.5
    a, b = 2 * np.pi, np.pi

    def exact(t):
        x, y = points(shape)
        x, y, decay = x - mean[0] * t, y - mean[1] * t, np.exp(-nu * (a**2 + b**2) * t)
        u = mean[0] + decay * b * np.sin(a * x) * np.cos(b * y)
        v = mean[1] - decay * a * np.cos(a * x) * np.sin(b * y)
        return u, v, decay**2 / 4 * (b**2 * np.cos(2 * a * x) + a**2 * np.cos(2 * b * y))

    flow = ShearFlow(shape, nu, nu, mean)
    errors = []
    for steps in (20, 40, 80):
        state = integrate(flow, flow.state(*exact(0.0)[:2], np.zeros(shape)), time, steps)
        u, v, p = exact(time)
        errors.append(np.abs(flow.velocity_and_tracer(state)[:2] - (u, v)).max())
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert orders == pytest.approx(4, abs=0.3)
    assert np.abs(flow.pressure(state) - p).max() < 100 * errors[-1]


def test_nonlinear_flow_converges_at_fourth_order_in_time():
    flow = ShearFlow((24, 32), 0.01, 0.02, (0.3, -0.2))
    start = flow.state(*smooth_flow(flow.shape))
    coarse, middle, fine = (flow.grid.values(integrate(flow, start, 0.4, n)) for n in (20, 40, 80))
    assert np.log2(np.abs(coarse - middle).max() / np.abs(middle - fine).max()) == pytest.approx(4, abs=0.3)


def test_space_converges_spectrally():
    def solution(points_in_y):
        flow = ShearFlow((points_in_y, points_in_y), 0.02, 0.02, (0.3, -0.2))
        state = integrate(flow, flow.state(*smooth_flow(flow.shape)), 0.2, 40)
        stride = points_in_y // 16
        return flow.velocity_and_tracer(state)[:, ::stride, ::stride]

    reference = solution(128)
    errors = [np.abs(solution(n) - reference).max() for n in (16, 32, 64)]
    assert errors[1] < errors[0] / 10
    assert errors[2] < errors[1] / 100


def test_tracer_equal_to_vorticity_stays_so_at_schmidt_number_one():
    flow = ShearFlow((32, 64), 1e-3, 1e-3, (0.3, -0.2))
    state = flow.state(*smooth_flow(flow.shape))
    state = integrate(flow, np.stack([state[0], state[0]]), 0.5, 100)
    assert np.abs(state[1] - state[0]).max() < 1e-12 * np.abs(state[0]).max()


def test_conserved_quantities():
    flow = ShearFlow((32, 64), 0.0, 0.0, (0.3, -0.2))
    state = flow.state(*smooth_flow(flow.shape))
    tendency = flow.nonlinear(state)
    vorticity, tracer = flow.grid.values(state)
    streamfunction = flow.grid.values(state[0] * flow.grid.inverse_k_squared)
    rate = flow.grid.values(tendency)
    for quantity, factor in (
        (rate[0], streamfunction),
        (rate[0], vorticity),
        (rate[1], tracer),
    ):  # energy, enstrophy, s²
        assert abs(np.mean(quantity * factor)) < 1e-12 * np.mean(np.abs(quantity * factor))
    after = flow.advance(state, 0.3)
    u, v, s = flow.velocity_and_tracer(after)
    assert (u.mean(), v.mean(), s.mean()) == pytest.approx((0.3, -0.2, tracer.mean()), abs=1e-14)
    spectra = flow.grid.transform(np.stack([u, v]))
    assert np.abs(flow.grid.values(flow.grid.ikx * spectra[0] + flow.grid.iky * spectra[1])).max() < 1e-11


def test_steps_respect_the_courant_number(monkeypatch):
    flow = ShearFlow((32, 64), 1e-3, 1e-3, (0.3, -0.2))
    u, v, s = smooth_flow(flow.shape)
    steps = []

    def recorded(state, nonlinear, half_decay, step):
        steps.append(step)
        return state

    monkeypatch.setattr(shear_flow, "integrating_factor_rk4", recorded)
    flow.advance(flow.state(u, v, s), 0.1)
    rate = np.abs(u).max() * 32 / LENGTHS[0] + np.abs(v).max() * 64 / LENGTHS[1]
    assert sum(steps) == pytest.approx(0.1)
    assert max(steps) * rate <= COURANT * (1 + 1e-12)


def test_start_has_shear_layers_of_zero_mean_and_periodic_values():
    x, y = points((64, 512))
    u, v = shear_flow.initial_velocity(x, y, np.random.default_rng(3))
    assert abs(u.mean()) < 1e-3
    assert np.abs(u).max() <= 0.5 + 1e-6
    assert np.abs(np.diff(u, axis=1, append=u[:, :1])).max() < 0.2  # no jump at the seam either
    assert 0 < np.abs(v).max() <= 0.21
