"""Derivatives of any order of any function, as papers write them: what the carried ones are held against."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from replication.problems.problem import Problem


class NestedValues:
    """Fields of a function and their derivatives at points, by nested reverse-mode differentiation.

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
