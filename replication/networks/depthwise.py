"""Depthwise convolution of token grids: around periodic axes, with zeros beyond the ends of others."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from replication.networks.token_grid import TokenGrid

_TILE = 3
"""oneDNN's kernel for the weight gradient is fast up to 3x3; at 5x5 it takes twenty times as long."""


class _Depthwise(torch.autograd.Function):
    """Convolution of (B, C, H, W) by (C, 1, k, k), zero-padded by so many points along each axis."""

    @staticmethod
    def forward(ctx: Any, image: Tensor, weight: Tensor, padding: tuple[int, int]) -> Tensor:
        ctx.save_for_backward(image, weight)
        ctx.padding = padding
        return functional.conv2d(image, weight, padding=padding, groups=len(weight))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        image, weight = ctx.saved_tensors

        def gradients(image: Tensor, weight: Tensor, padding: Sequence[int], wanted: list[bool]) -> Any:
            return torch.ops.aten.convolution_backward(
                gradient, image, weight, None, [1, 1], padding, [1, 1], False, [0, 0], len(weight), wanted
            )

        size = weight.shape[-1]
        if size <= _TILE or image.device.type != "cpu":
            return *gradients(image, weight, ctx.padding, [True, True, False])[:2], None
        to_image = gradients(image, weight, ctx.padding, [True, False, False])[0]
        image = functional.pad(image, (ctx.padding[1], ctx.padding[1], ctx.padding[0], ctx.padding[0]))
        height, width = (points + _TILE - 1 for points in gradient.shape[-2:])
        to_weight = torch.empty_like(weight)
        starts = [*range(0, size - _TILE, _TILE), size - _TILE]
        for i, j in product(starts, starts):
            part, tile = image[..., i : i + height, j : j + width], (..., slice(i, i + _TILE), slice(j, j + _TILE))
            to_weight[tile] = gradients(part, weight[tile], (0, 0), [False, True, False])[1]
        return to_image, to_weight, None


class DepthwiseConvolution(nn.Module):
    """A k x k convolution of each channel for itself, (B, h, w, C) -> (B, h, w, C); weights start as in `nn.Conv2d`."""

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        self.reach = size // 2
        self.weight = nn.Parameter(torch.empty(channels, 1, size, size).uniform_(-1 / size, 1 / size))

    def forward(self, tokens: Tensor, grid: TokenGrid) -> Tensor:  # noqa: D102
        image = grid.wrap(tokens, self.reach).permute(0, 3, 1, 2)
        padding = [0 if wraps else self.reach for wraps in grid.periodic]
        with torch.autocast(tokens.device.type, enabled=False):
            return _Depthwise.apply(image, self.weight.to(tokens.dtype), padding).permute(0, 2, 3, 1)
