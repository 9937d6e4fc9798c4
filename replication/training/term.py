"""One term of a PINN's loss: rows r_k(x_i), by equation or quantity k and point i, which ought to vanish."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from replication.networks.jets import Names
from replication.problems.problem import Array, Condition, Periodic, Prescribed, Problem, Values

RESIDUAL = "residual"

Rows = Callable[[Sequence[Values], Sequence[Any]], list[Any]]


@dataclass(frozen=True)
class Term:
    """Where a term looks at the network, what it reads there, and what it makes of it.

    `batches` are arrays (N, d) of points: one, or two whose values are compared entry by entry. `targets` (N,) are the
    values prescribed there. `rows` takes the network's values at each batch, and the targets; it returns rows (N,).
    """

    name: str
    reads: tuple[str, ...]
    batches: tuple[Array, ...]
    targets: tuple[Array, ...]
    rows: Rows

    @property
    def size(self) -> int:
        """Number of points of a row."""
        return len(self.batches[0])

    @property
    def count(self) -> int:
        """Number of entries of all rows."""
        rows = self.rows([Names()] * len(self.batches), [0.0] * len(self.targets))
        return self.size * len(rows)


def terms_of(problem: Problem, collocation: Array | None, conditions: Mapping[str, Condition]) -> list[Term]:
    """Return the terms of a loss: the residual at points `collocation` (N, d), if there are any, and each condition."""
    terms = [] if collocation is None else [_residual(problem, collocation)]
    for name, condition in conditions.items():
        terms.append(_gaps(name, condition) if isinstance(condition, Periodic) else _mismatch(name, condition))
    return terms


def _residual(problem: Problem, collocation: Array) -> Term:
    def rows(at: Sequence[Values], _: Sequence[Any]) -> list[Any]:
        return list(problem.residual(at[0]).values())

    return Term(RESIDUAL, Names.read_by(problem), (collocation,), (), rows)


def _mismatch(name: str, condition: Prescribed) -> Term:
    def rows(at: Sequence[Values], targets: Sequence[Any]) -> list[Any]:
        return [at[0](quantity) - target for quantity, target in zip(condition.values, targets, strict=True)]

    targets = tuple(np.asarray(target).ravel() for target in condition.values.values())
    return Term(name, tuple(condition.values), (condition.points,), targets, rows)


def _gaps(name: str, condition: Periodic) -> Term:
    def rows(at: Sequence[Values], _: Sequence[Any]) -> list[Any]:
        here, there = at
        return [here(quantity) - there(quantity) for quantity in condition.quantities]

    return Term(name, condition.quantities, (condition.points, condition.partners), (), rows)
