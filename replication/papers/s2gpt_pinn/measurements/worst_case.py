"""The largest loss over the whole parameter grid against the number of neurons, and what the greedy search chose."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from replication.measurement.table import Row, row
from replication.papers.s2gpt_pinn.trained import Trained
from replication.runs.outcome import Status


def worst_case(folders: Sequence[Path]) -> list[Row]:
    """Return rows by number of neurons (`n=8`), the last of them also without condition.

    `indicator` is the largest loss that the arm itself saw, `worst_loss` the largest loss on the full grid with all
    data over *all* parameters of the sweep, `worst_loss_at_winner` that loss at the parameters with the largest
    indicator. Nothing is optimised anew: these are the coefficients of the sweeps. `selected_<name>` are the neurons'
    parameters, `point_<coordinate>` the points of the sparse set; `share_on_edge` and `share_below_middle` (along the
    first parameter, on its own scale) say where the neurons after the first stand.
    """
    return [found for folder in folders for found in _of(Trained.load(folder))]


def _of(whole: Trained) -> Iterator[Row]:
    key, arrays, meta = whole.key, whole.arrays, whole.meta
    full = meta.full_loss()
    grid = torch.as_tensor(meta.parametric.grid())
    back = torch.linalg.inv(meta.change)
    first = 0.0
    for n in range(1, whole.count + 1):
        swept, neurons = torch.as_tensor(arrays[f"swept_{n}"]), torch.as_tensor(arrays[f"coefficients_{n}"])
        padded = torch.nn.functional.pad(neurons, (0, whole.count - n))
        losses = full.value(grid[swept], padded @ back.T).numpy()
        seen = arrays[f"losses_{n}"]
        winner = int(seen.argmax())
        first = first or float(losses.max())
        values = {
            "indicator": float(seen[winner]),
            "worst_loss": float(losses.max()),
            "worst_loss_at_winner": float(losses[winner]),
            "median_loss": float(np.median(losses)),
            "indicator_optimism": float(losses.max() / seen[winner]),
            "coefficient_sum": float(neurons[winner].sum()),
        }
        for condition in [f"n={n}", *([""] if n == whole.count else [])]:
            for metric, value in values.items():
                yield row(key, Status.DONE, metric, value, "1", condition)
        for name, value in zip(meta.parametric.axes, arrays["parameters"][n - 1], strict=True):
            yield row(key, Status.DONE, f"selected_{name}", float(value), "1", f"n={n}")
    yield row(key, Status.DONE, "loss_decades", float(np.log10(first / values["worst_loss"])), "1")
    later = meta.parametric.to_unit(arrays["parameters"][1:])
    if len(later):
        on_edge = (np.isclose(later, 0) | np.isclose(later, 1)).any(axis=1)
        yield row(key, Status.DONE, "share_on_edge", float(on_edge.mean()), "1")
        yield row(key, Status.DONE, "share_below_middle", float((later[:, 0] < 0.5).mean()), "1")
    yield row(key, Status.DONE, "collocation_points", float(len(arrays["points"])), "1")
    if meta.arm.points == "grid":
        return
    for kind in ("interpolation", "residual"):
        for n, point in enumerate(arrays[f"{kind}_points"], start=1):
            for name, value in zip(meta.columns.coordinates, meta.columns.points[int(point)], strict=True):
                yield row(key, Status.DONE, f"point_{name}", float(value), "1", f"kind={kind};n={n}")
