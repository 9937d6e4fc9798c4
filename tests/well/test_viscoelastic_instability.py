"""viscoelastic_instability: orders of the operators, the laminar flow, nonlinear order, bounds, a turbulent run."""

import numpy as np
import pytest

from replication.well.channel import at_centres, divergence
from replication.well.conformation import exponential, logarithm, spring_factor
from replication.well.solvers import viscoelastic_instability as viscoelastic
from replication.well.solvers.viscoelastic_instability import (
    LENGTHS,
    Polymer,
    PolymerChannel,
    laminar_flow,
    simple_shear,
    stress_divergence,
    transport_rate,
    velocity_gradient,
)

OFFICIAL = Polymer(1000.0, 50.0, 0.9, 70.0)


def grid(n):
    """Cells (2n, n) of the channel: spacing, x and y of centres, left faces and lower faces."""
    dx, dy = LENGTHS[0] / (2 * n), LENGTHS[1] / n
    i, j = np.arange(2 * n)[:, None], np.arange(n)[None, :]
    return (dx, dy), ((i + 0.5) * dx, -1 + (j + 0.5) * dy), (i * dx, -1 + (j + 0.5) * dy), ((i + 0.5) * dx, -1 + j * dy)


def stirring(x, y):
    """u and v of the streamfunction cos(x) (1 - y²)² / 4."""
    return -np.cos(x) * y * (1 - y**2), np.sin(x) * (1 - y**2) ** 2 / 4


def stirring_on_faces(left, lower):
    return np.stack([stirring(*left)[0], stirring(*lower)[1]])


def orders(errors):
    return np.log2(np.divide(errors[:-1], errors[1:]))


def test_velocity_gradient_is_second_order_up_to_the_walls():
    errors = []
    for n in (16, 32, 64):
        spacing, (x, y), left, lower = grid(n)
        exact = [
            np.sin(x) * y * (1 - y**2),
            -np.cos(x) * (1 - 3 * y**2),
            np.cos(x) * (1 - y**2) ** 2 / 4,
        ]
        errors.append(np.abs(velocity_gradient(stirring_on_faces(left, lower), *spacing) - exact).max())
    assert orders(errors) == pytest.approx(2, abs=0.3)


def test_stress_divergence_is_second_order():
    errors = []
    for n in (16, 32, 64):
        spacing, (x, y), left, lower = grid(n)
        tension = np.stack([np.sin(x) * np.cos(y), np.cos(x) * np.exp(y), np.sin(x + y), 0 * x * y])
        computed = stress_divergence(tension, *spacing)
        (x, y), (a, b) = left, lower
        along, across = np.cos(x) * (np.cos(y) + np.exp(y)), -np.sin(a) * np.exp(b) + np.cos(a + b)
        errors.append(np.abs(computed[0] - along).mean() + np.abs(computed[1] - across)[:, 1:].mean())
    assert orders(errors) == pytest.approx(2, abs=0.3)


def test_transport_is_second_order_and_conservative():
    errors = []
    for n in (32, 64, 128):
        spacing, (x, y), left, lower = grid(n)
        velocity = stirring_on_faces(left, lower)
        q = np.sin(x + 1) * np.exp(y)
        u, v = stirring(x, y)
        rate = transport_rate(velocity, q[None], *spacing)[0]
        assert abs(rate.sum()) < 1e-11 * np.abs(rate).sum()
        divergent = divergence(velocity, *spacing) * q  # the sampled faces are free of divergence to second order
        errors.append(np.abs(rate + divergent + u * np.cos(x + 1) * np.exp(y) + v * q).mean())
    assert orders(errors) == pytest.approx(2, abs=0.3)


def test_transport_makes_no_new_extremes():
    random = np.random.default_rng(0)
    flow = PolymerChannel((16, 16), OFFICIAL)
    velocity = random.standard_normal((2, 16, 16))
    velocity[1, :, 0] = 0
    velocity, _ = flow.channel.project(velocity)
    q = random.uniform(0, 1, (1, 16, 16))
    step = 0.5 / flow.channel.largest_courant_rate(velocity) / 2
    after = q + step * transport_rate(velocity, q, *flow.channel.spacing)
    assert after.min() > -1e-12
    assert after.max() < 1 + 1e-12


def test_simple_shear_satisfies_the_steady_equations():
    stress = np.array([-2.0, -0.3, 0.0, 1.5])
    rate, f = simple_shear(stress, OFFICIAL)
    assert (0.9 + 0.1 / f) * rate == pytest.approx(stress, abs=1e-12)
    assert (f - 1) * f**2 * (70.0**2 + 3) == pytest.approx(2 * 50.0**2 * rate**2, abs=1e-9)


