"""The loss of a PINN: a weighted sum of mean squared residuals, condition mismatches and distillation gaps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import ceil

import numpy as np
import torch
from torch import Tensor, nn

from replication.networks.jets import JetValues, derivatives, linear_with
from replication.networks.mlp import MLP
from replication.problems.problem import Array, Condition, Problem
from replication.training.term import RESIDUAL, Term, terms_of


@dataclass
class Objective:
    """All terms of a loss and their weights; what is drawn or computed once stands in `data` as tensors.

    A term is Σ_k Σ_i s_i r_k(x_i)² over its equations or quantities k and its points i: a mean square, since the shares
    s_i are one over the number of points. `collocation` (N, d) may be None (distillation alone has no residual). Terms
    of weight zero are left out of the sum but can still be evaluated as they are needed for measurements.
    """

    problem: Problem
    network: MLP
    collocation: Array | None
    conditions: Mapping[str, Condition]
    weights: Mapping[str, float]
    data: list[Tensor] = field(init=False)
    """For each term the shares (N,) of its points, then its batches (N, d), then its targets (N,)."""

    def __post_init__(self) -> None:
        self._terms = terms_of(self.problem, self.collocation, self.conditions)
        like = next(self.network.parameters())
        self.data = [
            torch.as_tensor(array, dtype=like.dtype, device=like.device)
            for term in self._terms
            for array in (np.full(term.size, 1 / term.size), *term.batches, *term.targets)
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the terms, in the order of `terms`."""
        return tuple(term.name for term in self._terms)

    @property
    def numbers_per_point(self) -> int:
        """How many numbers the widest layer holds of a point: values and derivatives."""
        widest = max(layer.out_features for layer in self.network.modules() if isinstance(layer, nn.Linear))
        carried = [name for term in self._terms if term.name == RESIDUAL for name in term.reads]
        return widest * len(derivatives(carried, self.problem.coordinates))

    def terms(self, flat: Tensor, data: Iterable[Tensor]) -> list[Tensor]:
        """Return every term, unweighted, at parameters `flat` (P,), on `data` or on one of its `blocks`."""
        linear = linear_with(self.network, flat)
        terms = []
        for term, shares, batches, targets in self._by_term(data):
            at = [JetValues.of(self.network, self.problem, points, term.reads, linear) for points in batches]
            terms.append(_mean_square(shares, term.rows(at, targets)))
        return terms

    def _by_term(self, data: Iterable[Tensor]) -> Iterator[tuple[Term, Tensor, list[Tensor], list[Tensor]]]:
        """Yield each term with its shares, batches and targets out of `data`."""
        remaining = iter(data)
        for term in self._terms:
            shares = next(remaining)
            yield term, shares, [*islice(remaining, len(term.batches))], [*islice(remaining, len(term.targets))]

    def blocks(self, size: int) -> list[list[Tensor]]:
        """Split `data` into blocks alike in shape, with at most `size` points of a term: terms add up over blocks.

        Where the points of a term do not divide evenly, its last one is repeated with a share of zero.
        """
        count = ceil(max(map(len, self.data)) / size)
        parts = []
        for _, shares, batches, targets in self._by_term(self.data):
            parts.append(_split(shares, count, torch.zeros_like(shares[-1:])))
            parts += [_split(tensor, count, tensor[-1:]) for tensor in (*batches, *targets)]
        return [list(block) for block in zip(*parts, strict=True)]

    def weighted(self, terms: list[Tensor]) -> Tensor:
        """Return the loss, the weighted sum of the terms."""
        return torch.stack([self.weights[name] * term for name, term in zip(self.names, terms, strict=True)]).sum()


def _mean_square(shares: Tensor, rows: Iterable[Tensor]) -> Tensor:
    return torch.stack([torch.dot(shares, row.square()) for row in rows]).sum()


def _split(tensor: Tensor, count: int, fill: Tensor) -> tuple[Tensor, ...]:
    """Split a tensor into `count` parts of one length, with as many `fill` (1, ...) at its end as that takes."""
    filled = torch.cat([tensor, fill.expand(-len(tensor) % count, *tensor.shape[1:])])
    return filled.split(len(filled) // count)
