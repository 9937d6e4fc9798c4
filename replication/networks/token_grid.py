"""A grid of tokens (B, h, w, C): the channels lie last, so that every linear map is one matrix product.

Depthwise convolutions see the same memory as a channels-last image, without a copy.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class TokenGrid(nn.Module):
    """What the layers need to know of one token grid: its size, its periodic axes, its tokens' rotary phases.

    The phases turn channel pair p of a head by 2π m_p (i + 1/2)/h, the first half of a head's pairs along the first
    axis and the second half along the second; m_p is a whole number of turns over a periodic axis, so that attention
    is periodic too, and half as many over any other. Positions are fractions of the domain: the same at every scale.
    Axial rotary embedding after Su et al. 2021, arXiv 2104.09864; the frequencies are assumed, 1 to 16 turns.
    """

    phases: Tensor
    """(h w, channels/2, 2): cosine and sine."""

    def __init__(
        self,
        size: tuple[int, int],
        periodic: tuple[bool, bool],
        channels: int,
        heads: int,
        margin: tuple[int, int] = (0, 0),
    ) -> None:
        super().__init__()
        self.size, self.periodic, self.margin = size, periodic, margin
        pairs = channels // heads // 4
        turns = torch.logspace(0, 4, pairs, base=2, dtype=torch.float64).round()
        angles = []
        for points, wraps in zip(size, periodic, strict=True):
            position = (torch.arange(points, dtype=torch.float64) + 0.5) / points
            angles.append(position[:, None] * turns * (2 * math.pi if wraps else math.pi))
        along_h = angles[0][:, None].expand(*size, pairs)
        along_w = angles[1][None].expand(*size, pairs)
        angle = torch.cat([along_h, along_w], dim=-1).flatten(0, 1).repeat(1, heads)
        phases = torch.stack([angle.cos(), angle.sin()], dim=-1).to(torch.get_default_dtype())
        self.register_buffer("phases", phases, persistent=False)

    def rotate(self, x: Tensor) -> Tensor:
        """Turn the channel pairs of x (B, h w, C), float32 or float64."""
        pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * torch.view_as_complex(self.phases)).flatten(-2)

    def wrap(self, tokens: Tensor, reach: int) -> Tensor:
        """Extend tokens (B, h, w, C) around the periodic axes, by `reach` at both ends."""
        for axis, wraps in enumerate(self.periodic, start=1):
            if wraps:
                size = tokens.shape[axis]
                low, high = tokens.narrow(axis, 0, reach), tokens.narrow(axis, size - reach, reach)
                tokens = torch.cat([high, tokens, low], dim=axis)
        return tokens

    def gather(self, fine: Tensor) -> Tensor:
        """Gather blocks of 2x2 tokens (B, H, W, C) of the next finer grid into this grid's (B, h, w, 4C).

        Token k covers the fine tokens 2k - margin and 2k + 1 - margin (`WaveletTransform.margin`); zeros fill in.
        """
        return coarsen(fine, self.size, self.margin)

    def spread(self, tokens: Tensor, finer: "TokenGrid") -> Tensor:
        """Undo `gather`: (B, h, w, 4C) -> (B, H, W, C)."""
        return refine(tokens, finer.size, self.margin)


def coarsen(tokens: Tensor, size: tuple[int, int], margin: tuple[int, int] = (0, 0)) -> Tensor:
    """Gather blocks of 2x2 tokens (B, h, w, C) into the tokens (B, *size, 4C) of the next coarser grid.

    Coarse token k covers the fine tokens 2k - margin and 2k + 1 - margin (`WaveletTransform.margin`); zeros fill in.
    """
    after = [2 * points - fine - before for points, fine, before in zip(size, tokens.shape[1:3], margin, strict=True)]
    if any((*margin, *after)):
        tokens = functional.pad(tokens, (0, 0, margin[1], after[1], margin[0], after[0]))
    blocks = tokens.unflatten(2, (size[1], 2)).unflatten(1, (size[0], 2))
    return blocks.transpose(2, 3).flatten(3)


def refine(tokens: Tensor, size: tuple[int, int], margin: tuple[int, int] = (0, 0)) -> Tensor:
    """Undo `coarsen`: (B, h, w, 4C) -> (B, *size, C)."""
    blocks = tokens.unflatten(3, (2, 2, -1)).transpose(2, 3)
    fine = blocks.flatten(3, 4).flatten(1, 2)
    return fine[:, margin[0] : margin[0] + size[0], margin[1] : margin[1] + size[1]]
