"""The best linear forecast from 5x5 points of the given frames, in closed form.

With x the values of all fields in all given frames on the stencil around a point, and a 1, and y the normalised change
there, the weights W minimise the sum of |W x - y|² over training points:

    W (Σ x xᵀ) = Σ y xᵀ.

Both sums are taken window by window in float64. Directions in which the inputs vary by less than 1e-5 of their largest
spread are left out (a pseudo-inverse), since smooth fields are nearly the same at neighbouring points. Constant fields
and scalars are not used: linearly they could but add an offset, and one learnt from a few values of a scalar is wrong
elsewhere.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from replication.forecasting.samples import Samples
from replication.forecasting.shape import ForecastShape
from replication.networks.padding import PaddedConv2d, padded

SIDE = 5
WINDOWS = 128
"""Training windows that points are taken from, evenly spread over the split."""
EQUATIONS = 200
"""Points for each weight of an output channel: enough that the excess error of the fit is below a percent."""
SMALLEST = 1e-10
"""Smallest eigenvalue of Σ x xᵀ that is inverted, relative to the largest."""


class LinearStencil(PaddedConv2d):
    """A 5x5 convolution of the history in float64, from inputs to changes as `shape.py` says."""

    def __init__(self, shape: ForecastShape, weights: Tensor, bias: Tensor) -> None:
        super().__init__(shape.history * shape.fields, shape.fields, SIDE, shape.periodic)
        self.weight, self.bias = nn.Parameter(weights, requires_grad=False), nn.Parameter(bias, requires_grad=False)

    def forward(self, inputs: Tensor) -> Tensor:  # noqa: D102
        return super().forward(inputs[:, : self.in_channels].double())


def fitted(samples: Samples) -> LinearStencil:
    """Return the stencil that fits the samples best."""
    shape = samples.shape
    channels = shape.history * shape.fields
    unknowns = channels * SIDE**2 + 1
    batch = samples.spread(WINDOWS)
    points = len(batch.target) * shape.grid[0] * shape.grid[1]
    every = max(1, points // (EQUATIONS * unknowns))
    gram = torch.zeros(unknowns, unknowns, dtype=torch.float64)
    moment = torch.zeros(shape.fields, unknowns, dtype=torch.float64)
    for place in range(len(batch.target)):
        part = batch.part(slice(place, place + 1))
        x, y = stencils(part.inputs[:, :channels], shape.periodic), part.target[0].double().flatten(1)
        # another part of the points in each window, so that all come in turn
        chosen = torch.arange(place % every, x.shape[1], every)
        if part.counts is not None:
            chosen = chosen[part.counts.flatten()[chosen]]
        x, y = x[:, chosen], y[:, chosen]
        gram += x @ x.T
        moment += y @ x.T
    weights = moment @ _pseudo_inverse(gram)
    return LinearStencil(shape, weights[:, :-1].unflatten(1, (channels, SIDE, SIDE)), weights[:, -1])


def stencils(inputs: Tensor, periodic: tuple[bool, bool]) -> Tensor:
    """Return x (C * 25 + 1, H * W) of inputs (1, C, H, W), float64."""
    x = F.unfold(padded(inputs.double(), SIDE // 2, periodic), SIDE)[0]
    return torch.cat([x, torch.ones_like(x[:1])])


def _pseudo_inverse(gram: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(gram)
    kept = values > SMALLEST * values[-1]
    return (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
