"""A plain vision transformer with softmax attention, as wide as WaveLiT has parameters (Dosovitskiy et al. 2021).

Non-overlapping patches, a learnt position embedding, four blocks of attention and perceptron behind layer
normalisations. Patches are 4x4, coarser on grids that would give more than 1024 of them. No wavelets, no pyramid, no
linear attention: what is left of WaveLiT without its priors. The last layer starts at zero, as WaveLiT's does.
"""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from replication.forecasting.shape import ForecastShape
from replication.networks.changes import Changes
from replication.networks.matching import matched

BLOCKS, HEADS, MOST_TOKENS = 4, 4, 1024


def patch_side(grid: tuple[int, int]) -> int:
    """Return the side of a patch in points."""
    side = 4
    while grid[0] * grid[1] > MOST_TOKENS * side**2:
        side *= 2
    return side


class Attention(nn.Module):
    """softmax(q kᵀ / √d) v over all tokens (B, N, width); heads round up, so that any width is possible."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = HEADS * -(-width // HEADS)
        self.project = nn.Linear(width, 3 * inner)
        self.merge = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:  # noqa: D102
        query, key, value = self.project(x).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        return self.merge(F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2))


class Block(nn.Module):
    """Attention, then a perceptron four times as wide, each behind its normalisation and beside a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(width), Attention(width))
        perceptron = nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        self.perceptron = nn.Sequential(nn.LayerNorm(width), *perceptron)

    def forward(self, x: Tensor) -> Tensor:  # noqa: D102
        x = x + self.attention(x)
        return x + self.perceptron(x)


class ViT(nn.Module):
    """Inputs (B, shape.inputs, H, W) -> normalised change (B, shape.fields, H, W)."""

    def __init__(self, shape: ForecastShape, width: int) -> None:
        super().__init__()
        side = patch_side(shape.grid)
        self.tokens = (shape.grid[0] // side, shape.grid[1] // side)
        self.embed = nn.Sequential(Changes(shape), nn.Conv2d(shape.inputs, width, side, stride=side))
        self.position = nn.Parameter(0.02 * torch.randn(self.tokens[0] * self.tokens[1], width))
        self.blocks = nn.Sequential(*(Block(width) for _ in range(BLOCKS)), nn.LayerNorm(width))
        self.head = nn.Linear(width, shape.fields * side**2)
        self.to_grid = nn.PixelShuffle(side)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, inputs: Tensor) -> Tensor:  # noqa: D102
        tokens = self.embed(inputs).flatten(2).transpose(1, 2) + self.position
        return self.to_grid(self.head(self.blocks(tokens)).transpose(1, 2).unflatten(2, self.tokens))


def build(shape: ForecastShape, task: Mapping[str, Any]) -> ViT:
    """Return the network for a dataset."""
    return matched(lambda width: ViT(shape, width), task["parameters"])


if __name__ == "__main__":
    from replication.forecasting.command import main

    main(build)
