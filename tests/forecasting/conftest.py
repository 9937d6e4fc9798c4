"""Small sets in The Well's format whose channels oscillate, for all that forecasts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from replication.forecasting.windows import publish
from replication.well.catalogue import SPLITS, Dataset, dataset
from replication.well.statistics import write_statistics
from replication.well.trajectory import Boundary, Trajectory
from replication.well.writer import Origin, write

ORIGIN = Origin(solver="standing waves", differs="everything", settings="{}", trajectories=(0,))
ANGLE = 2 * np.pi / 49
SHAPE = (16, 8)
EVALUATION = {"one_step_starts": None, "rollout_from": 17, "rollout_frames": 60}


def oscillating(entry: Dataset, frames: int, random: np.random.Generator, parameter: float) -> Trajectory:
    """Channel c is c + Re(exp(-i (angle t + c pi/2)) u(x)), so that neighbouring channels are a turning pair.

    Under the mask of a staircase there is no field; concentrations are at rest.
    """
    solid = np.zeros(SHAPE, dtype=bool)
    solid[3:5, 2:4] = "mask" in entry.constant_fields
    amplitude = random.normal(size=SHAPE) + 1j * random.normal(size=SHAPE)
    phase = np.exp(-1j * ANGLE * np.arange(frames))[:, None, None]
    fields, channel = {}, 0
    for name, order in entry.fields.items():
        values = np.empty((frames, *SHAPE, *(2,) * order))
        for component in np.ndindex(*(2,) * order):
            wave = channel + (phase * amplitude * 1j**-channel).real
            values[(..., *component)] = np.where(solid, np.nan, 1.0 if name == "concentration" else wave)
            channel += 1
        fields[name] = values
    boundaries = []
    for name, (dimensions, kind) in entry.boundaries.items():
        mask = np.zeros([SHAPE[entry.dimensions.index(dimension)] for dimension in dimensions], dtype=bool)
        mask[[0, -1]] = True
        boundaries.append(Boundary(name, dimensions, kind, mask))
    return Trajectory(
        axes={name: np.linspace(-1, 1, points) for name, points in zip(entry.dimensions, SHAPE, strict=True)},
        time=0.25 * np.arange(frames),
        scalars={name: parameter + place for place, name in enumerate(entry.scalars)},
        fields=fields,
        boundaries=tuple(boundaries),
        constant_fields={
            name: solid.astype(float) if name == "mask" else random.normal(size=SHAPE) for name in entry.constant_fields
        },
    )


@pytest.fixture
def make_set(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a set: two files of two trajectories in train, one in the other splits."""

    def make(name: str, frames: int = 24) -> Path:
        entry, folder, random = dataset(name), tmp_path / "datasets" / name, np.random.default_rng(1)
        for split in SPLITS:
            for number in range(2 if split == "train" else 1):
                trajectories = [oscillating(entry, frames, random, number + 1.0) for _ in range(2)]
                write(folder / "data" / split / f"{name}_{number}.hdf5", entry, 2, trajectories, ORIGIN)
        write_statistics(folder / "stats.yaml", entry, sorted((folder / "data" / "train").glob("*.hdf5")))
        return folder

    return make


@pytest.fixture
def published(make_set, tmp_path):
    """Return a function that makes a set and its windows: folder, published file, kept file."""

    def make(name: str, frames: int = 24, history: int = 4, **evaluation):
        folder = make_set(name, frames)
        given, kept = tmp_path / f"{name}-given.h5", tmp_path / f"{name}-kept.h5"
        publish(folder, history, EVALUATION | evaluation, given, kept)
        return folder, given, kept

    return make
