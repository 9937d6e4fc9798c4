"""The error of a prediction by spatial frequency: which part of a small network's error is what it cannot resolve."""

from collections.abc import Mapping, Sequence

import numpy as np

from replication.measurement.accuracy import Row

BANDS = ("low", "mid", "high")
SMALLEST_SHARE = 1e-6
"""A reference with less than this share of its norm in a band has nothing there but rounding."""


def band_errors(
    prediction: Mapping[str, np.ndarray],
    reference: Mapping[str, np.ndarray],
    axes: Mapping[str, np.ndarray],
    coordinates: Sequence[str],
    edges: tuple[float, float],
) -> list[Row]:
    """Return the error in the low, middle and high band, each relative to the reference's own content of the band.

    Fields are given on the tensor product of `axes`, flat in C order, and are periodic along `coordinates`, whose last
    point repeats the first and is left out. Frequency |k| is the Euclidean norm of the number of periods along each of
    them; the low band has |k| < edges[0], the high one |k| >= edges[1]. By Parseval's theorem the squared norms of the
    bands add up to that of the field. Where the reference has less than 1e-6 of its norm in a band, as exact vortices
    of one frequency have, the error is taken relative to the whole reference instead. All fields count as one vector.
    """
    errors, contents = np.zeros(len(BANDS)), np.zeros(len(BANDS))
    for name, exact in reference.items():
        errors += _energies(prediction[name] - exact, axes, coordinates, edges)
        contents += _energies(exact, axes, coordinates, edges)
    scales = np.where(contents > SMALLEST_SHARE**2 * contents.sum(), contents, contents.sum())
    return [
        {"condition": f"band={band}", "metric": "band_error", "value": float(value), "unit": "1"}
        for band, value in zip(BANDS, np.sqrt(errors / scales), strict=True)
    ]


def _energies(
    field: np.ndarray, axes: Mapping[str, np.ndarray], coordinates: Sequence[str], edges: tuple[float, float]
) -> np.ndarray:
    """Return the squared norm of a field in each band."""
    periodic = [name in coordinates for name in axes]
    grid = field.reshape([len(axis) for axis in axes.values()])
    grid = grid[tuple(slice(None, -1) if repeats else slice(None) for repeats in periodic)]
    along = [index for index, repeats in enumerate(periodic) if repeats]
    spectrum = np.abs(np.fft.fftn(grid, axes=along, norm="ortho")) ** 2
    squares = np.zeros([1] * grid.ndim)
    for index in along:
        count = grid.shape[index]
        shape = [count if other == index else 1 for other in range(grid.ndim)]
        squares = squares + np.fft.fftfreq(count, 1 / count).reshape(shape) ** 2
    band = np.broadcast_to(np.digitize(np.sqrt(squares), edges), spectrum.shape)
    return np.bincount(band.ravel(), weights=spectrum.ravel(), minlength=len(BANDS))
