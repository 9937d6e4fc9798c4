"""Conformation tensors of FENE-P polymers by their logarithm, so that they stay positive definite at any step.

Log-conformation equations (Fattal and Kupferman 2004, J. Non-Newtonian Fluid Mech. 123:281). C is positive definite in
the plane and C_zz decouples; with R(theta) the rotation to its eigenvectors, the plane part of log C is

    m I + r (cos 2 theta, sin 2 theta; sin 2 theta, -cos 2 theta),

held as (m, r cos 2 theta, r sin 2 theta, log C_zz), shape (4, nx, ny). C itself is held as (C_xx, C_xy, C_yy, C_zz).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]

XX, XY, YY, ZZ = range(4)


@njit(cache=True, error_model="numpy")
def exponential(logarithms: Real) -> Real:
    """C of log C."""
    c = np.empty_like(logarithms)
    for i in range(c.shape[1]):
        for j in range(c.shape[2]):
            difference, off = logarithms[1, i, j], logarithms[2, i, j]
            r = np.sqrt(difference**2 + off**2)
            size, growth = np.exp(logarithms[0, i, j]), np.exp(r)
            cosh, ratio = (growth + 1 / growth) / 2, (growth - 1 / growth) / (2 * r) if r > 1e-8 else 1.0  # sinh(r)/r
            c[XX, i, j] = size * (cosh + ratio * difference)
            c[XY, i, j] = size * ratio * off
            c[YY, i, j] = size * (cosh - ratio * difference)
            c[ZZ, i, j] = np.exp(logarithms[3, i, j])
    return c


def logarithm(c: Real) -> Real:
    """Log C of positive definite C."""
    size = np.sqrt(c[XX] * c[YY] - c[XY] ** 2)
    r = np.arccosh(np.maximum((c[XX] + c[YY]) / (2 * size), 1.0))
    ratio = np.divide(r, np.sinh(r), out=np.ones_like(r), where=r > 1e-8)
    return np.stack([np.log(size), ratio * (c[XX] - c[YY]) / (2 * size), ratio * c[XY] / size, np.log(c[ZZ])])


def spring_factor(c: Real, extensibility: float) -> Real:
    """Peterlin's f = 1/(1 - (tr C - 3)/Lmax²), (nx, ny)."""
    return 1 / (1 - (c[XX] + c[YY] + c[ZZ] - 3) / extensibility**2)


def stress(c: Real, spring: Real, weissenberg: float) -> Real:
    """T = (f C - I)/Wi with the components of C."""
    identity = np.array([1.0, 0.0, 1.0, 1.0])[:, None, None]
    return (spring * c - identity) / weissenberg


@njit(cache=True, error_model="numpy")
def deformation_rate(logarithms: Real, gradient: Real, spring: Real, weissenberg: float) -> Real:
    """Rate of log C following the fluid; `gradient` holds u_x, u_y and v_x (v_y = -u_x), (3, nx, ny).

    In the eigenvectors of C, with e and s the elongation and shear of the rate of strain along them and w the rotation
    (v_x - u_y)/2, the diagonal changes at 2 e + (1/C_1 - f)/Wi and -2 e + (1/C_2 - f)/Wi, the off-diagonal element at
    2 r (s coth r + w).
    """
    rate = np.empty_like(logarithms)
    for i in range(rate.shape[1]):
        for j in range(rate.shape[2]):
            mean, difference, off = logarithms[0, i, j], logarithms[1, i, j], logarithms[2, i, j]
            u_x, u_y, v_x = gradient[0, i, j], gradient[1, i, j], gradient[2, i, j]
            f = spring[i, j]
            r = np.sqrt(difference**2 + off**2)
            cos, sin = (difference / r, off / r) if r > 1e-8 else (1.0, 0.0)
            size, growth = np.exp(mean), np.exp(r)  # eigenvalues size * growth and size / growth
            r_coth = r * (growth**2 + 1) / (growth**2 - 1) if r > 1e-8 else 1.0
            elongation = u_x * cos + (u_y + v_x) / 2 * sin
            shear = (u_y + v_x) / 2 * cos - u_x * sin
            first = 2 * elongation + (1 / (size * growth) - f) / weissenberg
            second = -2 * elongation + (growth / size - f) / weissenberg
            turning = 2 * shear * r_coth + r * (v_x - u_y)
            rate[0, i, j] = (first + second) / 2
            rate[1, i, j] = (first - second) / 2 * cos - turning * sin
            rate[2, i, j] = (first - second) / 2 * sin + turning * cos
            rate[3, i, j] = (np.exp(-logarithms[3, i, j]) - f) / weissenberg
    return rate
