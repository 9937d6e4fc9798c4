"""Variance-scaled root mean square error, The Well's score.

    VRMSE = sqrt( <(x - y)²> / (std(y)² + 1e-7) ),   x prediction, y target

means and the unbiased standard deviation over space alone, one value a frame and channel (Ohana et al. 2024,
arXiv 2412.00568, appendix; the_well 1.2.0 `benchmark/metrics/spatial.py`, whose floor 1e-7 is fixed). The mean of y
scores sqrt((N - 1)/N) on N points.
"""

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-7


def vrmse(
    prediction: NDArray[np.floating],
    target: NDArray[np.floating],
    spatial_dimensions: int = 2,
    mask: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Return the VRMSE of each frame and channel, in float64.

    Args:
        prediction: shape (..., *S, C), S the `spatial_dimensions` grid axes.
        target: same shape.
        spatial_dimensions: number of grid axes.
        mask: shape S, true where the target holds no field (a solid); such points are left out of both means.

    Returns:
        Shape (..., C).
    """
    if prediction.shape != target.shape:
        raise ValueError(f"prediction has shape {prediction.shape}, target {target.shape}")
    grid = target.shape[-spatial_dimensions - 1 : -1]
    leading = target.shape[: target.ndim - spatial_dimensions - 1]
    x, y = (values.astype(np.float64).reshape(*leading, -1, target.shape[-1]) for values in (prediction, target))
    if mask is not None:
        kept = ~np.broadcast_to(mask, grid).ravel()
        x, y = x[..., kept, :], y[..., kept, :]
    error = ((x - y) ** 2).mean(axis=-2)
    return np.asarray(np.sqrt(error / (y.var(axis=-2, ddof=1) + FLOOR)))
