"""Log-conformation: matrix logarithm and exponential, and the same polymers as the equations of C itself."""

import numpy as np
import pytest
import scipy.linalg
from scipy.integrate import solve_ivp

from replication.well.conformation import deformation_rate, exponential, logarithm, spring_factor, stress


def one_cell(*values):
    return np.array(values, dtype=float).reshape(-1, 1, 1)


@pytest.mark.parametrize("seed", range(5))
def test_logarithm_and_exponential_are_those_of_matrices(seed):
    root = np.random.default_rng(seed).standard_normal((2, 2))
    matrix = root @ root.T + 1e-3 * np.eye(2)
    c = one_cell(matrix[0, 0], matrix[0, 1], matrix[1, 1], 2.0)
    mean, difference, off, zz = logarithm(c)[:, 0, 0]
    exact = scipy.linalg.logm(matrix)
    assert np.array([[mean + difference, off], [off, mean - difference]]) == pytest.approx(exact, abs=1e-9)
    assert zz == pytest.approx(np.log(2))
    assert exponential(logarithm(c)) == pytest.approx(c, rel=1e-9)


def test_isotropic_conformation_has_isotropic_logarithm():
    c = one_cell(3.0, 0.0, 3.0, 1.0)
    assert logarithm(c) == pytest.approx(one_cell(np.log(3), 0, 0, 0), abs=1e-14)
    assert exponential(logarithm(c)) == pytest.approx(c)


@pytest.mark.parametrize(("u_x", "u_y", "v_x"), [(0.3, 0.0, 0.0), (0.0, 2.0, 0.0), (-0.2, 1.0, 0.7), (0.1, -0.5, 0.9)])
def test_polymers_deform_as_the_tensor_equation_says(u_x, u_y, v_x):
    """Constant gradient: C' = C.grad u + (grad u)^T.C - T(C), integrated directly."""
    weissenberg, extensibility, time = 2.0, 10.0, 3.0
    gradient = np.array([[u_x, v_x], [u_y, -u_x]])  # (grad u)_ij = d_i u_j

    def tensor_rate(_, values):
        c = np.array([[values[0], values[1]], [values[1], values[2]]])
        f = 1 / (1 - (values[0] + values[2] + values[3] - 3) / extensibility**2)
        rate = c @ gradient + gradient.T @ c - (f * c - np.eye(2)) / weissenberg
        return [rate[0, 0], rate[0, 1], rate[1, 1], -(f * values[3] - 1) / weissenberg]

    def logarithmic_rate(_, values):
        logarithms = one_cell(*values)
        spring = spring_factor(exponential(logarithms), extensibility)
        return deformation_rate(logarithms, one_cell(u_x, u_y, v_x), spring, weissenberg).ravel()

    start = one_cell(1.0, 0.0, 1.0, 1.0)
    options = {"rtol": 1e-9, "atol": 1e-11}
    exact = solve_ivp(tensor_rate, (0, time), start.ravel(), **options).y[:, -1]
    computed = solve_ivp(logarithmic_rate, (0, time), logarithm(start).ravel(), **options).y[:, -1]
    assert exponential(one_cell(*computed)).ravel() == pytest.approx(exact, rel=1e-6, abs=1e-6)


def test_rest_is_free_of_stress():
    c = one_cell(1.0, 0.0, 1.0, 1.0)
    spring = spring_factor(c, 70.0)
    assert stress(c, spring, 50.0) == pytest.approx(np.zeros((4, 1, 1)), abs=1e-15)
    assert deformation_rate(logarithm(c), one_cell(0, 0, 0), spring, 50.0) == pytest.approx(0, abs=1e-15)
