"""Fields into the numbers that tokens are made of, one grid a scale, and back; nothing here is learned.

`split` gives one channels-last array (B, h_j, w_j, K_j) a scale, finest first; `join` takes arrays of the same grids
back to a field. Bands of level j are divided by 2^j, the smooth band's gain, so that all are in units of the field.
"""

from typing import Protocol

import torch
from torch import Tensor

from replication.errors import UserError
from replication.networks.token_grid import coarsen, refine
from replication.networks.wavelet import WaveletTransform
from replication.networks.wavelit_settings import WaveLiTNetwork

Grid = tuple[int, int]


class Tokenizer(Protocol):
    """Splits fields (B, C, H, W) into arrays, one a scale, and joins arrays to a field."""

    grids: list[Grid]
    """Token grids, finest first."""
    margin: Grid
    """How far each grid reaches over the next finer one (`coarsen`)."""

    def inputs(self, channels: int) -> list[int]:
        """Return how many numbers a token has at each scale when a field of so many channels is split."""
        ...

    def outputs(self, channels: int) -> list[int]:
        """Return how many numbers a token must have at each scale to join to a field of so many channels."""
        ...

    def split(self, field: Tensor) -> list[Tensor]:
        """Return the arrays of a field (B, C, H, W)."""
        ...

    def join(self, arrays: list[Tensor]) -> Tensor:
        """Return the field (B, C, H, W) of arrays."""
        ...


def _bands_last(bands: Tensor) -> Tensor:
    """(B, C, bands, h, w) -> (B, h, w, C bands)."""
    return bands.flatten(1, 2).permute(0, 2, 3, 1)


def _bands_apart(array: Tensor, count: int) -> Tensor:
    """Undo `_bands_last`."""
    return array.permute(0, 3, 1, 2).unflatten(1, (-1, count))


class MallatTokenizer:
    """Scale j is split into all four bands of level j: the details found there alone, and what they are details of.

    It is joined from the details of each scale and the smooth band of the coarsest: as many numbers as the field has.
    """

    def __init__(self, transform: WaveletTransform, grid: Grid) -> None:
        self._transform, self.grids = transform, transform.grids(grid)
        self.margin = transform.margin(0), transform.margin(1)

    def inputs(self, channels: int) -> list[int]:  # noqa: D102
        return [4 * channels for _ in self.grids]

    def outputs(self, channels: int) -> list[int]:  # noqa: D102
        return [3 * channels for _ in self.grids[1:]] + [4 * channels]

    def split(self, field: Tensor) -> list[Tensor]:  # noqa: D102
        arrays = []
        for _ in self.grids:
            bands = self._transform.split(field) / 2
            arrays.append(_bands_last(bands))
            field = bands[:, :, 0]
        return arrays

    def join(self, arrays: list[Tensor]) -> Tensor:  # noqa: D102
        *fine, coarse = arrays
        field = self._transform.merge(2 * _bands_apart(coarse, 4))
        for array in reversed(fine):
            details = _bands_apart(array, 3)
            smooth = field[:, :, None, : details.shape[-2], : details.shape[-1]]
            field = self._transform.merge(2 * torch.cat([smooth, details], dim=2))
        return field


