"""The Fourier neural operator (Li et al. 2021, ICLR), as wide as WaveLiT has parameters.

Four blocks v -> GELU(F⁻¹(R F v) + W v), the last without GELU, between a pointwise lifting and a pointwise projection.
Kept modes reach an eighth of the grid along each axis, a quarter of what it resolves, and at most 16. Axes that
are not periodic are lengthened by an eighth, repeating the edge, and cut back at the end. The FNO of The Well's tables
discarded what its blocks returned; here a test shows that blocks matter and that their weights have gradients. The last
layer starts at zero, as WaveLiT's does.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from replication.forecasting.shape import ForecastShape
from replication.networks.changes import Changes
from replication.networks.matching import matched

BLOCKS, MOST_MODES, PROJECTION = 4, 16, 64


class SpectralConvolution(nn.Module):
    """The product with a learnt matrix R(k) per mode, |k| < modes along each axis; all other modes become zero.

    v (B, inputs, H, W) -> (B, outputs, H, W). Coefficients are scaled by 1 / HW, so that the operator does not depend
    on the grid. R is stored as real and imaginary part, one half-plane of wave vectors: ky >= 0, since v is real.
    """

    def __init__(self, inputs: int, outputs: int, modes: tuple[int, int]) -> None:
        super().__init__()
        self.modes = modes
        spread = (2 / (inputs + outputs)) ** 0.5
        self.weight = nn.Parameter(spread * torch.randn(inputs, outputs, 2 * modes[0] - 1, modes[1], 2))

    def forward(self, v: Tensor) -> Tensor:  # noqa: D102
        rows, columns = v.shape[-2:]
        v = v.to(torch.promote_types(v.dtype, torch.float32))  # no transforms in bfloat16
        kx = torch.arange(1 - self.modes[0], self.modes[0], device=v.device) % rows
        kept = torch.fft.rfft2(v, norm="forward")[:, :, kx, : self.modes[1]]
        spectrum = kept.new_zeros(len(v), self.weight.shape[1], rows, columns // 2 + 1)
        spectrum[:, :, kx, : self.modes[1]] = torch.einsum("bixy,ioxy->boxy", kept, torch.view_as_complex(self.weight))
        return torch.fft.irfft2(spectrum, s=(rows, columns), norm="forward")


class Block(nn.Module):
    """v -> F⁻¹(R F v) + W v."""

    def __init__(self, inputs: int, outputs: int, modes: tuple[int, int]) -> None:
        super().__init__()
        self.spectral = SpectralConvolution(inputs, outputs, modes)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, v: Tensor) -> Tensor:  # noqa: D102
        return self.spectral(v) + self.pointwise(v)


class FNO(nn.Module):
    """Inputs (B, shape.inputs, H, W) -> normalised change (B, shape.fields, H, W).

    `size` is the sum of the widths between blocks, which differ by one at most: a channel more everywhere is too coarse
    a step when networks of equal size are wanted.
    """

    def __init__(self, shape: ForecastShape, size: int) -> None:
        super().__init__()
        widths = [-(-(size + place) // (BLOCKS + 1)) for place in range(BLOCKS + 1)]
        modes = tuple(max(1, min(MOST_MODES, side // 8)) for side in shape.grid)
        self.margin = tuple(0 if wraps else side // 8 for side, wraps in zip(shape.grid, shape.periodic, strict=True))
        self.lifting = nn.Sequential(Changes(shape), nn.Conv2d(shape.inputs, widths[0], 1))
        self.blocks = nn.ModuleList(Block(*pair, modes) for pair in pairwise(widths))
        self.projection = nn.Conv2d(widths[-1], PROJECTION, 1)
        self.head = nn.Conv2d(PROJECTION, shape.fields, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, inputs: Tensor) -> Tensor:  # noqa: D102
        rows, columns = inputs.shape[-2:]
        v = F.pad(self.lifting(inputs), (0, self.margin[1], 0, self.margin[0]), mode="replicate")
        for place, block in enumerate(self.blocks, start=1):
            v = block(v) if place == BLOCKS else F.gelu(block(v))
        return self.head(F.gelu(self.projection(v[..., :rows, :columns])))


def build(shape: ForecastShape, task: Mapping[str, Any]) -> FNO:
    """Return the network for a dataset."""
    return matched(lambda size: FNO(shape, size), task["parameters"])


if __name__ == "__main__":
    from replication.forecasting.command import main

    main(build)
