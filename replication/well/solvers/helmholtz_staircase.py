"""Sound of a point source above a staircase: second-order finite volumes, absorbing layers, one sparse LU.

    -(Lap + omega²) u = delta(x - x0) above the surface y = |x - round(x)| - 1/2,   du/dn = 0 on it,   outgoing

and U(t) = u exp(-i omega t), stored over one period. On a square grid whose cell centres the 45 degree steps pass
through, a wall cell is half a cell with its two lower faces closed; mirroring shows that this is second order.
Outgoing waves leave through perfectly matched layers beyond the sides and the top (Berenger 1994 as complex
stretching, Chew and Weedon 1994), in which the staircase goes on. Float64.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

from replication.errors import UserError
from replication.well.trajectory import Boundary, BoundaryKind, Trajectory, boundary_at_ends

PARAMETERS: tuple[dict[str, float], ...] = tuple(
    {"omega": omega}
    for omega in (
        *(0.06283032, 0.25123038, 0.43929689, 0.62675846, 0.81330465, 0.99856671, 1.18207893, 1.36324313),
        *(1.5412579, 1.71501267, 1.88295798, 2.04282969, 2.19133479, 2.32367294, 2.4331094, 2.5110908),
    )
)
DIFFERENCES = (
    "Finite volumes with absorbing layers instead of boundary integrals with a Floquet-Bloch transform: accurate to a "
    "few per cent, and waves guided along the infinite staircase are cut off by the layers at the sides. Computed on a "
    "finer grid (at least 512 points along x) and sampled; pressure is 0 where the mask is 1."
)

Complex = NDArray[np.complex128]
Real = NDArray[np.floating]

LOWER, UPPER = (-8.0, -0.5), (8.0, 3.5)
FINEST = 512
LAYER = 2.0
"""Thickness of the absorbing layers, in periods of the staircase."""
ABSORPTION = 12.0
"""Integral of the damping over a layer: waves come back weaker by exp(-2 * 12)."""
FRAMES_PER_PERIOD = 49
SOURCES = tuple(
    (tenth_x / 10, tenth_y / 10) for tenth_x in range(5) for tenth_y in range(-2, 5) if tenth_y > tenth_x - 5
)
"""The README's lattice of sources where x >= 0 and above the surface: 32 points, as many as the official set has."""
CHOICES = len(SOURCES)