class GatheredTokenizer:
    """The same Mallat coefficients, each once, gathered on the grid of the coarsest scale."""

    def __init__(self, mallat: MallatTokenizer) -> None:
        self._mallat, self.grids, self.margin = mallat, mallat.grids[-1:], mallat.margin

    def inputs(self, channels: int) -> list[int]:  # noqa: D102
        return self.outputs(channels)

    def outputs(self, channels: int) -> list[int]:  # noqa: D102
        return [channels * 4 ** len(self._mallat.grids)]

    def split(self, field: Tensor) -> list[Tensor]:  # noqa: D102
        *fine, gathered = self._mallat.split(field)
        for level, array in enumerate(fine):
            details = array.unflatten(-1, (-1, 4))[..., 1:].flatten(-2)
            for grid in self._mallat.grids[level + 1 :]:
                details = coarsen(details, grid, self.margin)
            gathered = torch.cat([gathered, details], dim=-1)
        return [gathered]

    def join(self, arrays: list[Tensor]) -> Tensor:  # noqa: D102
        grids = self._mallat.grids
        channels = arrays[0].shape[-1] // 4 ** len(grids)
        sizes = [3 * channels * 4 ** (len(grids) - level) for level in range(1, len(grids))]
        coarse, *fine = arrays[0].split([4 * channels, *sizes], dim=-1)
        for level, details in enumerate(fine):
            for grid in reversed(grids[level:-1]):
                details = refine(details, grid, self.margin)
            fine[level] = details
        return self._mallat.join([*fine, coarse])


class PacketTokenizer:
    """All 4^J bands of the packet transform on the one grid of level J."""

    def __init__(self, transform: WaveletTransform, grid: Grid) -> None:
        self._transform, self._grid, self._gain = transform, grid, 2**transform.levels
        self.grids, self.margin = transform.grids(grid)[-1:], (0, 0)

    def inputs(self, channels: int) -> list[int]:  # noqa: D102
        return self.outputs(channels)

    def outputs(self, channels: int) -> list[int]:  # noqa: D102
        return [channels * self._gain**2]

    def split(self, field: Tensor) -> list[Tensor]:  # noqa: D102
        return [_bands_last(self._transform.analyse_packet(field) / self._gain)]

    def join(self, arrays: list[Tensor]) -> Tensor:  # noqa: D102
        bands = self._gain * _bands_apart(arrays[0], self._gain**2)
        return self._transform.synthesise_packet(bands, self._grid)


class PatchTokenizer:
    """Patches of 2^j x 2^j points instead of wavelet bands, the field being the sum of what all scales give."""

    margin = (0, 0)

    def __init__(self, levels: int, grid: Grid, scales: int) -> None:
        if any(points % 2**levels for points in grid):
            raise UserError(
                f"grid {grid[0]}x{grid[1]}: patches of {2**levels} points do not fill it; "
                "take another size or fewer levels"
            )
        self._sizes = [(grid[0] >> level, grid[1] >> level) for level in range(levels + 1)]
        self._levels = range(levels + 1 - scales, levels + 1)
        self.grids = [self._sizes[level] for level in self._levels]

    def inputs(self, channels: int) -> list[int]:  # noqa: D102
        return self.outputs(channels)

    def outputs(self, channels: int) -> list[int]:  # noqa: D102
        return [channels * 4**level for level in self._levels]

    def split(self, field: Tensor) -> list[Tensor]:  # noqa: D102
        array, arrays = field.permute(0, 2, 3, 1), []
        for size in self._sizes[1:]:
            array = coarsen(array, size)
            arrays.append(array)
        return arrays[-len(self.grids) :]

    def join(self, arrays: list[Tensor]) -> Tensor:  # noqa: D102
        fields = []
        for level, array in zip(self._levels, arrays, strict=True):
            for size in reversed(self._sizes[:level]):
                array = refine(array, size)
            fields.append(array)
        return torch.stack(fields).sum(dim=0).permute(0, 3, 1, 2)


def tokenizer(grid: Grid, periodic: tuple[bool, bool], settings: WaveLiTNetwork) -> Tokenizer:
    """Return the tokenizer that the settings ask for. UserError where the grid does not fit."""
    if settings.tokenizer == "patch":
        return PatchTokenizer(settings.levels, grid, settings.scales)
    boundary_h, boundary_w = ("periodised" if wraps else settings.boundary for wraps in periodic)
    transform = WaveletTransform(settings.wavelet, settings.levels, (boundary_h, boundary_w))
    if settings.layout == "packet":
        return PacketTokenizer(transform, grid)
    mallat = MallatTokenizer(transform, grid)
    return GatheredTokenizer(mallat) if settings.pyramid == "single" else mallat
