"""A PINN's loss as a sum of squares: its rows, and their derivatives by all weights.

A row belongs to one point, and a network treats points independently. So one backward pass from the sum of all rows to
the inputs a of every layer's activation leaves each row's own ∂r/∂a behind, and ∂r/∂W = Σ (∂r/∂a_s) h_sᵀ over the
carried derivatives s: the full Jacobian for the price of one gradient and an outer product.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from replication.networks.flat import load_flat
from replication.networks.jets import Jet, JetValues
from replication.networks.mlp import MLP
from replication.problems.problem import Array, Condition, Problem
from replication.training.term import Term, terms_of


class _Scaled(NamedTuple):
    """A term, the factor of its rows, and its batches (N, d) and targets (N,) as tensors."""

    term: Term
    scale: float
    batches: list[Tensor]
    targets: list[Tensor]


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
    _scaled: list[_Scaled] = field(init=False)

    def __post_init__(self) -> None:
        self._scaled = [
            _Scaled(
                term,
                float(np.sqrt(self.weights[term.name] / term.size)),
                [self._tensor(points) for points in term.batches],
                [self._tensor(target) for target in term.targets],
            )
            for term in terms_of(self.problem, self.collocation, self.conditions)
        ]

    def _tensor(self, array: Array) -> Tensor:
        like = self.network.low
        return torch.as_tensor(array, dtype=like.dtype, device=like.device)

    @torch.no_grad()
    def rows(self, point: Tensor) -> Tensor:
        """Return the scaled rows of all terms at weights `point` (P,): the loss is their sum of squares."""
        load_flat(self.network, point)
        result = []
        for term, scale, batches, targets in self._scaled:
            at = [JetValues.of(self.network, self.problem, points, term.reads) for points in batches]
            result.append(scale * torch.cat(term.rows(at, targets)))
        return torch.cat(result)

    def linearised(self, point: Tensor) -> tuple[Tensor, Tensor]:
        """Return `rows` and their Jacobian (rows, P) by the weights, which `point` lists as `flatten` does."""
        load_flat(self.network, point)
        result, jacobians = [], []
        for scaled in self._scaled:
            rows, jacobian = self._linearised(scaled)
            result.append(scaled.scale * rows)
            jacobians.append(jacobian.mul_(scaled.scale))
        return torch.cat(result), jacobians[0] if len(jacobians) == 1 else torch.cat(jacobians)

    def terms(self, rows: Tensor) -> dict[str, float]:
        """Return every term of the loss, unweighted, from `rows`."""
        terms = [scaled.term for scaled in self._scaled]
        parts = zip(terms, rows.split([term.count for term in terms]), strict=True)
        return {term.name: float(torch.dot(part, part)) / self.weights[term.name] for term, part in parts}

    def _linearised(self, scaled: _Scaled) -> tuple[Tensor, Tensor]:
        """Return a term's rows and their Jacobian, unscaled: the sum of what the network at each batch has in it."""
        term, _, batches, targets = scaled
        passes = [_Pass() for _ in batches]
        at = [
            JetValues.of(self.network, self.problem, points, term.reads, each.linear)
            for points, each in zip(batches, passes, strict=True)
        ]
        all_rows = term.rows(at, targets)
        first, *others = [self._jacobian(all_rows, each) for each in passes]
        for other in others:
            first += other
        return torch.cat(all_rows).detach(), first

    def _jacobian(self, all_rows: Sequence[Tensor], through: "_Pass") -> Tensor:
        width = sum(parameter.numel() for parameter in self.network.parameters())
        jacobian = all_rows[0].new_empty((len(all_rows), len(all_rows[0]), width))
        for rows, target in zip(all_rows, jacobian, strict=True):
            adjoints = torch.autograd.grad(rows.sum(), through.leaving, retain_graph=True)
            _outer_products(adjoints, through.entering, target)
        return jacobian.flatten(0, 1)


class _Pass:
    """What enters and leaves each linear layer in one pass, as (derivatives, N, units)."""

    def __init__(self) -> None:
        self.entering: list[Tensor] = []
        self.leaving: list[Tensor] = []

    def linear(self, layer: nn.Linear, jet: Jet) -> Jet:
        """Apply a layer, whose weights are no variables here, and keep both sides of it."""
        inputs = torch.stack(list(jet.values()))
        outputs = (inputs.flatten(0, 1) @ layer.weight.detach().T).view(*inputs.shape[:2], -1)
        outputs = outputs if self.leaving else outputs.requires_grad_()
        self.entering.append(inputs.detach())
        self.leaving.append(outputs)
        value, *others = outputs.unbind()
        return dict(zip(jet, [value + layer.bias.detach(), *others], strict=True))


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
