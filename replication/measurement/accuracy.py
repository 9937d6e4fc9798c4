"""Errors of a prediction against the reference solution; the only place where they are computed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

Row = dict[str, Any]
"""What `replication.measurement.table.row` takes beside run and status: condition, metric, value, unit."""


def accuracy(prediction: Mapping[str, np.ndarray], reference: Mapping[str, np.ndarray]) -> list[Row]:
    """Return relative L2 error and RMSE over all evaluation points, as rows (condition, metric, value, unit).

    With several fields the headline row takes all of them as one vector, and each field has rows of its own under
    `field=<name>`. Raises ValueError where a field is missing, has another shape or is not finite.
    """
    for name, exact in reference.items():
        if name not in prediction:
            raise ValueError(f"field {name!r} is missing from the prediction")
        if prediction[name].shape != exact.shape:
            raise ValueError(f"field {name!r} has shape {prediction[name].shape}, expected {exact.shape}")
        if not np.isfinite(prediction[name]).all():
            raise ValueError(f"field {name!r} holds values that are not finite")
    names = list(reference)
    rows = _errors("", [prediction[name] for name in names], [reference[name] for name in names])
    if len(names) > 1:
        for name in names:
            rows += _errors(f"field={name}", [prediction[name]], [reference[name]])
    return rows


def _errors(condition: str, predicted: list[np.ndarray], exact: list[np.ndarray]) -> list[Row]:
    u, v = (np.concatenate(arrays).astype(np.float64) for arrays in (predicted, exact))
    error = np.linalg.norm(u - v)
    return [
        {"condition": condition, "metric": "relative_l2", "value": float(error / np.linalg.norm(v)), "unit": "1"},
        {"condition": condition, "metric": "rmse", "value": float(error / np.sqrt(len(v))), "unit": "1"},
    ]
