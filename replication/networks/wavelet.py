"""The orthonormal discrete wavelet transform of a field on a grid, several levels deep, and its exact inverse.

One step along one axis, with scaling filter h of L taps and wavelet filter g_i = (-1)^i h_{L-1-i}:

    a_k = Σ_i h_i x_{2k+o+i},    d_k = Σ_i g_i x_{2k+o+i},    x_n = Σ_k h_{n-2k-o} a_k + g_{n-2k-o} d_k.

- Boundary `periodised`: indices wrap around, o = 1 - L/2. As many coefficients as points, an orthogonal map (Parseval).
- Boundary `symmetric`: the field is mirrored about its end faces, o = 2 - L. There are L/2 - 1 more coefficients, the
  inverse is still exact, but the map is no longer orthogonal.

Both are PyWavelets' (modes `periodization` and `symmetric`), phases included; for Haar they are the same.
Sources: Daubechies 1992, Ten Lectures on Wavelets, chapters 5 and 6; Mallat 1989, IEEE PAMI 11:674.
"""

from dataclasses import dataclass
from functools import cache
from math import comb
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from replication.errors import UserError

Boundary = Literal["periodised", "symmetric"]

VANISHING_MOMENTS = {"haar": 1, "db2": 2, "db4": 4}
"""Vanishing moments of the wavelets known by name; a filter has twice as many taps."""


@cache
def scaling_filter(wavelet: str) -> tuple[float, ...]:
    """Return the extremal-phase Daubechies filter with p vanishing moments, 2p taps, Σ h = √2.

    h(z) is (1 + z)^p times the factors (z - z_i) of the half-band polynomial's roots inside the unit circle, where
    y = (2 - z - 1/z)/4 are the roots of Σ_k C(p-1+k, k) y^k (Daubechies 1992, section 6.1).
    """
    moments = VANISHING_MOMENTS[wavelet]
    polynomial = np.poly1d([1.0])
    for y in np.roots([comb(moments - 1 + k, k) for k in reversed(range(moments))]):
        pair = np.roots([1, 4 * y - 2, 1])
        polynomial *= np.poly1d([1.0, -pair[np.argmin(abs(pair))]])
    polynomial *= np.poly1d([1.0, 1.0]) ** moments
    taps = np.real(polynomial.coeffs)
    return tuple(taps * np.sqrt(2) / taps.sum())


@dataclass(frozen=True)
class Coefficients:
    """A Mallat decomposition; `details[j - 1]` is level j, (..., 3, h_j, w_j), its bands low-high, high-low, high-high.

    Band names go by axes: low-high is smooth along H and detail along W.
    """

    approximation: Tensor
    """The smooth rest at the last level, (..., h_J, w_J)."""
    details: list[Tensor]


