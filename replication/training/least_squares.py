"""A PINN's loss as a sum of squares: its rows, and their derivatives by all weights.

A row belongs to one point, and a network treats points independently. So one backward pass from the sum of all rows to
the inputs a of every layer's activation leaves each row's own ∂r/∂a behind, and ∂r/∂W = Σ (∂r/∂a_s) h_sᵀ over the
carried derivatives s: the full Jacobian for the price of one gradient and an outer product.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from replication.networks.flat import load_flat
from replication.networks.jets import Jet, JetValues, Names, carry, derivatives
from replication.networks.mlp import MLP
from replication.problems.problem import Array, Condition, Periodic, Problem, Values
from replication.training.objective import RESIDUAL

Rows = Callable[[Values], list[Tensor]]
"""Gives one or several (N,) rows, each entry of which depends on the values at its own point alone."""


@dataclass
class LeastSquares:
    """The rows of one draw of points, scaled so that the loss is their sum of squares.

    loss = Σ w_k mean(r_k²), with weights by term as in `replication.training.objective.Objective`; several equations or
    quantities in one term add up.
    """

    problem: Problem
    network: MLP
    collocation: Array
    conditions: Mapping[str, Condition]
    weights: Mapping[str, float]
    _blocks: list[tuple[str, float, list[Tensor], list[Rows], tuple[str, ...]]] = field(init=False)

    def __post_init__(self) -> None:
        residual: Rows = lambda at: list(self.problem.residual(at).values())  # noqa: E731
        self._blocks = [self._block(RESIDUAL, [self.collocation], [residual], Names.read_by(self.problem))]
        for name, condition in self.conditions.items():
            if isinstance(condition, Periodic):
                signs = (1.0, -1.0)
                rows = [_quantities(condition.quantities, sign) for sign in signs]
                self._blocks.append(
                    self._block(name, [condition.points, condition.partners], rows, condition.quantities)
                )
            else:
                targets = [self._tensor(target) for target in condition.values.values()]
                quantities = tuple(condition.values)
                self._blocks.append(self._block(name, [condition.points], [_gaps(quantities, targets)], quantities))

    def _block(
        self, name: str, points: list[Array], rows: list[Rows], quantities: Sequence[str]
    ) -> tuple[str, float, list[Tensor], list[Rows], tuple[str, ...]]:
        scale = float(np.sqrt(self.weights[name] / len(points[0])))
        carried = derivatives(quantities, self.problem.coordinates)
        return name, scale, [self._tensor(array) for array in points], rows, carried

    def _tensor(self, array: Array) -> Tensor:
        like = self.network.low
        return torch.as_tensor(array, dtype=like.dtype, device=like.device)

    @torch.no_grad()
    def rows(self, point: Tensor) -> Tensor:
        """Return the scaled rows of all terms at weights `point` (P,): the loss is their sum of squares."""
        load_flat(self.network, point)
        result = []
        for _, scale, batches, functions, carried in self._blocks:
            parts = []
            for points, function in zip(batches, functions, strict=True):
                jet = carry(self.network, points, self.problem.coordinates, carried)
                parts.append(torch.cat(function(self._values(points, jet))))
            result.append(scale * torch.stack(parts).sum(dim=0))
        return torch.cat(result)

    def linearised(self, point: Tensor) -> tuple[Tensor, Tensor]:
        """Return `rows` and their Jacobian (rows, P) by the weights, which `point` lists as `flatten` does."""
        load_flat(self.network, point)
        result, jacobians = [], []
        for _, scale, batches, functions, carried in self._blocks:
            parts = [self._part(points, f, carried) for points, f in zip(batches, functions, strict=True)]
            result.append(scale * torch.stack([rows for rows, _ in parts]).sum(dim=0))
            jacobian = parts[0][1]
            for _, other in parts[1:]:
                jacobian += other
            jacobians.append(jacobian.mul_(scale))
        return torch.cat(result), jacobians[0] if len(jacobians) == 1 else torch.cat(jacobians)

    def terms(self, rows: Tensor) -> dict[str, float]:
        """Return every term of the loss, unweighted, from `rows`."""
        sizes = [len(batches[0]) * self._equations(name) for name, _, batches, _, _ in self._blocks]
        names = [name for name, *_ in self._blocks]
        parts = zip(names, rows.split(sizes), strict=True)
        return {name: float(torch.dot(part, part)) / self.weights[name] for name, part in parts}

    def _equations(self, name: str) -> int:
        if name == RESIDUAL:
            return len(self.problem.residual(Names()))
        condition = self.conditions[name]
        return len(condition.quantities if isinstance(condition, Periodic) else condition.values)

    def _values(self, points: Tensor, jet: Jet) -> JetValues:
        return JetValues(jet, points, self.problem.coordinates, self.problem.fields)

    def _part(self, points: Tensor, function: Rows, carried: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        entering: list[Tensor] = []
        leaving: list[Tensor] = []

        def linear(layer: nn.Linear, jet: Jet) -> Jet:
            inputs = torch.stack(list(jet.values()))
            outputs = (inputs.flatten(0, 1) @ layer.weight.detach().T).view(*inputs.shape[:2], -1)
            outputs = outputs if leaving else outputs.requires_grad_()
            entering.append(inputs.detach())
            leaving.append(outputs)
            value, *others = outputs.unbind()
            return dict(zip(jet, [value + layer.bias.detach(), *others], strict=True))

        jet = carry(self.network, points, self.problem.coordinates, carried, linear)
        all_rows = function(self._values(points, jet))
        width = sum(parameter.numel() for parameter in self.network.parameters())
        jacobian = points.new_empty((len(all_rows), len(points), width))
        for rows, target in zip(all_rows, jacobian, strict=True):
            adjoints = torch.autograd.grad(rows.sum(), leaving, retain_graph=True)
            _outer_products(adjoints, entering, target)
        return torch.cat(all_rows).detach(), jacobian.flatten(0, 1)


def _outer_products(adjoints: Sequence[Tensor], entering: Sequence[Tensor], target: Tensor) -> None:
    """Fill each point's row of `target` (N, P): weights Σ_s ∂r/∂a_s h_sᵀ and bias ∂r/∂a, layer by layer."""
    ends = np.cumsum([0] + [size for a, h in zip(adjoints, entering, strict=True) for size in _sizes(a, h)])
    columns = iter(pairwise(ends))
    for adjoint, inputs in zip(adjoints, entering, strict=True):
        start, end = next(columns)
        product = torch.einsum("sno,sni->noi", adjoint, inputs)
        target[:, start:end] = product.flatten(1)
        start, end = next(columns)
        target[:, start:end] = adjoint[0]


def _sizes(adjoint: Tensor, inputs: Tensor) -> tuple[int, int]:
    return adjoint.shape[-1] * inputs.shape[-1], adjoint.shape[-1]


def _quantities(names: tuple[str, ...], sign: float) -> Rows:
    return lambda at: [sign * at(name) for name in names]


def _gaps(names: tuple[str, ...], targets: list[Tensor]) -> Rows:
    return lambda at: [at(name) - target for name, target in zip(names, targets, strict=True)]
