"""The loss of a PINN: a weighted sum of mean squared residuals, condition mismatches and distillation gaps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil

import numpy as np
import torch
from torch import Tensor, nn

from replication.networks.jets import JetValues, Names, carry, derivatives, linear_with
from replication.networks.mlp import MLP
from replication.problems.problem import Array, Condition, Periodic, Problem

RESIDUAL = "residual"
DISTILLATION = "distillation"


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
    """For each term the shares (N,) of its points, the points (N, d), and partners (N, d) or targets (N,)."""

    def __post_init__(self) -> None:
        self._read = Names.read_by(self.problem)
        arrays: list[Array] = []
        self._shares = set()
        for points, beside in self._drawn():
            self._shares.add(len(arrays))
            arrays += [np.full(len(points), 1 / len(points)), points, *beside]
        like = next(self.network.parameters())
        self.data = [torch.as_tensor(array, dtype=like.dtype, device=like.device) for array in arrays]

    def _drawn(self) -> Iterator[tuple[Array, list[Array]]]:
        """Yield the points of each term, and what belongs to them."""
        if self.collocation is not None:
            yield self.collocation, []
        for condition in self.conditions.values():
            if isinstance(condition, Periodic):
                yield condition.points, [condition.partners]
            else:
                yield condition.points, [np.asarray(target).ravel() for target in condition.values.values()]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the terms, in the order of `terms`."""
        return (() if self.collocation is None else (RESIDUAL,)) + tuple(self.conditions)

    @property
    def numbers_per_point(self) -> int:
        """How many numbers the widest layer holds of a point: values and derivatives."""
        widest = max(layer.out_features for layer in self.network.modules() if isinstance(layer, nn.Linear))
        carried = () if self.collocation is None else self._read
        return widest * len(derivatives(carried, self.problem.coordinates))

    def terms(self, flat: Tensor, data: Iterable[Tensor]) -> list[Tensor]:
        """Return every term, unweighted, at parameters `flat` (P,), on `data` or on one of its `blocks`."""
        linear = linear_with(self.network, flat)

        def values(points: Tensor, quantities: Iterable[str]) -> JetValues:
            coordinates = self.problem.coordinates
            jet = carry(self.network, points, coordinates, derivatives(quantities, coordinates), linear)
            return JetValues(jet, points, coordinates, self.problem.fields)

        remaining = iter(data)
        terms = []
        if self.collocation is not None:
            shares, points = next(remaining), next(remaining)
            terms.append(_mean_square(shares, self.problem.residual(values(points, self._read)).values()))
        for condition in self.conditions.values():
            shares, points = next(remaining), next(remaining)
            if isinstance(condition, Periodic):
                at, partner = (values(where, condition.quantities) for where in (points, next(remaining)))
                gaps = [at(name) - partner(name) for name in condition.quantities]
            else:
                at = values(points, condition.values)
                gaps = [at(name) - next(remaining) for name in condition.values]
            terms.append(_mean_square(shares, gaps))
        return terms

    def blocks(self, size: int) -> list[list[Tensor]]:
        """Split `data` into blocks alike in shape, with at most `size` points of a term: terms add up over blocks.

        Where the points of a term do not divide evenly, its last one is repeated with a share of zero.
        """
        count = ceil(max(map(len, self.data)) / size)
        parts = []
        for place, tensor in enumerate(self.data):
            last = tensor[-1:].expand(-len(tensor) % count, *tensor.shape[1:])
            filled = torch.cat([tensor, torch.zeros_like(last) if place in self._shares else last])
            parts.append(filled.split(len(filled) // count))
        return [list(block) for block in zip(*parts, strict=True)]

    def weighted(self, terms: list[Tensor]) -> Tensor:
        """Return the loss, the weighted sum of the terms."""
        return torch.stack([self.weights[name] * term for name, term in zip(self.names, terms, strict=True)]).sum()


def _mean_square(shares: Tensor, rows: Iterable[Tensor]) -> Tensor:
    return torch.stack([torch.dot(shares, row.square()) for row in rows]).sum()
