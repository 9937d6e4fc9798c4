"""The best linear forecast from 5x5 points of the given frames, in closed form.

With x the values of all input channels on the stencil around a point, and a 1, and y the normalised
change there, the weights W minimise the sum of |W x - y|² over training points:

    W (Σ x xᵀ) = Σ y xᵀ.

Both sums are taken window by window in float64. Directions in which the inputs vary by less than 1e-5 of their largest
spread are left out (a pseudo-inverse): scalars are the same at all points of a stencil, and smooth fields nearly so.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from replication.forecasting.samples import Samples
from replication.networks.padding import PaddedConv2d, padded

SIDE = 5
WINDOWS = 128
"""Training windows that points are taken from, evenly spread over the split."""
EQUATIONS = 200
"""Points for each weight of an output channel: enough that the excess error of the fit is below a percent."""
SMALLEST = 1e-10
"""Smallest eigenvalue of Σ x xᵀ that is inverted, relative to the largest."""


def fitted(samples: Samples) -> PaddedConv2d:
    """Return the stencil that fits the samples best, as a convolution in float64 that follows `shape.py`."""
    shape = samples.shape
    unknowns = shape.inputs * SIDE**2 + 1
    batch = samples.spread(WINDOWS)
    points = len(batch.target) * shape.grid[0] * shape.grid[1]
    every = max(1, points // (EQUATIONS * unknowns))
    gram = torch.zeros(unknowns, unknowns, dtype=torch.float64)
    moment = torch.zeros(shape.fields, unknowns, dtype=torch.float64)
    for place in range(len(batch.target)):
        part = batch.part(slice(place, place + 1))
        x, y = stencils(part.inputs, shape.periodic), part.target[0].double().flatten(1)
        # another part of the points in each window, so that all come in turn
        chosen = torch.arange(place % every, x.shape[1], every)
        if part.counts is not None:
            chosen = chosen[part.counts.flatten()[chosen]]
        x, y = x[:, chosen], y[:, chosen]
        gram += x @ x.T
        moment += y @ x.T
    return _convolution(moment @ _pseudo_inverse(gram), samples)


def stencils(inputs: Tensor, periodic: tuple[bool, bool]) -> Tensor:
    """Return x (C * 25 + 1, H * W) of inputs (1, C, H, W), float64."""
    x = F.unfold(padded(inputs.double(), SIDE // 2, periodic), SIDE)[0]
    return torch.cat([x, torch.ones_like(x[:1])])


def _pseudo_inverse(gram: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(gram)
    kept = values > SMALLEST * values[-1]
    return (vectors[:, kept] / values[kept]) @ vectors[:, kept].T


def _convolution(weights: Tensor, samples: Samples) -> PaddedConv2d:
    shape = samples.shape
    convolution = PaddedConv2d(shape.inputs, shape.fields, SIDE, shape.periodic).double().requires_grad_(False)
    convolution.weight.copy_(weights[:, :-1].unflatten(1, (shape.inputs, SIDE, SIDE)))
    assert convolution.bias is not None
    convolution.bias.copy_(weights[:, -1])
    return convolution
