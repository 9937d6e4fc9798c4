"""Errors outside the domain that a network was trained on."""

from collections.abc import Mapping

import numpy as np

from replication.measurement.accuracy import Row, accuracy
from replication.problems.problem import Array, Problem

HEADLINE = ""


def beyond(
    problem: Problem, sizes: Mapping[str, int], coordinate: str, interval: tuple[float, float]
) -> dict[str, Array]:
    """Return the axes of a grid beyond the trained domain: `coordinate` in (low + a L, low + b L], L = high - low.

    `interval` is (a, b). The other axes, and the number of points along each (`sizes`), are those of the evaluation
    grid. The begin is left out, since it belongs to the trained domain or to the domain before.
    """
    axes, _ = problem.grid(sizes)
    trained = axes[coordinate]
    begin, end = (trained[0] + share * (trained[-1] - trained[0]) for share in interval)
    return axes | {coordinate: np.linspace(begin, end, len(trained) + 1)[1:]}


def extrapolation_errors(prediction: Mapping[str, Array], reference: Mapping[str, Array], domain: str) -> list[Row]:
    """Return relative L2 error and RMSE of all fields together on a domain's grid, under `domain=<name>`."""
    return [
        row | {"condition": f"domain={domain}"}
        for row in accuracy(prediction, reference)
        if row["condition"] == HEADLINE
    ]
