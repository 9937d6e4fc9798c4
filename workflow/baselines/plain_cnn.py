"""A small convolutional network at full resolution: three layers of 5x5 convolutions, 32 channels wide.

It has no prior but locality, about 40 thousand parameters whatever the task asks for (it is not matched to WaveLiT's),
and was the method to beat on the mini maze. The last layer starts at zero, as WaveLiT's does: no change is forecast.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from torch import nn

from replication.forecasting.shape import ForecastShape
from replication.networks.changes import Changes
from replication.networks.padding import PaddedConv2d

WIDTH, LAYERS, KERNEL = 32, 3, 5


class PlainCNN(nn.Sequential):
    """Inputs (B, shape.inputs, H, W) -> normalised change (B, shape.fields, H, W)."""

    def __init__(self, shape: ForecastShape) -> None:
        channels = [shape.inputs] + [WIDTH] * (LAYERS - 1)
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(channels):
            layers += [PaddedConv2d(inputs, outputs, KERNEL, shape.periodic), nn.GELU()]
        head = PaddedConv2d(channels[-1], shape.fields, KERNEL, shape.periodic)
        super().__init__(Changes(shape), *layers, head)
        nn.init.zeros_(head.weight)
        nn.init.zeros_(head.bias)


def build(shape: ForecastShape, task: Mapping[str, Any]) -> PlainCNN:
    """Return the network for a dataset."""
    return PlainCNN(shape)


if __name__ == "__main__":
    from replication.forecasting.command import main

    main(build)
