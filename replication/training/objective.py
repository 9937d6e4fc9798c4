"""The loss of a PINN: a weighted sum of mean squared residuals, condition mismatches and distillation gaps."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from replication.problems.problem import Array, Condition, Periodic, Problem

RESIDUAL = "residual"
DISTILLATION = "distillation"


class NetworkValues:
    """Fields of a network and their derivatives at points, by nested reverse-mode differentiation.

    Implements `replication.problems.problem.Values`. One backward pass gives the derivatives along all coordinates, and
    each is kept, so `u_t`, `u_x`, `u_xx` cost two passes. Points are independent of each other, so the gradient of the
    sum over points holds every point's own derivative.
    """

    def __init__(self, network: Callable[[Tensor], Tensor], problem: Problem, points: Tensor) -> None:
        self._columns = {
            name: points[:, i : i + 1].detach().requires_grad_() for i, name in enumerate(problem.coordinates)
        }
        outputs = network(torch.cat(list(self._columns.values()), dim=1))
        self._known = self._columns | {name: outputs[:, i : i + 1] for i, name in enumerate(problem.fields)}

    def __call__(self, *names: str) -> Any:
        """Return the named values as (N, 1) tensors."""
        values = tuple(self._value(name) for name in names)
        return values[0] if len(values) == 1 else values

    def _value(self, name: str) -> Tensor:
        if name not in self._known:
            field_name, along = name.split("_")
            inner = field_name if len(along) == 1 else f"{field_name}_{along[:-1]}"
            gradients = torch.autograd.grad(self._value(inner).sum(), tuple(self._columns.values()), create_graph=True)
            for coordinate, gradient in zip(self._columns, gradients, strict=True):
                self._known[f"{field_name}_{along[:-1]}{coordinate}"] = gradient
        return self._known[name]


@dataclass
class Objective:
    """All terms of a loss and their weights; what is drawn or computed once stands in `data` as tensors.

    `collocation` (N, d) may be None (distillation alone has no residual). Terms of weight zero are left out of the sum
    but can still be evaluated as they are needed for measurements.
    """

    problem: Problem
    network: nn.Module
    collocation: Array | None
    conditions: Mapping[str, Condition]
    weights: Mapping[str, float]
    data: list[Tensor] = field(init=False)

    def __post_init__(self) -> None:
        reference = next(self.network.parameters())
        arrays = [] if self.collocation is None else [self.collocation]
        for condition in self.conditions.values():
            arrays.append(condition.points)
            if isinstance(condition, Periodic):
                arrays.append(condition.partners)
            else:
                arrays += [np.asarray(target).reshape(-1, 1) for target in condition.values.values()]
        self.data = [torch.as_tensor(array, dtype=reference.dtype, device=reference.device) for array in arrays]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the terms, in the order of `terms`."""
        return (() if self.collocation is None else (RESIDUAL,)) + tuple(self.conditions)

    def terms(self, apply: Callable[[Tensor], Tensor], data: list[Tensor]) -> list[Tensor]:
        """Return every term, unweighted, for a network given as a function (N, d) -> (N, m)."""
        remaining = iter(data)
        terms = []
        if self.collocation is not None:
            at = NetworkValues(apply, self.problem, next(remaining))
            terms.append(_mean_square(self.problem.residual(at).values()))
        for condition in self.conditions.values():
            at = NetworkValues(apply, self.problem, next(remaining))
            if isinstance(condition, Periodic):
                partner = NetworkValues(apply, self.problem, next(remaining))
                gaps = [at(name) - partner(name) for name in condition.quantities]
            else:
                gaps = [at(name) - next(remaining) for name in condition.values]
            terms.append(_mean_square(gaps))
        return terms

    def weighted(self, terms: list[Tensor]) -> Tensor:
        """Return the loss, the weighted sum of the terms."""
        return torch.stack([self.weights[name] * term for name, term in zip(self.names, terms, strict=True)]).sum()


def _mean_square(values: Iterable[Tensor]) -> Tensor:
    return torch.stack([value.square().mean() for value in values]).sum()
