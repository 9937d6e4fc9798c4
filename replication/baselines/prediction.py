"""Says what is wrong with a prediction before anything is computed from it: names, shapes, finite values."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from replication.baselines.task import Task

Shapes = Mapping[str, tuple[int, ...]]
LARGEST = 1e100
"""Squares of values far beyond it are not finite, and neither is any error."""


def fault(file: Path, task: Task) -> str | None:
    """Return the first thing that is wrong with a prediction file in one line, or None."""
    if not file.is_file():
        return f"{file.name} was not written"
    expected = expected_shapes(task)
    try:
        found = read(file)
    except Exception as error:  # whatever a library makes of a stranger's bytes
        return f"{file.name} cannot be read: {' '.join(str(error).split())}"
    for name, shape in expected.items():
        if name not in found:
            return f"{file.name}: {name} is missing; expected {', '.join(expected)}"
        if found[name].shape != shape:
            return f"{file.name}: {name} has shape {found[name].shape}, expected {shape}"
        if not np.issubdtype(found[name].dtype, np.floating):
            return f"{file.name}: {name} holds {found[name].dtype}, expected float64 or float32"
        if not np.isfinite(found[name]).all():
            return f"{file.name}: {name} holds values that are not finite"
        if (np.abs(found[name]) > LARGEST).any():
            return f"{file.name}: {name} holds values beyond {LARGEST:.0e}"
    return None


def read(file: Path) -> dict[str, np.ndarray]:
    """Read the arrays of a prediction by name. Raises what numpy and h5py do where that cannot be done."""
    if file.suffix == ".h5":
        import h5py

        with h5py.File(file) as forecast:
            return {name: forecast[name][:] for name in forecast}
    with np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def expected_shapes(task: Task, root: Path = Path()) -> Shapes:
    """Return what a task asks for: (N,) a field, or forecasts (N, H, W, C) of one step and (M, S, H, W, C) of many.

    `root` is the working directory that the task's paths begin at.
    """
    evaluation = root / task.settings["evaluation"]
    if evaluation.suffix == ".h5":
        import h5py

        with h5py.File(evaluation) as published:
            (one, *_, height, width, channels) = published["one_step/history"].shape
            rollouts, steps = published["rollout/history"].shape[0], int(published.attrs["rollout_steps"])
        frame = (height, width, channels)
        return {"one_step": (one, *frame), "rollout": (rollouts, steps, *frame)}
    with np.load(evaluation, allow_pickle=False) as published:
        return dict.fromkeys(task.content["fields"], (len(published["points"]),))
