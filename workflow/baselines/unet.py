"""The classic U-Net (Ronneberger, Fischer, Brox 2015, MICCAI), as wide as WaveLiT has parameters.

Two 3x3 convolutions a stage, max-pooling down, transposed convolutions up, channels doubled at every scale. Group
normalisation with a single group replaces batch normalisation, so that a forecast does not depend on its batch, and
convolutions are padded as the dataset's boundaries ask for. The last layer starts at zero, as WaveLiT's does.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from replication.forecasting.shape import ForecastShape
from replication.networks.changes import Changes
from replication.networks.matching import matched
from replication.networks.padding import PaddedConv2d
from replication.networks.u_shape import UShape, scales


class UNet(nn.Module):
    """Inputs (B, shape.inputs, H, W) -> normalised change (B, shape.fields, H, W).

    `size` is eight times the width at full resolution: in eighths, since a whole channel more is too coarse a step
    when networks of equal size are wanted.
    """

    def __init__(self, shape: ForecastShape, size: int) -> None:
        super().__init__()
        widths = [-(-(size << scale) // 8) for scale in range(scales(shape.grid))]

        def layer(inputs: int, outputs: int) -> list[nn.Module]:
            convolution = PaddedConv2d(inputs, outputs, 3, shape.periodic, bias=False)
            return [convolution, nn.GroupNorm(1, outputs), nn.ReLU()]

        def stage(inputs: int, outputs: int) -> nn.Module:
            return nn.Sequential(*layer(inputs, outputs), *layer(outputs, outputs))

        def down(inputs: int, outputs: int) -> nn.Module:
            return nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(inputs, outputs, 1))

        self.stem = nn.Sequential(Changes(shape), PaddedConv2d(shape.inputs, widths[0], 3, shape.periodic))
        self.body = UShape(widths, stage, down, up=lambda coarse, fine: nn.ConvTranspose2d(coarse, fine, 2, stride=2))
        self.head = nn.Conv2d(widths[0], shape.fields, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        self.to(memory_format=torch.channels_last)  # a quarter less time a step

    def forward(self, inputs: Tensor) -> Tensor:  # noqa: D102
        return self.head(self.body(self.stem(inputs.contiguous(memory_format=torch.channels_last))))


def build(shape: ForecastShape, task: Mapping[str, Any]) -> UNet:
    """Return the network for a dataset."""
    return matched(lambda size: UNet(shape, size), task["parameters"])


if __name__ == "__main__":
    from replication.forecasting.command import main

    main(build)
