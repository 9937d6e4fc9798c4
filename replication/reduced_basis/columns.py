"""Values and derivatives of the basis functions at fixed points, computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from replication.networks.jets import JetValues, Names
from replication.networks.mlp import MLP
from replication.problems.problem import Problem

BLOCK = 10_000
"""Points that a network handles at once, to bound memory."""


@dataclass(frozen=True)
class Columns:
    """`values` maps a quantity such as `u` or `u_xx` to (N, n): one row a point of `points` (N, d), one column a basis
    function."""

    points: Tensor
    coordinates: tuple[str, ...]
    values: Mapping[str, Tensor]

    @classmethod
    def empty(cls, points: Tensor, coordinates: tuple[str, ...], quantities: Sequence[str]) -> Columns:
        """Return the columns of no function yet."""
        return cls(points, coordinates, {name: points.new_empty((len(points), 0)) for name in quantities})

    @property
    def count(self) -> int:
        """Number of basis functions."""
        return next(iter(self.values.values())).shape[1]

    def with_network(self, network: MLP, problem: Problem) -> Columns:
        """Append a network's column; its weights and the points must have the same precision."""
        columns = evaluate(network, problem, self.points, tuple(self.values))
        return replace(
            self,
            values={name: torch.cat([known, columns[name][:, None]], dim=1) for name, known in self.values.items()},
        )

    def at(self, rows: Sequence[int] | Tensor) -> Columns:
        """Return the columns at some of the points."""
        return replace(self, points=self.points[rows], values={name: v[rows] for name, v in self.values.items()})

    def transformed(self, change: Tensor) -> Columns:
        """Return the columns of the functions q = ψ T, for T (n, m)."""
        return replace(self, values={name: known @ change for name, known in self.values.items()})


class Combination:
    """Implements `replication.problems.problem.Values` for M combinations at once: c (M, n) gives u = c Pᵀ (M, N).

    Values are leaves that remember being differentiated by, so that a residual's derivative by each of them, at each
    point, can be had from one backward pass: rows depend on the values at their own point only.
    """

    def __init__(self, columns: Columns, coefficients: Tensor, differentiable: bool = False) -> None:
        self._columns, self._coefficients, self._differentiable = columns, coefficients, differentiable
        self.leaves: dict[str, Tensor] = {}

    def __call__(self, *names: str) -> Any:
        """Return the named values, a single one bare and several as a tuple."""
        values = tuple(self._value(name) for name in names)
        return values[0] if len(values) == 1 else values

    def _value(self, name: str) -> Tensor:
        if name in self._columns.coordinates:
            return self._columns.points[:, self._columns.coordinates.index(name)]
        if name not in self.leaves:
            value = self._coefficients @ self._columns.values[name].T
            self.leaves[name] = value.requires_grad_() if self._differentiable else value
        return self.leaves[name]


@torch.no_grad()
def evaluate(network: MLP, problem: Problem, points: Tensor, quantities: Sequence[str]) -> dict[str, Tensor]:
    """Return quantities (N,) of a network at points (N, d)."""
    parts: dict[str, list[Tensor]] = {name: [] for name in quantities}
    for block in points.split(BLOCK):
        at = JetValues.of(network, problem, block, quantities)
        for name, found in parts.items():
            found.append(at(name))
    return {name: torch.cat(found) for name, found in parts.items()}


def quantities_of(problem: Problem) -> tuple[str, ...]:
    """Return the fields and derivatives that a problem's residual reads, the field itself first."""
    asked = [name for name in Names.read_by(problem) if name not in problem.coordinates]
    return tuple(dict.fromkeys([*problem.fields, *asked]))
