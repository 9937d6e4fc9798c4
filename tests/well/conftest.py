"""Small files in The Well's format with random values, for tests of everything but the physics."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from replication.well.catalogue import SPLITS, Dataset, dataset
from replication.well.statistics import write_statistics
from replication.well.trajectory import Boundary, Trajectory
from replication.well.writer import Origin, write

ORIGIN = Origin(solver="random numbers", differs="everything", settings="{}", trajectories=(0,))


def random_trajectory(
    entry: Dataset, shape: tuple[int, int], frames: int, random: np.random.Generator, parameter: float = 1.0
) -> Trajectory:
    """White noise in every field, with a level and a scale of its own."""

    def values(fields, leading):
        return {
            name: random.normal(place, 0.5 + place, (*leading, *shape, *(2,) * order))
            for place, (name, order) in enumerate(fields.items())
        }

    boundaries = []
    for name, (dimensions, kind) in entry.boundaries.items():
        mask = np.zeros([shape[entry.dimensions.index(dimension)] for dimension in dimensions], dtype=bool)
        mask[0 if "0" in name else -1] = True
        if "0" not in name and "L" not in name:
            mask[0] = True
        boundaries.append(Boundary(name, dimensions, kind, mask))
    return Trajectory(
        axes={name: np.linspace(-1, 1, points) for name, points in zip(entry.dimensions, shape, strict=True)},
        time=0.25 * np.arange(frames) + 3.0,
        scalars={name: parameter + place for place, name in enumerate(entry.scalars)},
        fields=values(entry.fields, (frames,)),
        constant_fields={name: np.abs(field) for name, field in values(entry.constant_fields, ()).items()},
        boundaries=tuple(boundaries),
    )


@pytest.fixture
def make_set(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a set: two files of `per_file` trajectories in train, one in the other splits."""

    def make(name: str, shape: tuple[int, int] = (8, 6), frames: int = 12, per_file: int = 3) -> Path:
        entry, folder, random = dataset(name), tmp_path / "datasets" / name, np.random.default_rng(1)
        for split in SPLITS:
            for number in range(2 if split == "train" else 1):
                trajectories = [random_trajectory(entry, shape, frames, random, number + 1.0) for _ in range(per_file)]
                write(folder / "data" / split / f"{name}_{number}.hdf5", entry, per_file, trajectories, ORIGIN)
        write_statistics(folder / "stats.yaml", entry, sorted((folder / "data" / "train").glob("*.hdf5")))
        return folder

    return make
