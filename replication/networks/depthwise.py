"""Depthwise convolution of token grids, padded as their boundaries are."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from replication.networks.token_grid import TokenGrid

_TILE = 3
"""oneDNN's kernel for the weight gradient is fast up to 3x3; at 5x5 it takes twenty times as long."""


class _Depthwise(torch.autograd.Function):
    """Valid convolution of (B, C, H, W) by (C, 1, k, k); the weight gradient is put together from 3x3 tiles on CPUs."""

    @staticmethod
    def forward(ctx: Any, image: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(image, weight)
        return functional.conv2d(image, weight, groups=len(weight))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        image, weight = ctx.saved_tensors
        to_image, to_weight = (True, False, False), (False, True, False)
        image_gradient = _backward(gradient, image, weight, to_image)[0]
        size = weight.shape[-1]
        if size <= _TILE or image.device.type != "cpu":
            return image_gradient, _backward(gradient, image, weight, to_weight)[1]
        weight_gradient = torch.empty_like(weight)
        height, width = (points + _TILE - 1 for points in gradient.shape[-2:])
        starts = [*range(0, size - _TILE, _TILE), size - _TILE]
        for i in starts:
            for j in starts:
                part, tile = image[..., i : i + height, j : j + width], weight[..., i : i + _TILE, j : j + _TILE]
                weight_gradient[..., i : i + _TILE, j : j + _TILE] = _backward(gradient, part, tile, to_weight)[1]
        return image_gradient, weight_gradient


def _backward(gradient: Tensor, image: Tensor, weight: Tensor, wanted: tuple[bool, bool, bool]) -> Any:
    ones, zeros = [1, 1], [0, 0]
    return torch.ops.aten.convolution_backward(
        gradient, image, weight, None, ones, zeros, ones, False, zeros, len(weight), wanted
    )


class DepthwiseConvolution(nn.Module):
    """A k x k convolution of each channel for itself, (B, h, w, C) -> (B, h, w, C); weights start as in `nn.Conv2d`."""

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        self.reach = size // 2
        self.weight = nn.Parameter(torch.empty(channels, 1, size, size).uniform_(-1 / size, 1 / size))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, tokens: Tensor, grid: TokenGrid) -> Tensor:  # noqa: D102
        image = grid.pad(tokens, self.reach).permute(0, 3, 1, 2)
        with torch.autocast(tokens.device.type, enabled=False):
            convolved = _Depthwise.apply(image, self.weight.to(tokens.dtype))
        return convolved.permute(0, 2, 3, 1) + self.bias
