"""Convolutions on grids of which each axis is periodic or has walls."""

import torch.nn.functional as F
from torch import Tensor, nn


def padded(x: Tensor, margin: int, periodic: tuple[bool, bool]) -> Tensor:
    """Return x (B, C, H, W) with `margin` points more at each end: wrapped on periodic axes, the edge repeated else.

    Raises RuntimeError if a periodic axis has fewer points than `margin`.
    """
    rows, columns = (margin, margin), (margin, margin)
    along_rows, along_columns = ("circular" if wraps else "replicate" for wraps in periodic)
    if along_rows == along_columns:
        return F.pad(x, (*columns, *rows), mode=along_rows)
    return F.pad(F.pad(x, (0, 0, *rows), mode=along_rows), (*columns, 0, 0), mode=along_columns)


class PaddedConv2d(nn.Conv2d):
    """A convolution of odd kernel size that keeps the grid, `padded` as the axes ask for."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, periodic: tuple[bool, bool], groups: int = 1, bias: bool = True
    ) -> None:
        super().__init__(inputs, outputs, kernel, groups=groups, bias=bias)
        self.margin, self.periodic = kernel // 2, periodic

    def forward(self, x: Tensor) -> Tensor:  # noqa: D102
        return super().forward(padded(x, self.margin, self.periodic) if self.margin else x)
