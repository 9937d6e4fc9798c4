"""The U of the U-Nets: features at every scale, coarsened and refined again, with a shortcut at each scale."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

Stage = Callable[[int, int], nn.Module]
"""Channels in, channels out -> module."""


def scales(grid: tuple[int, int], most: int = 5, fewest_points: int = 128) -> int:
    """Return how many scales, each half as fine as the last, `grid` has: at most `most`, none of fewer points.

    64x64 has 3, 256x256 has 5: a small network spends its parameters on few, wide scales.
    """
    count = 1
    while count < most and all(side % 2**count == 0 for side in grid) and grid[0] * grid[1] >= fewest_points * 4**count:
        count += 1
    return count


class UShape(nn.Module):
    """Features (B, widths[0], H, W) -> (B, widths[0], H, W), with widths[k] channels at scale k (H / 2^k, W / 2^k).

    `stage` keeps the grid, `down` halves it, `up` doubles it. On the way up, a scale's stage is given what came from
    below and, from the way down, the features of its own scale.
    """

    def __init__(self, widths: Sequence[int], stage: Stage, down: Stage, up: Stage) -> None:
        super().__init__()
        finer, coarser = widths[:-1], widths[1:]
        self.first = stage(widths[0], widths[0])
        self.down = nn.ModuleList(map(down, finer, coarser))
        self.encoder = nn.ModuleList(stage(width, width) for width in coarser)
        self.up = nn.ModuleList(map(up, coarser, finer))
        self.decoder = nn.ModuleList(stage(2 * width, width) for width in finer)

    def forward(self, x: Tensor) -> Tensor:  # noqa: D102
        features = [self.first(x)]
        for down, stage in zip(self.down, self.encoder, strict=True):
            features.append(stage(down(features[-1])))
        x = features.pop()
        for up, stage in reversed(list(zip(self.up, self.decoder, strict=True))):
            x = stage(torch.cat([up(x), features.pop()], dim=1))
        return x
