"""Proper orthogonal decomposition of snapshots, and the points that tell its modes apart."""

import numpy as np
import torch

from replication.problems.problem import Array
from replication.reduced_basis.interpolation import EmpiricalInterpolation


def principal_modes(snapshots: Array, share: float) -> Array:
    """Return the fewest orthonormal modes (N, r) that leave at most `share` of the energy of snapshots (N, K).

    The energy is the sum of all squares; left singular vectors leave least (Sirovich 1987, Q. Appl. Math. 45, 561-571).
    """
    vectors, values, _ = np.linalg.svd(snapshots, full_matrices=False)
    left = 1 - np.cumsum(values**2) / np.sum(values**2)
    return vectors[:, : int(np.argmax(left <= share)) + 1] if (left <= share).any() else vectors


def discrete_interpolation_points(modes: Array) -> list[int]:
    """Return the r rows at which modes (N, r) are interpolated.

    The greedy choice of DEIM is that of empirical interpolation applied to the modes in their order (Chaturantabut &
    Sorensen 2010, SIAM J. Sci. Comput. 32, 2737-2764).
    """
    interpolation = EmpiricalInterpolation()
    for mode in modes.T:
        interpolation.add(torch.as_tensor(np.ascontiguousarray(mode)))
    return interpolation.points
