"""Active rods in a periodic Stokes flow (The Well: active_matter), closed at second order.

Rods with orientation p and density psi(x, p, t) of concentration c = 1 (Maddu et al. 2024, arXiv 2308.06675, eqs. 1-5):

    D_t + u.grad D - (grad u D + D grad u^T) + 2 E:S = 4 zeta (D.D - S:D) + d_T Lap D - 4 d_R (D - I/2)
    -Lap u + grad P = div Sigma,   div u = 0,   Sigma = alpha D + beta S:E - 2 zeta beta (D.D - S:D)

where D = <pp>, S = <pppp> and E is the rate of strain. The Bingham closure psi ~ exp(chi cos 2(theta - theta_0)) gives
S from D. In two dimensions D, E and the traceless stress are complex numbers, with p = (cos theta, sin theta),

    Q = <exp(2 i theta)> = D_xx - D_yy + 2 i D_xy,   e = E_xx + i E_xy,   Z = <exp(4 i theta)> = g(|Q|²) Q²

    Q_t + u.grad Q = i w Q + F - conj(F) Z + d_T Lap Q - 4 d_R Q,   F = e + zeta Q,   w = v_x - u_y
    sigma = alpha Q/2 + beta/4 (e + conj(e) Z) - zeta beta/4 (Q - conj(Q) Z)

Fourier pseudo-spectral, two-thirds rule, integrating-factor RK4. The stress depends on e: its isotropic part, a
viscosity of beta/8, is solved for; the rest by fixed-point iteration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
from numba import njit
from scipy.interpolate import CubicSpline
from scipy.special import ive

from replication.well.spectral import Complex, FourierGrid, Real, integrating_factor_rk4
from replication.well.trajectory import BoundaryKind, Trajectory, boundary_at_ends

PARAMETERS: tuple[dict[str, float], ...] = tuple(
    {"L": 10.0, "zeta": zeta, "alpha": alpha} for zeta in (1.0, 3.0) for alpha in (-1.0, -3.0, -5.0)
)
DIFFERENCES = (
    "Second-moment equations under the Bingham closure instead of the kinetic equation on 256 x 256 x 256, so the "
    "concentration is exactly 1 (original: standard deviation 0.003); zeta 1 and 3 only: larger ones need a finer grid "
    "(at 64 x 64 eigenvalues of D overshoot [0, 1] by up to 0.02 near defects); IF-RK4 with steps of at most 0.025 "
    "instead of SBDF2 with 0.0004."
)

BETA = 0.8
TRANSLATIONAL_DIFFUSION = 0.05
ROTATIONAL_DIFFUSION = 0.05
FRAME = 0.25
"""Time between stored frames, as in the original."""
STEP = 0.025
"""Largest time step."""
COURANT = 1.0
TOLERANCE = 1e-6
"""Relative change of the rate of strain at which the fixed-point iteration ends."""


@cache
def closure_table(points: int = 8192) -> Real:
    """Return g on a uniform grid of |Q|² in [0, 1]: I2/I0 over (I1/I0)², from 1/2 (isotropic) to 1 (aligned)."""
    chi = np.geomspace(1e-3, 1e7, 4000)
    order, moment = ive(1, chi) / ive(0, chi), ive(2, chi) / ive(0, chi)
    squared = np.concatenate([[0.0], order**2, [1.0]])
    ratio = np.concatenate([[0.5], moment / order**2, [1.0]])
    return CubicSpline(squared, ratio)(np.linspace(0, 1, points))


@njit(cache=True)
def fourth_moment(q: Real, table: Real) -> Real:
    """Z of Q under the Bingham closure, both as (real, imaginary) stacked first."""
    z = np.empty_like(q)
    last = table.size - 1
    for i in range(q.shape[1]):
        for j in range(q.shape[2]):
            a, b = q[0, i, j], q[1, i, j]
            place = min(a * a + b * b, 1.0) * last
            left = min(int(place), last - 1)
            g = table[left] + (place - left) * (table[left + 1] - table[left])
            z[0, i, j] = g * (a * a - b * b)
            z[1, i, j] = 2 * g * a * b
    return z


@njit(cache=True)
def _stress(q: Real, z: Real, strain: Real, alpha: float, zeta: float) -> Real:
    """The traceless stress without beta e/4."""
    sigma = np.empty_like(q)
    for i in range(q.shape[1]):
        for j in range(q.shape[2]):
            Q = complex(q[0, i, j], q[1, i, j])
            Z = complex(z[0, i, j], z[1, i, j])
            e = complex(strain[0, i, j], strain[1, i, j])
            s = alpha * Q / 2 + BETA / 4 * (e.conjugate() * Z - zeta * (Q - Q.conjugate() * Z))
            sigma[0, i, j], sigma[1, i, j] = s.real, s.imag
    return sigma


@njit(cache=True)
def _fluxes_and_source(q: Real, z: Real, flow: Real, zeta: float) -> Real:
    """Stack u Q, v Q and the local part of Q_t, real and imaginary parts each; `flow` holds u, v, w and e."""
    out = np.empty((6, *q.shape[1:]))
    for i in range(q.shape[1]):
        for j in range(q.shape[2]):
            Q = complex(q[0, i, j], q[1, i, j])
            Z = complex(z[0, i, j], z[1, i, j])
            u, v, w = flow[0, i, j], flow[1, i, j], flow[2, i, j]
            F = complex(flow[3, i, j], flow[4, i, j]) + zeta * Q
            source = 1j * w * Q + F - F.conjugate() * Z
            out[0, i, j], out[1, i, j] = u * Q.real, u * Q.imag
            out[2, i, j], out[3, i, j] = v * Q.real, v * Q.imag
            out[4, i, j], out[5, i, j] = source.real, source.imag
    return out


@dataclass
class ActiveMatter:
    """The discrete equations; a state is the half spectra of Re Q and Im Q, (2, nx, ny//2 + 1)."""

    shape: tuple[int, int]
    length: float
    zeta: float
    alpha: float
    strain: Real = field(init=False)
    """Values of e last solved for, (2, nx, ny); the next iteration starts from it."""

    def __post_init__(self) -> None:
        self.strain = np.zeros((2, *self.shape))

    @cached_property
    def grid(self) -> FourierGrid:
        """The periodic square."""
        return FourierGrid(self.shape, (self.length, self.length))

    @cached_property
    def decay(self) -> Real:
        """Symbol of the linear damping, d_T k² + 4 d_R."""
        return TRANSLATIONAL_DIFFUSION * self.grid.k_squared + 4 * ROTATIONAL_DIFFUSION

    def state(self, q: Real) -> Complex:
        """State of values of Q, (2, nx, ny)."""
        return self.grid.dealias(self.grid.transform(q))

    def streamfunction(self, stress: Real) -> Complex:
        """Half spectrum of psi, u = psi_y, v = -psi_x, from (1 + beta/8) Lap² psi = (d_xx - d_yy) s2 - 2 d_xy s1."""
        ikx, iky = self.grid.ikx, self.grid.iky
        first, second = self.grid.transform(stress)
        curl = (ikx**2 - iky**2) * second - 2 * ikx * iky * first
        return self.grid.dealias(curl * self.grid.inverse_k_squared**2 / (1 + BETA / 8))

    def flow(self, q: Real, z: Real) -> Real:
        """Solve the Stokes equation; values of u, v, w, Re e and Im e, (5, nx, ny)."""
        ikx, iky = self.grid.ikx, self.grid.iky
        while True:
            psi = self.streamfunction(_stress(q, z, self.strain, self.alpha, self.zeta))
            strain = self.grid.values(np.stack([ikx * iky * psi, (iky**2 - ikx**2) / 2 * psi]))
            change = np.abs(strain - self.strain).max()
            self.strain = strain
            if change <= TOLERANCE * np.abs(strain).max():
                break
        velocity_and_vorticity = self.grid.values(np.stack([iky * psi, -ikx * psi, self.grid.k_squared * psi]))
        return np.concatenate([velocity_and_vorticity, strain])

    def nonlinear(self, state: Complex) -> Complex:
        """Time derivative of Q but for diffusion in space and orientation."""
        q = self.grid.values(state)
        z = fourth_moment(q, closure_table())
        terms = self.grid.transform(_fluxes_and_source(q, z, self.flow(q, z), self.zeta))
        return self.grid.dealias(terms[4:] - self.grid.ikx * terms[:2] - self.grid.iky * terms[2:4])

    def solution(self, state: Complex) -> tuple[Real, Real]:
        """Values of Q, (2, nx, ny), and of u, v, w, Re e and Im e, (5, nx, ny)."""
        q = self.grid.values(state)
        return q, self.flow(q, fourth_moment(q, closure_table()))

    def advance(self, state: Complex, interval: float) -> Complex:
        """State after `interval`, in equal steps that respect `STEP` and `COURANT`."""
        _, flow = self.solution(state)
        rate = np.abs(flow[0]).max() * self.shape[0] / self.length + np.abs(flow[1]).max() * self.shape[1] / self.length
        steps = int(np.ceil(max(interval / STEP, interval * rate / COURANT)))
        half_decay = np.exp(-self.decay * interval / steps / 2)
        for _ in range(steps):
            state = integrating_factor_rk4(state, self.nonlinear, half_decay, interval / steps)
        return state


def initial_order(grid: FourierGrid, random: np.random.Generator) -> Real:
    """Values of a small Q (rms 0.05): plane waves of random amplitude and phase with up to three periods a side."""
    spectrum = grid.transform(random.standard_normal((2, *grid.shape)))
    longest = 3 * 2 * np.pi / min(grid.lengths)
    inside = (np.abs(grid.ikx) <= longest * 1.001) & (np.abs(grid.iky) <= longest * 1.001)
    q = grid.values(spectrum * inside)
    return 0.05 * q / np.sqrt(np.mean(q**2))


def symmetric_traceless(first: Real, second: Real) -> Real:
    """Tensor field [[a, b], [b, -a]] of its two components, shape (..., 2, 2)."""
    return np.stack([np.stack([first, second], -1), np.stack([second, -first], -1)], -2)


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """One trajectory of `frames` frames from t = 0; `parameters` holds L, zeta and alpha."""
    matter = ActiveMatter(shape, parameters["L"], parameters["zeta"], parameters["alpha"])
    state = matter.state(initial_order(matter.grid, random))
    q, flow = np.empty((frames, 2, *shape)), np.empty((frames, 5, *shape))
    for frame in range(frames):
        if frame:
            state = matter.advance(state, FRAME)
        q[frame], flow[frame] = matter.solution(state)
    return Trajectory(
        axes={name: np.arange(n) * matter.length / n for name, n in zip("xy", shape, strict=True)},
        time=FRAME * np.arange(frames),
        scalars=dict(parameters),
        fields={
            "concentration": np.ones((frames, *shape)),
            "velocity": np.moveaxis(flow[:, :2], 1, -1),
            "D": np.eye(2) / 2 + symmetric_traceless(q[:, 0], q[:, 1]) / 2,
            "E": symmetric_traceless(flow[:, 3], flow[:, 4]),
        },
        boundaries=(
            boundary_at_ends("x_periodic", "x", BoundaryKind.PERIODIC, shape[0]),
            boundary_at_ends("y_periodic", "y", BoundaryKind.PERIODIC, shape[1]),
        ),
    )
