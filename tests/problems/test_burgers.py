"""The Burgers reference against an independent solver, its own equation and its conditions."""

from math import pi

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from replication.problems.burgers import Burgers
from replication.problems.problem import latin_hypercube


@pytest.mark.parametrize("viscosity", [0.01 / pi, 0.05, 0.5])
def test_cole_hopf_equals_a_fourier_method_of_lines(viscosity):
    """u is odd and 2-periodic, so a Fourier collocation method with tight time steps converges spectrally to it."""
    modes = {0.01 / pi: 1024, 0.05: 256, 0.5: 64}[viscosity]
    x = -1 + 2 * np.arange(modes) / modes
    wave = 1j * pi * np.fft.rfftfreq(modes, 1 / modes)

    def rate(_t, u):
        spectrum = np.fft.rfft(u)
        return -u * np.fft.irfft(wave * spectrum, modes) + viscosity * np.fft.irfft(wave**2 * spectrum, modes)

    times = np.array([0.1, 0.5, 0.9])
    found = solve_ivp(rate, (0, 0.9), -np.sin(pi * x), method="DOP853", t_eval=times, rtol=1e-9, atol=1e-10).y
    points = np.stack([np.tile(x, 3), np.repeat(times, modes)], axis=1)
    exact = Burgers(viscosity).solution(points)["u"].reshape(3, modes).T
    np.testing.assert_allclose(exact, found, atol=2e-6)


def test_reference_takes_the_prescribed_values():
    problem = Burgers(0.01 / pi)
    for condition in problem.conditions({"initial": 50, "boundary": 51}, np.random.default_rng(0)).values():
        np.testing.assert_allclose(problem.solution(condition.points)["u"], condition.values["u"], atol=1e-10)


def test_boundary_points_lie_on_both_ends():
    points = Burgers(0.1).conditions({"initial": 5, "boundary": 40}, np.random.default_rng(0))["boundary"].points
    assert set(points[:, 0]) == {-1.0, 1.0}
    assert np.all((points[:, 1] >= 0) & (points[:, 1] <= 1))


def test_latin_hypercube_has_one_point_in_every_cell_of_every_axis():
    points = latin_hypercube((-1.0, 0.0), (1.0, 5.0), 40, np.random.default_rng(0))
    for column, low, high in ((points[:, 0], -1, 1), (points[:, 1], 0, 5)):
        assert sorted(np.floor((column - low) / (high - low) * 40).astype(int)) == list(range(40))


def test_evaluation_grid_is_a_tensor_product_in_c_order():
    axes, points = Burgers(0.1).grid({"x": 4, "t": 3})
    assert points.shape == (12, 2)
    np.testing.assert_array_equal(points.reshape(4, 3, 2)[2, 1], [axes["x"][2], axes["t"][1]])
