"""Many claims in one paper: Holm's adjustment of their p-values."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def adjusted(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return Holm's adjusted p-values, in the order given (Holm 1979).

    The i-th smallest of m becomes max over j <= i of (m - j + 1) p_(j), at most 1. Taking those at most 0.05 for
    conclusions keeps the chance of a single wrong one in the whole paper at 5 %.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    steps = (p.size - np.arange(p.size)) * p[order]
    result = np.empty_like(p)
    result[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return result
