"""POD-Galerkin models of the families, from snapshots of the classical solvers at training parameters."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from replication.papers.s2gpt_pinn.classical import helmholtz
from replication.papers.s2gpt_pinn.classical.ladder import SEMILINEAR
from replication.papers.s2gpt_pinn.classical.ladder import steps as steps_of
from replication.papers.s2gpt_pinn.classical.semilinear import Semilinear
from replication.problems.problem import Array
from replication.reduced_basis.proper_orthogonal_decomposition import discrete_interpolation_points, principal_modes


@dataclass(frozen=True)
class Reduced:
    """A reduced model with `size` unknowns; `solve` answers a problem on the grid that it was prepared for: u (N,)."""

    size: int
    solve: Callable[[Any], Array]


def semilinear(
    equation: str, problems: Iterable[Any], axes: Mapping[str, Array], modes: int, steps: int, share: float
) -> Reduced:
    """Reduce a time-dependent equation: POD of all states in time, DEIM of the force with POD of its own.

    Snapshots come from `modes` spectral modes at their own time steps; the reduced model makes `steps` of them. States
    are shares of orthonormal modes, so their POD is that of functions in L².
    """
    full = Semilinear.full(SEMILINEAR[equation], modes)
    end = float(axes["t"][-1])
    states, forces = [], []
    for problem in problems:
        times, y, _ = full.trajectory(problem, end, steps_of(full.equation, modes))
        states.append(y)
        w = full.sample @ y
        forces += [full.equation.force(problem, w[:, i], full.nodes, t)[:, None] for i, t in enumerate(times)]
    basis = principal_modes(np.concatenate(states, axis=1), share)
    collateral = principal_modes(np.concatenate(forces, axis=1), share)
    reduced = full.reduced(basis, collateral, discrete_interpolation_points(collateral))
    return Reduced(basis.shape[1], reduced.prepare(axes, steps))


def stationary(problems: Iterable[Any], axes: Mapping[str, Array], count: int, share: float) -> Reduced:
    """Reduce Helmholtz: Galerkin with POD modes Φ, (ΦᵀW A Φ) c = ΦᵀW q, on `count` Chebyshev nodes along each axis.

    W are quadrature weights; the matrix is the same for all parameters and made once.
    """
    nodes = helmholtz.nodes(count)
    inner = nodes[1:-1]
    at_nodes = helmholtz.prepare({"x": inner, "y": inner}, count)
    problems = list(problems)
    weights = helmholtz.weights(count)[1:-1]
    root = np.sqrt(np.outer(weights, weights).ravel())
    basis = principal_modes(root[:, None] * np.stack([at_nodes(problem) for problem in problems], axis=1), share)
    modes = basis / root[:, None]
    second = helmholtz.second_derivative(count)[1:-1, 1:-1]
    fields = modes.reshape(len(inner), len(inner), -1)
    curved = np.einsum("ij,jkr->ikr", second, fields) + np.einsum("kj,ijr->ikr", second, fields)
    applied = curved.reshape(modes.shape) + problems[0].wavenumber ** 2 * modes
    matrix = (basis * root[:, None]).T @ applied
    test = np.linalg.solve(matrix, (basis * root[:, None]).T)
    along_x, along_y = (helmholtz.interpolation(count, axes[name])[:, 1:-1] for name in "xy")
    values = np.einsum("xi,yj,ijr->xyr", along_x, along_y, fields).reshape(-1, basis.shape[1])

    def solve(problem: Any) -> Array:
        return values @ (test @ helmholtz.source(problem, inner, inner).ravel())

    return Reduced(basis.shape[1], solve)
