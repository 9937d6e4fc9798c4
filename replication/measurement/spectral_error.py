"""The error of a forecast by wavenumber, in The Well's three bands.

    e_b = sum_{k in b} |F(x - y)(k)|² / sum_{k in b} |F y(k)|²,   x forecast, y truth, F the discrete Fourier transform

one value a frame and channel. Wavenumbers are 2 pi fftfreq along each axis (radians a grid point) and |k| is their
Euclidean norm; edges are spaced evenly in log |k| from 2 pi / (longest side) to pi sqrt(2), and the first band begins
at 0 (the_well 1.2.0 `benchmark/metrics/spectral.py`, whose floor of 1e-7 depends on a field's units; here a band that
holds less than 1e-12 of a frame's energy is compared with that).
"""

import numpy as np
from numpy.typing import NDArray

BANDS = ("low", "middle", "high")
SMALLEST_SHARE = 1e-12


def bands(grid: tuple[int, int]) -> NDArray[np.intp]:
    """Return the number of the band of each mode, shape `grid`."""
    first, second = (2 * np.pi * np.fft.fftfreq(points) for points in grid)
    edges = np.geomspace(2 * np.pi / max(grid), np.pi * np.sqrt(2) + 1e-6, len(BANDS) + 1)
    return np.digitize(np.hypot(first[:, None], second), edges[1:-1])


def spectral_error(prediction: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return e_b for frames (..., H, W, C): shape (3, ..., C). NaN in the target (a solid) counts as 0 in both."""
    solid = np.isnan(target)
    wrong = np.where(solid, 0.0, prediction - target)
    error, content = (_energies(np.where(solid, 0.0, values)) for values in (wrong, target))
    total = content.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(error / np.maximum(content, SMALLEST_SHARE * total))


def _energies(fields: NDArray[np.floating]) -> NDArray[np.float64]:
    grid = fields.shape[-3], fields.shape[-2]
    energy = np.abs(np.fft.fft2(fields.astype(np.float64), axes=(-3, -2))) ** 2
    number = bands(grid)
    return np.stack([energy[..., number == band, :].sum(axis=-2) for band in range(len(BANDS))])