def simulate(
    shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
) -> Trajectory:
    """Return one trajectory; see `replication.well.solvers`. `shape` is 4:1 with a multiple of 32 points along x."""
    if shape[0] != 4 * shape[1] or shape[0] % 32:
        grid = "x".join(str(points) for points in shape)
        raise UserError(
            f"helmholtz_staircase needs a 4:1 grid with a multiple of 32 points along x (size 16, 32, ...), not {grid}"
        )
    omega = parameters["omega"]
    refinement = math.ceil(FINEST / shape[0]) // 2 * 2 + 1  # odd, so that centres of coarse and fine cells coincide
    fine = Grid(1 / (refinement * shape[0] // 16), LAYER)
    u = fine.inside(solve(fine, omega, SOURCES[random.integers(CHOICES)], surface))
    u = u[refinement // 2 :: refinement, refinement // 2 :: refinement]

    x, y = (low + (np.arange(n) + 0.5) * 16 / shape[0] for low, n in zip(LOWER, shape, strict=True))
    solid = y[None, :] <= surface(x)[:, None] + 1e-9
    u[solid] = 0.0
    phase = 2 * np.pi / FRAMES_PER_PERIOD * np.arange(frames)
    pressure = u * np.exp(-1j * phase)[:, None, None]
    return Trajectory(
        axes={"x": x, "y": y},
        time=phase / omega,
        scalars=dict(parameters),
        fields={"pressure_re": pressure.real, "pressure_im": pressure.imag},
        constant_fields={"mask": solid.astype(float)},
        boundaries=(
            boundary_at_ends("x_open_neumann", "x", BoundaryKind.OPEN, shape[0]),
            boundary_at_ends("y_open_neumann", "y", BoundaryKind.OPEN, shape[1], ends=[-1]),
            Boundary("xy_wall", ("x", "y"), BoundaryKind.WALL, solid),
        ),
    )


def surface(x: Real) -> Real:
    """Return the height of the staircase: valleys at the integers, -1/2 deep, corners at height 0 between them."""
    return np.abs(x - np.round(x)) - 0.5


@dataclass(frozen=True)
class Grid:
    """Square cells of side `spacing` on the domain and on layers of thickness `layer` at both sides and the top."""

    spacing: float
    layer: float

    @property
    def layer_points(self) -> int:
        """Cells across a layer."""
        return round(self.layer / self.spacing)

    @property
    def shape(self) -> tuple[int, int]:
        """Cells along x and y, layers included."""
        nx, ny = (round((up - low) / self.spacing) for low, up in zip(LOWER, UPPER, strict=True))
        return nx + 2 * self.layer_points, ny + self.layer_points

    @property
    def corner(self) -> tuple[float, float]:
        """Lower left corner, layers included."""
        return LOWER[0] - self.layer_points * self.spacing, LOWER[1]

    def coordinates(self, axis: int, offset: float) -> NDArray[np.floating]:
        """Return cell centres (offset 1/2) or inner faces (offset 1, one fewer) along an axis."""
        count = self.shape[axis] - (offset == 1)
        return self.corner[axis] + (np.arange(count) + offset) * self.spacing

    def stretch(self, axis: int, offset: float, omega: float) -> NDArray[np.complexfloating]:
        """Return 1 + i sigma/omega, sigma rising quadratically into the layers."""
        at = self.coordinates(axis, offset)
        below = LOWER[axis] - at if axis == 0 else np.zeros_like(at)
        depth = np.maximum(np.maximum(at - UPPER[axis], below), 0.0) / self.layer
        return 1 + 1j * (3 * ABSORPTION / self.layer) * depth**2 / omega

    def inside(self, values: Complex) -> Complex:
        """Cut the layers off."""
        return values[self.layer_points : -self.layer_points, : -self.layer_points]


def solve(grid: Grid, omega: float, source: tuple[float, float], height: Callable[[Real], Real]) -> Complex:
    """Return u on `grid` (layers included, 0 in the solid) above the surface y = `height`(x), Neumann at the bottom.

    Equation, integrated over cells: div(S grad u) + omega² s_x s_y u = -delta with S = diag(s_y/s_x, s_x/s_y).
    """
    nx, ny = grid.shape
    x, y = grid.coordinates(0, 0.5), grid.coordinates(1, 0.5)
    stretch = {(axis, offset): grid.stretch(axis, offset, omega) for axis in (0, 1) for offset in (0.5, 1)}
    above = (y[None, :] - height(x)[:, None]) / grid.spacing
    volume = np.where(np.abs(above) < 0.25, 0.5, above > 0) * grid.spacing**2

    number = np.arange(nx * ny).reshape(nx, ny)
    diagonal = (omega**2 * volume * np.outer(stretch[0, 0.5], stretch[1, 0.5])).ravel()
    rows, columns, values = [], [], []
    for axis in (0, 1):
        face_x, face_y = grid.coordinates(0, 1 if axis == 0 else 0.5), grid.coordinates(1, 1 if axis == 1 else 0.5)
        open_face = face_y[None, :] > height(face_x)[:, None] + 1e-9
        across, along = stretch[axis, 1], stretch[1 - axis, 0.5]
        conductance = np.outer(1 / across, along) if axis == 0 else np.outer(along, 1 / across)
        flow = (open_face * conductance).ravel()
        low, high = (number[:-1], number[1:]) if axis == 0 else (number[:, :-1], number[:, 1:])
        low, high = low.ravel(), high.ravel()
        rows += [low, high]
        columns += [high, low]
        values += [flow, flow]
        np.subtract.at(diagonal, low, flow)
        np.subtract.at(diagonal, high, flow)
    diagonal[diagonal == 0] = 1.0  # cells in the solid
    every = number.ravel()
    matrix = scipy.sparse.csc_matrix(
        (np.concatenate([*values, diagonal]), (np.concatenate([*rows, every]), np.concatenate([*columns, every]))),
        shape=(nx * ny, nx * ny),
    )
    # the matrix is symmetric: ordering it as such, with few pivots, takes a quarter of the default's time
    factors = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.01, options={"SymmetricMode": True})
    return factors.solve(-_point(grid, source).ravel()).reshape(nx, ny)


def _point(grid: Grid, source: tuple[float, float]) -> Complex:
    """Return a unit point source, shared by the four cells whose centres surround it (bilinear weights)."""
    weights = np.zeros(grid.shape, dtype=complex)
    place = [(at - corner) / grid.spacing - 0.5 for at, corner in zip(source, grid.corner, strict=True)]
    (i, right), (j, up) = ((math.floor(at), at - math.floor(at)) for at in place)
    weights[i : i + 2, j : j + 2] = np.outer([1 - right, right], [1 - up, up])
    return weights
