"""Held-out parameters, the points at which their solutions are asked for, and the reference solutions."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from replication.papers.s2gpt_pinn.parametric import Parametric
from replication.problems.problem import Array

Published = dict[str, Array]


def evaluation(family: Mapping[str, Any]) -> Published:
    """Return `points` (M N, p + d), parameters before coordinates, and the axes of the grid that each query shares."""
    parametric = Parametric.of(family)
    parameters = parametric.held_out(family["held_out"], family["held_out_low"])
    axes, grid = parametric.at(parametric.middle()).grid(family["grid"])
    points = np.concatenate([np.repeat(parameters, len(grid), axis=0), np.tile(grid, (len(parameters), 1))], axis=1)
    return {"points": points} | {f"axis_{name}": values for name, values in axes.items()}


def reference(family: Mapping[str, Any], points: Array) -> dict[str, Array]:
    """Return the exact or reference solution `u` (M N,) of every query, of the correct equation in any case."""
    parametric = Parametric.of(family)
    parameters, grid = queries_of(points, len(parametric.axes))
    return {"u": np.concatenate([parametric.at(values).solution(grid)["u"] for values in parameters])}


def queries_of(points: Array, free: int) -> tuple[Array, Array]:
    """Split points (M N, p + d) into parameters (M, p) and the grid (N, d) that they share."""
    changes = np.flatnonzero((np.diff(points[:, :free], axis=0) != 0).any(axis=1))
    size = int(changes[0]) + 1 if len(changes) else len(points)
    return points[::size, :free], points[:size, free:]
