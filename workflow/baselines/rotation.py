"""The solution of helmholtz_staircase: a step turns (pressure_re, pressure_im) by one angle, everywhere and always.

Fields are U(t, x) = u(x) exp(-i omega t), stored at times whose spacing is proportional to 1 / omega. With
z = pressure_re + i pressure_im, the angle φ that minimises the sum of |z(t + 1) - exp(-iφ) z(t)|² over the training
split is -arg Σ conj(z(t)) z(t + 1). One parameter; what it leaves is the rounding of the data.
"""

import cmath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replication.forecasting.command import untrained
from replication.forecasting.rollout import Step
from replication.forecasting.samples import WHOLE
from replication.well.reader import WellReader


def angle(folder: Path) -> float:
    """Return φ in radians, fitted to the training split of the dataset in `folder`, in float64."""
    total = 0j
    for sample in WellReader(folder, "train", inputs=1, outputs=WHOLE, rollout_from=1):
        frames = np.concatenate([sample["input_fields"], sample["output_fields"]]).astype(np.float64)
        z = np.nan_to_num(frames[..., 0] + 1j * frames[..., 1])  # NaN inside the staircase
        total += np.vdot(z[:-1], z[1:])
    return -cmath.phase(total)


def turned(fields: NDArray[np.floating], phi: float) -> NDArray[np.floating]:
    """Return exp(-iφ) z for fields (..., 2), real and imaginary part of z."""
    cosine, sine = np.cos(phi), np.sin(phi)
    return fields @ np.array([[cosine, -sine], [sine, cosine]], dtype=fields.dtype)


def prepare(task: Mapping[str, Any]) -> Step:
    """Fit the angle, and return the step."""
    phi = angle(Path(task["data"]))
    return lambda given: turned(given.history[:, -1], phi)


if __name__ == "__main__":
    untrained(prepare)