def test_laminar_flow_has_newtonian_and_oldroyd_limits():
    y = np.linspace(-0.95, 0.95, 9)
    u, _ = laminar_flow(y, Polymer(1.0, 1e-6, 0.5, 100.0))
    assert u == pytest.approx(1.5 * (1 - y**2), abs=1e-9)
    u, c = laminar_flow(y, Polymer(1.0, 2.0, 0.5, 1e7))  # no spring: Oldroyd-B
    assert u == pytest.approx(1.5 * (1 - y**2), abs=1e-9)
    assert c[0] == pytest.approx(1 + 2 * (2 * 3 * y) ** 2, rel=1e-9)
    assert c[1] == pytest.approx(-2 * 3 * y, rel=1e-9)


def test_discrete_laminar_flow_converges_to_the_exact_one_at_second_order():
    polymer, errors = Polymer(1.0, 1.0, 0.5, 5.0), []
    for n in (16, 32, 64):
        flow = PolymerChannel((4, n), polymer)
        u, c = laminar_flow(flow.channel.centres[1] - 1, polymer)
        state = np.zeros((6, 4, n))
        state[0] = u / u.mean()
        state[2:] = logarithm(c)[:, None, :]
        state = flow.advance(state, 1.0)
        assert np.abs(state[1]).max() < 1e-12
        assert state[0].mean() == pytest.approx(1, abs=1e-12)
        error_c = np.abs(exponential(state[2:])[:, 0] - c).mean() / np.abs(c).mean()
        errors.append([np.abs(state[0, 0] - u).mean(), error_c])
    assert orders(errors) == pytest.approx(2, abs=0.3)


def test_nonlinear_flow_converges_at_second_order():
    polymer = Polymer(10.0, 0.5, 0.5, 20.0)

    def solution(n):
        flow = PolymerChannel((2 * n, n), polymer)
        _, _, left, lower = grid(n)
        u, c = laminar_flow(flow.channel.centres[1] - 1, polymer)
        state = np.zeros((6, 2 * n, n))
        state[:2], _ = flow.channel.project(stirring_on_faces(left, lower))
        state[0] += u / u.mean()
        state[2:] = logarithm(c)[:, None, :]
        state = flow.advance(state, 0.5)
        values = np.concatenate([at_centres(state[:2]), state[2:]])
        return values.reshape(6, 32, n // 16, 16, n // 16).mean(axis=(2, 4))

    coarse, middle, fine = (solution(n) for n in (16, 32, 64))
    measured = np.log2(np.abs(coarse - middle).mean(axis=(1, 2)) / np.abs(middle - fine).mean(axis=(1, 2)))
    assert measured == pytest.approx(2, abs=0.3)


def test_step_respects_all_bounds():
    flow = PolymerChannel((16, 16), OFFICIAL)
    state = viscoelastic.initial_state(flow, np.random.default_rng(0))
    step = flow.step_limit(state)
    f = spring_factor(exponential(state[2:]), OFFICIAL.extensibility)
    u_x, u_y, v_x = velocity_gradient(state[:2], *flow.channel.spacing)
    strain = np.sqrt(u_x**2 + ((u_y + v_x) / 2) ** 2)
    assert step * flow.channel.largest_courant_rate(state[:2]) <= viscoelastic.COURANT * (1 + 1e-12)
    assert step * flow.channel.largest_diffusion_rate(0.9 / 1000) <= viscoelastic.DIFFUSION
    assert step * f.max() ** 2 / 50.0 <= viscoelastic.RELAXATION
    assert step * (strain * f).max() <= viscoelastic.STRETCHING * (1 + 1e-12)


def test_turbulent_run_keeps_mass_flux_divergence_and_realisability():
    flow = PolymerChannel((32, 32), OFFICIAL)
    state = viscoelastic.initial_state(flow, np.random.default_rng(1))
    assert np.sqrt(np.mean(state[1] ** 2)) == pytest.approx(viscoelastic.DISTURBANCE)
    state = flow.advance(state, 6.0)
    assert state[0].mean() == pytest.approx(1, abs=1e-12)
    assert np.abs(divergence(state[:2], *flow.channel.spacing)).max() < 1e-10
    c = exponential(state[2:])
    assert (c[0] * c[2] - c[1] ** 2).min() > 0
    assert c[[0, 2, 3]].sum(axis=0).max() < OFFICIAL.extensibility**2 + 3


def test_polymer_diffusion_is_refused():
    parameters = {**viscoelastic.PARAMETERS[0], "epsilon": 2e-6}
    with pytest.raises(ValueError, match="epsilon must be 0"):
        viscoelastic.simulate((16, 16), 2, parameters, np.random.default_rng(0))
