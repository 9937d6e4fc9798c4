"""Staggered channel: projection, second-order operators, energy conservation, order in time."""

import numpy as np
import pytest

from replication.well.channel import (
    Channel,
    at_centres,
    divergence,
    gradient,
    momentum_rate,
    strong_stability_preserving_rk3,
)


def cellular_flow(channel, viscosity):
    """A flow without divergence or slip, u_yy = 0 at the walls; on faces: velocity, -u.grad u + viscosity Lap u."""
    (nx, ny), (dx, dy) = channel.shape, channel.spacing
    k, q = 2 * np.pi / channel.lengths[0], 2 * np.pi
    faces = np.arange(nx)[:, None] * dx, (np.arange(ny) + 0.5)[None, :] * dy
    edges = (np.arange(nx) + 0.5)[:, None] * dx, np.arange(ny)[None, :] * dy

    def fields(x, y):
        c, s = np.cos(k * x), np.sin(k * x)
        u, v = c * np.sin(q * y), k / q * s * (1 - np.cos(q * y))
        u_x, u_y, v_x = -k * s * np.sin(q * y), q * c * np.cos(q * y), k**2 / q * c * (1 - np.cos(q * y))
        rate_u = -(u * u_x + v * u_y) - viscosity * (k**2 + q**2) * u
        lap_v = -(k**2) * v + k * q * s * np.cos(q * y)
        return (u, v), (rate_u, -(u * v_x - v * u_x) + viscosity * lap_v)

    (u, _), (rate_u, _) = fields(*faces)
    (_, v), (_, rate_v) = fields(*edges)
    v[:, 0] = rate_v[:, 0] = 0.0
    return np.stack([u, v]), np.stack([rate_u, rate_v])


def random_velocity(channel, seed=0):
    velocity = np.random.default_rng(seed).standard_normal((2, *channel.shape))
    velocity[1, :, 0] = 0
    return channel.project(velocity)[0]


def test_projection_removes_divergence_and_gradients_alone():
    channel = Channel((12, 10), (4.0, 1.0))
    velocity = random_velocity(channel)
    assert np.abs(divergence(velocity, *channel.spacing)).max() < 1e-12
    potential = np.random.default_rng(1).standard_normal(channel.shape)
    split, pressure = channel.project(velocity + gradient(potential, *channel.spacing))
    assert split == pytest.approx(velocity, abs=1e-12)
    assert pressure == pytest.approx(potential - potential.mean(), abs=1e-12)


def test_momentum_rate_is_second_order():
    errors = []
    for n in (16, 32, 64):
        channel = Channel((2 * n, n), (3.0, 1.0))
        velocity, exact = cellular_flow(channel, 0.02)
        errors.append(np.abs(momentum_rate(velocity, 0.02, *channel.spacing) - exact).max())
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2, abs=0.3)


def test_advection_conserves_energy_and_viscosity_drains_it():
    channel = Channel((16, 12), (4.0, 1.0))
    velocity = random_velocity(channel)
    assert abs(np.sum(velocity * momentum_rate(velocity, 0.0, *channel.spacing))) < 1e-11 * np.sum(velocity**2)
    viscous = momentum_rate(velocity, 1.0, *channel.spacing) - momentum_rate(velocity, 0.0, *channel.spacing)
    assert np.sum(velocity * viscous) < 0


def test_decaying_parallel_flow_converges_at_second_order():
    """u = sin(pi y) exp(-nu pi² t) between walls at 0 and 1."""
    viscosity, time, errors = 0.1, 0.5, []
    for n in (8, 16, 32):
        channel = Channel((4, n), (1.0, 1.0))
        start = np.sin(np.pi * (np.arange(n) + 0.5) / n)
        state = np.zeros((2, 4, n))
        state[0] = start
        steps = n * n // 2
        for _ in range(steps):
            state = strong_stability_preserving_rk3(
                state, lambda s, c=channel: c.project(momentum_rate(s, viscosity, *c.spacing))[0], time / steps
            )
        errors.append(np.abs(at_centres(state)[0] - start * np.exp(-viscosity * np.pi**2 * time)).max())
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2, abs=0.3)


def test_runge_kutta_is_third_order():
    errors = []
    for steps in (10, 20, 40):
        state = np.array([1.0])
        for _ in range(steps):
            state = strong_stability_preserving_rk3(state, lambda y: -(y**2), 1 / steps)
        errors.append(abs(state[0] - 0.5))
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(3, abs=0.3)
