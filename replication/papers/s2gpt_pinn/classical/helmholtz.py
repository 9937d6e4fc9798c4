"""Helmholtz equation by Chebyshev collocation and fast diagonalisation."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.polynomial import chebyshev

from replication.problems.helmholtz import Helmholtz
from replication.problems.problem import Array

RESOLUTIONS = (8, 10, 12, 14, 16, 18, 20, 24, 28, 32)
"""Collocation points along each axis, ends included."""


def nodes(count: int) -> Array:
    """Return Chebyshev-Gauss-Lobatto points on [-1, 1], ascending."""
    return -np.cos(np.pi * np.arange(count) / (count - 1))


def interpolation(count: int, x: Array) -> Array:
    """Return the matrix (N, count) from values at the nodes to those of their polynomial at x (N,)."""
    return np.linalg.solve(chebyshev.chebvander(nodes(count), count - 1).T, chebyshev.chebvander(x, count - 1).T).T


def second_derivative(count: int) -> Array:
    """Return the matrix (count, count) from values at the nodes to second derivatives there."""
    curvatures = chebyshev.chebval(nodes(count), chebyshev.chebder(np.eye(count), 2)).T
    return np.linalg.solve(chebyshev.chebvander(nodes(count), count - 1).T, curvatures.T).T


def weights(count: int) -> Array:
    """Return the quadrature weights of the nodes, exact for polynomials that they carry (Clenshaw & Curtis)."""
    integrals = [chebyshev.chebval(1.0, chebyshev.chebint(mode, lbnd=-1)) for mode in np.eye(count)]
    return np.linalg.solve(chebyshev.chebvander(nodes(count), count - 1).T, np.array(integrals))


def source(problem: Helmholtz, x: Array, y: Array) -> Array:
    """Return q (Nx, Ny): minus the residual of u = 0."""
    grid = {name: torch.as_tensor(v) for name, v in zip("xy", (x[:, None], y[None, :]), strict=True)}
    zero = torch.zeros(())

    def at(*names: str) -> Any:
        return tuple(grid.get(name, zero) for name in names)

    return -problem.residual(at)["wave"].numpy()


def prepare(axes: Mapping[str, Array], resolution: int) -> Callable[[Helmholtz], Array]:
    """Return what solves a problem on the grid of x and y: u (N,). What problems share is done here, once.

    With D = V Λ V⁻¹ the second derivative between inner nodes, U = V [V⁻¹ Q V⁻ᵀ / (λ_i + λ_j + k²)] Vᵀ (Lynch, Rice &
    Thomas 1964, Numer. Math. 6, 185-199).
    """
    inner = nodes(resolution)[1:-1]
    eigenvalues, vectors = np.linalg.eig(second_derivative(resolution)[1:-1, 1:-1])
    inverse = np.linalg.inv(vectors)
    along_x, along_y = (interpolation(resolution, axes[name])[:, 1:-1] @ vectors for name in "xy")

    def solve(problem: Helmholtz) -> Array:
        modes = inverse @ source(problem, inner, inner) @ inverse.T
        modes /= eigenvalues[:, None] + eigenvalues + problem.wavenumber**2
        return (along_x @ modes @ along_y.T).ravel()

    return solve
