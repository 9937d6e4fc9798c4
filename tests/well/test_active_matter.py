"""active_matter: the tensor equations, the closure, growth rates, force balance, symmetry and order of convergence."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import ive

from replication.well.solvers import active_matter
from replication.well.solvers.active_matter import (
    BETA,
    ROTATIONAL_DIFFUSION,
    TRANSLATIONAL_DIFFUSION,
    ActiveMatter,
    closure_table,
    fourth_moment,
)
from replication.well.spectral import integrating_factor_rk4

ANGLES = np.linspace(0, 2 * np.pi, 4096, endpoint=False)


def bingham_moments(q):
    """Second and fourth orientation moments of the Bingham distribution with <exp(2 i theta)> = q, by quadrature."""
    chi = brentq(lambda chi: ive(1, chi) / ive(0, chi) - abs(q), 0, 1e4)
    density = np.exp(chi * (np.cos(2 * ANGLES - np.angle(q)) - 1))
    density /= density.sum()
    p = np.stack([np.cos(ANGLES), np.sin(ANGLES)])
    return np.einsum("ia,ja,a->ij", p, p, density), np.einsum("ia,ja,ka,la,a->ijkl", p, p, p, p, density)


def smooth_order(shape, length):
    x = np.arange(shape[0])[:, None] * 2 * np.pi / shape[0]
    y = np.arange(shape[1])[None, :] * 2 * np.pi / shape[1]
    return 0.3 * np.stack([np.sin(x + 2 * y) + np.cos(y), np.cos(2 * x - y) + 0.5 * np.sin(x)])


def integrate(matter, state, time, steps):
    half_decay = np.exp(-matter.decay * time / steps / 2)
    for _ in range(steps):
        state = integrating_factor_rk4(state, matter.nonlinear, half_decay, time / steps)
    return state


@pytest.mark.parametrize("q", [0.05, 0.4 - 0.3j, -0.6 + 0.7j, -0.98j])
def test_complex_equations_are_the_tensor_equations_of_the_paper(q):
    zeta, alpha, e, w = 3.0, -2.0, 0.3 - 0.8j, 0.7
    D, S = bingham_moments(q)
    E = np.array([[e.real, e.imag], [e.imag, -e.real]])
    gradient = E + w / 2 * np.array([[0, -1], [1, 0]])  # gradient[i, j] = d u_i / d x_j
    quartic = D @ D - np.einsum("ijkl,kl", S, D)
    SE = np.einsum("ijkl,kl", S, E)
    rate = gradient @ D + D @ gradient.T - 2 * SE + 4 * zeta * quartic - 4 * ROTATIONAL_DIFFUSION * (D - np.eye(2) / 2)
    stress = alpha * D + BETA * SE - 2 * zeta * BETA * quartic

    values = np.array([q.real, q.imag]).reshape(2, 1, 1)
    z = fourth_moment(values, closure_table())
    strain = np.array([e.real, e.imag]).reshape(2, 1, 1)
    flow = np.concatenate([np.zeros((2, 1, 1)), np.full((1, 1, 1), w), strain])
    terms = active_matter._fluxes_and_source(values, z, flow, zeta)[:, 0, 0]
    computed = complex(*terms[4:]) - 4 * ROTATIONAL_DIFFUSION * q
    assert computed == pytest.approx(rate[0, 0] - rate[1, 1] + 2j * rate[0, 1], abs=1e-6)
    sigma = complex(*active_matter._stress(values, z, strain, alpha, zeta)[:, 0, 0]) + BETA / 4 * e
    assert sigma == pytest.approx((stress[0, 0] - stress[1, 1]) / 2 + 1j * stress[0, 1], abs=1e-6)


@pytest.mark.parametrize(("zeta", "alpha"), [(1.0, -1.0), (3.0, -5.0)])
def test_disturbances_of_the_isotropic_state_grow_at_the_rates_of_linear_theory(zeta, alpha):
    matter = ActiveMatter((16, 16), 10.0, zeta, alpha)
    x = np.arange(16)[:, None] * 10 / 16 + np.zeros((16, 16))
    k = 2 * 2 * np.pi / 10
    common = zeta - TRANSLATIONAL_DIFFUSION * k**2 - 4 * ROTATIONAL_DIFFUSION
    rates = [common, common + (zeta * BETA - 2 * alpha) / (8 + BETA)]  # splay of Re Q drives no flow, bend of Im Q does
    state = matter.state(1e-7 * np.stack([np.cos(k * x), np.cos(k * x)]))
    after = integrate(matter, state, 0.5, 50)
    assert np.log(np.abs(after[:, 2, 0] / state[:, 2, 0])) / 0.5 == pytest.approx(rates, rel=1e-6)


def test_uniform_order_relaxes_as_the_ordinary_differential_equation():
    zeta, start = 3.0, 0.3
    matter = ActiveMatter((8, 8), 10.0, zeta, -1.0)

    def rate(_, q):
        _, S = bingham_moments(q[0])
        fourth = S[0, 0, 0, 0] - 6 * S[0, 0, 1, 1] + S[1, 1, 1, 1]
        return [zeta * q[0] * (1 - fourth) - 4 * ROTATIONAL_DIFFUSION * q[0]]

    exact = solve_ivp(rate, (0, 2), [start], rtol=1e-9, atol=1e-12).y[0, -1]
    state = integrate(matter, matter.state(np.stack([np.full((8, 8), start), np.zeros((8, 8))])), 2.0, 200)
    q, flow = matter.solution(state)
    assert q[0] == pytest.approx(exact, abs=1e-6)
    assert np.abs(flow).max() < 1e-12


def test_flow_balances_the_whole_stress_and_has_no_divergence():
    matter = ActiveMatter((32, 32), 10.0, 3.0, -5.0)
    grid, state = matter.grid, matter.state(smooth_order((32, 32), 10.0))
    q, flow = matter.solution(state)
    u, v, w = grid.transform(flow[:3])
    ikx, iky = grid.ikx, grid.iky
    assert np.abs(grid.values(ikx * u + iky * v)).max() < 1e-13
    assert np.abs(grid.values(ikx * v - iky * u - w)).max() < 1e-12
    strain = grid.values(np.stack([ikx * u, (iky * u + ikx * v) / 2]))
    assert np.abs(strain - flow[3:]).max() < 1e-12
    z = fourth_moment(q, closure_table())
    stress = active_matter._stress(q, z, flow[3:], -5.0, 3.0) + BETA / 4 * flow[3:]
    first, second = grid.transform(stress)
    curl = grid.dealias((ikx**2 - iky**2) * second - 2 * ikx * iky * first)  # of div Sigma, which -Lap w balances
    residual = grid.values(curl - grid.k_squared * w)
    assert np.abs(residual).max() < 10 * active_matter.TOLERANCE * np.abs(grid.values(curl)).max()


def test_fourth_order_in_time():
    start = smooth_order((24, 24), 10.0)

    def solution(steps):
        matter = ActiveMatter((24, 24), 10.0, 1.0, -3.0)
        return matter.grid.values(integrate(matter, matter.state(start), 0.8, steps))

    coarse, middle, fine = (solution(n) for n in (16, 32, 64))
    assert np.log2(np.abs(coarse - middle).max() / np.abs(middle - fine).max()) == pytest.approx(4, abs=0.3)


def test_space_converges_spectrally():
    def solution(n):
        matter = ActiveMatter((n, n), 10.0, 1.0, -1.0)
        state = integrate(matter, matter.state(smooth_order((n, n), 10.0)), 0.5, 20)
        return matter.grid.values(state)[:, :: n // 16, :: n // 16]

    reference = solution(64)
    errors = [np.abs(solution(n) - reference).max() for n in (16, 32)]
    assert errors[1] < errors[0] / 50


def test_solution_turns_with_its_start():
    matter, turned = (ActiveMatter((16, 16), 10.0, 2.0, -3.0) for _ in range(2))
    q = smooth_order((16, 16), 10.0)

    def turn(field):  # x -> y, y -> -x on the periodic grid; Q takes a factor exp(i pi)
        return np.roll(np.rot90(field, axes=(-2, -1)), 1, axis=-2)

    after = matter.grid.values(integrate(matter, matter.state(q), 0.5, 10))
    turned_after = turned.grid.values(integrate(turned, turned.state(-turn(q)), 0.5, 10))
    assert np.abs(turned_after + turn(after)).max() < 1e-6


def test_orientation_moments_stay_realisable_at_a_resolved_parameter():
    trajectory = active_matter.simulate((32, 32), 33, active_matter.PARAMETERS[0], np.random.default_rng(0))
    D = trajectory.fields["D"]
    assert np.trace(D, axis1=-2, axis2=-1) == pytest.approx(1, abs=1e-12)
    assert np.linalg.eigvalsh(D).min() > 0
    assert np.abs(trajectory.fields["velocity"][-1]).max() > 0.1  # the instability has grown