@dataclass(frozen=True)
class WaveletTransform:
    """A transform over the last two axes of a tensor (..., H, W), of any floating type, on any device."""

    wavelet: str = "haar"
    levels: int = 2
    boundary: tuple[Boundary, Boundary] = ("periodised", "periodised")
    """Of both axes."""

    @property
    def taps(self) -> int:
        """Filter length L."""
        return 2 * VANISHING_MOMENTS[self.wavelet]

    @property
    def orthogonal(self) -> bool:
        """Whether Parseval's identity holds."""
        return self.taps == 2 or self.boundary == ("periodised", "periodised")

    def margin(self, axis: int) -> int:
        """Return how many coefficients a step along an axis (0 or 1) has beyond half the points."""
        return self.taps // 2 - 1 if self.boundary[axis] == "symmetric" else 0

    def grids(self, grid: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the coefficients' grid at levels 1 to J. UserError where a level cannot be halved."""
        found = [grid]
        for level in range(self.levels):
            for axis, name in enumerate("HW"):
                points = found[-1][axis]
                # a symmetric boundary may meet odd lengths below the first level, the inverse then drops a point
                if points < 2 or (points % 2 and (level == 0 or not self.margin(axis))):
                    raise UserError(
                        f"grid {grid[0]}x{grid[1]}: {self.levels} levels of {self.wavelet} halve each axis as often, "
                        f"but {points} points along {name} cannot be halved at level {level + 1}; "
                        "take another size or fewer levels"
                    )
            halved = [(points + 1) // 2 + self.margin(axis) for axis, points in enumerate(found[-1])]
            found.append((halved[0], halved[1]))
        return found[1:]

    def split(self, field: Tensor) -> Tensor:
        """Apply one step: (..., H, W) -> (..., 4, h, w), the smooth band first, then the three of `Coefficients`."""
        if self.taps == 2:
            return _haar_split(field)
        rows = _analyse(field, self.wavelet, -2, self.boundary[0])
        return torch.stack([band for half in rows for band in _analyse(half, self.wavelet, -1, self.boundary[1])], -3)

    def merge(self, bands: Tensor) -> Tensor:
        """Invert `split`: (..., 4, h, w) -> (..., H, W)."""
        if self.taps == 2:
            return _haar_merge(bands)
        ll, lh, hl, hh = bands.unbind(-3)
        low = _synthesise(ll, lh, self.wavelet, -1, self.boundary[1])
        high = _synthesise(hl, hh, self.wavelet, -1, self.boundary[1])
        return _synthesise(low, high, self.wavelet, -2, self.boundary[0])

    def analyse(self, field: Tensor) -> Coefficients:
        """Return the Mallat decomposition of (..., H, W)."""
        approximation, details = field, []
        for _ in range(self.levels):
            bands = self.split(approximation)
            approximation, detail = bands[..., 0, :, :], bands[..., 1:, :, :]
            details.append(detail)
        return Coefficients(approximation, details)

    def synthesise(self, coefficients: Coefficients) -> Tensor:
        """Invert `analyse`."""
        approximation = coefficients.approximation
        for detail in reversed(coefficients.details):
            # above an odd length the inverse has one point too many
            approximation = approximation[..., : detail.shape[-2], : detail.shape[-1]]
            approximation = self.merge(torch.cat([approximation.unsqueeze(-3), detail], dim=-3))
        return approximation

    def analyse_packet(self, field: Tensor) -> Tensor:
        """Return the full packet decomposition, every band split at every level: (..., H, W) -> (..., 4^J, h, w)."""
        bands = field.unsqueeze(-3)
        for _ in range(self.levels):
            bands = self.split(bands).flatten(-4, -3)
        return bands

    def synthesise_packet(self, bands: Tensor, grid: tuple[int, int]) -> Tensor:
        """Invert `analyse_packet` for a field on `grid`."""
        for height, width in reversed([grid, *self.grids(grid)[:-1]]):
            bands = self.merge(bands.unflatten(-3, (-1, 4)))[..., :height, :width]
        return bands.squeeze(-3)


def _haar_split(field: Tensor) -> Tensor:
    pairs = field.unflatten(-1, (-1, 2)).unflatten(-3, (-1, 2))
    top, bottom = pairs[..., 0, :, :], pairs[..., 1, :, :]
    smooth, detail = (top + bottom) / 2, (top - bottom) / 2
    bands = [half[..., 0] + sign * half[..., 1] for half in (smooth, detail) for sign in (1, -1)]
    return torch.stack(bands, dim=-3)


def _haar_merge(bands: Tensor) -> Tensor:
    ll, lh, hl, hh = (bands / 2).unbind(-3)
    top = torch.stack([ll + lh + hl + hh, ll - lh + hl - hh], dim=-1).flatten(-2)
    bottom = torch.stack([ll + lh - hl - hh, ll - lh - hl + hh], dim=-1).flatten(-2)
    return torch.stack([top, bottom], dim=-2).flatten(-3, -2)


@cache
def _filters(wavelet: str, dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return the filters as one matrix of analysis (L, band) and one of synthesis (band, L/2, phase)."""
    low = np.array(scaling_filter(wavelet))
    high = low[::-1] * (-1.0) ** np.arange(len(low))
    # What is kept here serves training too, although a validation may be the first to ask for it.
    with torch.inference_mode(False):
        both = torch.tensor(np.stack([low, high]), dtype=dtype, device=device)
        # output 2r + phase takes tap 2(r - k) + phase of coefficient k, and k runs upwards in a window
        return both.T.contiguous(), both.unflatten(1, (-1, 2)).flip(1)


def _analyse(field: Tensor, wavelet: str, axis: int, boundary: Boundary) -> tuple[Tensor, Tensor]:
    field = field.movedim(axis, -1)
    analysis, _ = _filters(wavelet, field.dtype, field.device)
    taps, points = len(analysis), field.shape[-1]
    if boundary == "periodised":
        indices = torch.arange(1 - taps // 2, points - 1 + taps // 2, device=field.device) % points
    else:
        indices = torch.arange(2 - taps, 2 * ((points + taps - 1) // 2), device=field.device) % (2 * points)
        indices = torch.minimum(indices, 2 * points - 1 - indices)
    bands = field.index_select(-1, indices).unfold(-1, taps, 2) @ analysis
    return bands[..., 0].movedim(-1, axis), bands[..., 1].movedim(-1, axis)


def _synthesise(low: Tensor, high: Tensor, wavelet: str, axis: int, boundary: Boundary) -> Tensor:
    bands = torch.stack([low, high], dim=-1).movedim(axis - 1, -1)
    _, synthesis = _filters(wavelet, bands.dtype, bands.device)
    half, count = synthesis.shape[1], bands.shape[-1]
    if boundary == "periodised":
        bands = bands.index_select(-1, torch.arange(1 - half, count, device=bands.device) % count)
    windows = bands.unfold(-1, half, 1)  # (..., band, r, k)
    field = torch.einsum("...brk,bkp->...rp", windows, synthesis).flatten(-2)
    if boundary == "periodised":
        field = field.roll(1 - half, dims=-1)
    return field.movedim(-1, axis)
