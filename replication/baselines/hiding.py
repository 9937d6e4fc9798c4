"""Replaces by noise, in a folder where a baseline is checked, what a method must not read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from replication import layout
from replication.baselines.place import Place
from replication.baselines.task import Task


def hide_the_answer(place: Place) -> None:
    """Replace every value of the references, and of the test part of datasets of The Well, by noise."""
    random = np.random.default_rng(1)
    for file in (place.folder / layout.DATA / layout.REFERENCES).rglob("*.npz"):
        with np.load(file) as arrays:
            known = ("points", "axis_")
            noise = {
                name: array if name.startswith(known) else random.normal(size=array.shape)
                for name, array in arrays.items()
            }
        np.savez(file, **noise)
    for pattern in (f"{layout.REFERENCES}/**/*.h5", "**/test/*.hdf5"):
        for file in (place.folder / layout.DATA).glob(pattern):
            _fill(file, lambda name: name.startswith(("t0_fields", "t1_fields", "t2_fields", "one_step", "rollout")))


def hide_other_windows(place: Place) -> None:
    """Replace every second window by noise; the forecasts of those between must stay."""
    task = Task.read(place.folder / place.task)
    _fill(place.folder / task.settings["evaluation"], lambda name: name.endswith("/history"), slice(1, None, 2))


def _fill(file: Path, chosen: Callable[[str], bool], part: slice = slice(None)) -> None:
    import h5py

    random = np.random.default_rng(1)

    def noise(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset) and node.ndim and node.dtype.kind == "f" and chosen(name):
            node[part] = random.normal(size=node[part].shape)

    with h5py.File(file, "r+") as stored:
        stored.visititems(noise)
