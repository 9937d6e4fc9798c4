"""Generate a mini set: simulate its trajectories one by one, then pack them as The Well lays files out.

    base/<name>/data/{train,valid,test}/*.hdf5    one file a parameter set and split
    base/<name>/<name>.yaml                       what is in the set and the settings it was made with
    base/<name>/stats.yaml                        written last: a set without it is not whole
    base/<name>/trajectories/00007.hdf5           finished trajectories until they are packed

Every trajectory draws its randomness from (dataset, "trajectory", number, seed), see `randomness`, so neither the
number of cores nor a restart changes a bit of it.
"""

import importlib
import json
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, cast

import h5py
import numpy as np
import yaml
from threadpoolctl import threadpool_limits

from replication.errors import UserError
from replication.seeds import generator
from replication.storage.atomic import write_text
from replication.well.catalogue import SPLITS, Dataset, dataset
from replication.well.disk import state_need, told_when_full
from replication.well.statistics import write_statistics
from replication.well.trajectory import Boundary, BoundaryKind, Trajectory
from replication.well.writer import Origin, write

PROGRESS_SECONDS = 10.0


class Solver(Protocol):
    """What every module of `replication.well.solvers` offers; see that package."""

    PARAMETERS: tuple[dict[str, float], ...]
    DIFFERENCES: str
    __doc__: str
    __name__: str

    @staticmethod
    def simulate(
        shape: tuple[int, int], frames: int, parameters: Mapping[str, float], random: np.random.Generator
    ) -> Trajectory:
        """Return one trajectory."""
        ...


@dataclass(frozen=True)
class MiniSet:
    """A mini set as a preset asks for it.

    `size` is the side of the square grid with as many points (see `Dataset.shape_at`); `code` is the version of the
    code that makes it: kept trajectories of other settings or other code are made again.
    """

    name: str
    size: int
    trajectories: int
    frames: int
    seed: int = 0
    code: str = ""

    def __post_init__(self) -> None:
        if self.trajectories < len(SPLITS):
            raise UserError(
                f"{self.name}: {self.trajectories} trajectories leave a split empty; ask for at least {len(SPLITS)}"
            )
        if self.frames < 2:
            raise UserError(f"{self.name}: {self.frames} frames hold no step; ask for at least 2")

    @property
    def entry(self) -> Dataset:
        """The catalogue's entry."""
        return dataset(self.name)

    @property
    def stored_frames(self) -> int:
        """Frames of a trajectory: those asked for, at most the one period that Helmholtz has."""
        return min(self.frames, self.entry.frames) if self.name == "helmholtz_staircase" else self.frames

    @property
    def bytes(self) -> int:
        """Size of the packed set, headers aside."""
        points = int(np.prod(self.entry.shape_at(self.size)))
        channels = self.stored_frames * len(self.entry.channels) + len(self.entry.constant_channels)
        return 4 * points * channels * self.trajectories

    def split_of(self, trajectory: int) -> str:
        """Return the split: the last tenth (at least one) is test, the tenth before it valid, the rest train."""
        tenth = max(1, round(self.trajectories / 10))
        last = self.trajectories - trajectory
        return "test" if last <= tenth else "valid" if last <= 2 * tenth else "train"


def solver(name: str) -> Solver:
    """Import the solver of a dataset."""
    return cast(Solver, importlib.import_module(f"replication.well.solvers.{dataset(name).name}"))


def generate(mini: MiniSet, base: Path, cores: int = 1) -> Path:
    """Make the mini set below `base` and return its folder; a whole set of the same settings is left as it is.

    Trajectories run in `cores` processes; progress and time left go to stderr. Finished trajectories of an earlier,
    interrupted call are kept. UserError if the disk cannot hold the set.
    """
    folder = base / mini.name
    if _whole(folder, mini):
        return folder
    pending = [index for index in range(mini.trajectories) if not _kept(_part(folder, index), mini)]
    x, y = mini.entry.shape_at(mini.size)
    # until the end the trajectories are there twice: as they came and packed
    needed = mini.bytes + mini.bytes * len(pending) // mini.trajectories
    what = f"{mini.name}, {mini.trajectories} trajectories of {mini.stored_frames} frames at {x}x{y}"
    state_need(what, needed, base, "free space, or ask for a smaller size or fewer trajectories")
    progress = Progress(mini.name, len(pending))
    simulate = partial(simulate_one, mini, base)
    if cores == 1:
        for index in pending:
            simulate(index)
            progress.step()
    else:
        with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
            futures = [pool.submit(simulate, index) for index in pending]
            try:
                for future in as_completed(futures):
                    future.result()
                    progress.step()
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
    return pack(mini, base)


def simulate_one(mini: MiniSet, base: Path, index: int) -> Path:
    """Simulate trajectory `index` and keep it as a one-trajectory file of its own; return the file.

    A kept file of the same settings and code is taken as it is.
    """
    path = _part(base / mini.name, index)
    if _kept(path, mini):
        return path
    module = solver(mini.name)
    parameters = module.PARAMETERS[index % len(module.PARAMETERS)]
    random = randomness(mini, index)
    with threadpool_limits(1):  # two threads sum in another order than one
        trajectory = module.simulate(mini.entry.shape_at(mini.size), mini.stored_frames, parameters, random)
    write(path, mini.entry, 1, [trajectory], _origin(mini, index))
    return path


def randomness(mini: MiniSet, index: int) -> np.random.Generator:
    """Return the generator of a trajectory.

    Where a solver draws nothing but one of its `CHOICES`, a trajectory draws again until none of the earlier ones with
    its parameters has drawn the same: equal ones would stand in training and in test. UserError if there are no more.
    """
    module = solver(mini.name)
    choices = getattr(module, "CHOICES", None)
    if choices is None:
        return generator(mini.name, "trajectory", index, mini.seed)
    period = len(module.PARAMETERS)
    if index >= choices * period:
        raise UserError(f"{mini.name}: only {choices * period} trajectories differ; ask for no more")
    taken: set[int] = set()
    for each in range(index % period, index + 1, period):
        for attempt in count():
            again = [attempt] if attempt else []
            drawn = int(generator(mini.name, "trajectory", each, mini.seed, *again).integers(choices))
            if drawn not in taken:
                break
        taken.add(drawn)
    return generator(mini.name, "trajectory", index, mini.seed, *again)


def pack(mini: MiniSet, base: Path) -> Path:
    """Pack the kept trajectories into the files of The Well, write `stats.yaml` and remove the kept ones.

    They are removed last, so a pack that is interrupted can be repeated.
    """
    folder, entry = base / mini.name, mini.entry
    missing = [index for index in range(mini.trajectories) if not _kept(_part(folder, index), mini)]
    if missing:
        raise UserError(f"{folder}: trajectories {missing} are not simulated yet; run the generation again")
    (folder / "stats.yaml").unlink(missing_ok=True)
    shutil.rmtree(folder / "data", ignore_errors=True)
    for path, indices in _files(mini, folder).items():
        trajectories = (read(_part(folder, index), entry) for index in indices)
        write(path, entry, len(indices), trajectories, _origin(mini, *indices))
    with told_when_full(folder):
        write_text(folder / f"{mini.name}.yaml", yaml.safe_dump(_metadata(mini), sort_keys=False))
        write_statistics(folder / "stats.yaml", entry, sorted((folder / "data" / "train").glob("*.hdf5")))
    shutil.rmtree(folder / "trajectories")
    return folder


def read(path: Path, entry: Dataset, index: int = 0) -> Trajectory:
    """Read one trajectory of a file in The Well's format back."""
    with h5py.File(path, "r") as file:

        def values(fields: Mapping[str, int]) -> dict[str, np.ndarray]:
            return {name: file[f"t{order}_fields/{name}"][index] for name, order in fields.items()}

        return Trajectory(
            axes={name: file["dimensions"][name][:] for name in entry.dimensions},
            time=file["dimensions/time"][:],
            scalars={name: float(file["scalars"][name][()]) for name in entry.scalars},
            fields=values(entry.fields),
            constant_fields=values(entry.constant_fields),
            boundaries=tuple(
                Boundary(
                    name, tuple(group.attrs["associated_dims"]), BoundaryKind(group.attrs["bc_type"]), group["mask"][:]
                )
                for name, group in file["boundary_conditions"].items()
            ),
        )


class Progress:
    """Done, elapsed and left on stderr, at most every ten seconds."""

    def __init__(self, name: str, total: int) -> None:
        self.name, self.total, self.done = name, total, 0
        self.start = self.told = time.monotonic()

    def step(self) -> None:
        """Count one more."""
        self.done += 1
        now = time.monotonic()
        if now - self.told >= PROGRESS_SECONDS or self.done == self.total:
            self.told = now
            elapsed = now - self.start
            left = elapsed / self.done * (self.total - self.done)
            text = f"{self.name}: {self.done}/{self.total} trajectories in {elapsed:.0f} s, about {left:.0f} s left"
            print(text, file=sys.stderr, flush=True)


def _part(folder: Path, index: int) -> Path:
    return folder / "trajectories" / f"{index:05d}.hdf5"


def _settings(mini: MiniSet) -> str:
    """Return what one trajectory depends on; how many others there are is not among it."""
    content = asdict(mini)
    del content["trajectories"]
    return json.dumps(content, sort_keys=True)


def _metadata(mini: MiniSet) -> dict[str, Any]:
    """Return the content of `<name>.yaml`: the official keys, then those of a mini set."""
    entry, module = mini.entry, solver(mini.name)
    return {
        "dataset_name": mini.name,
        "n_spatial_dims": len(entry.dimensions),
        "spatial_resolution": list(entry.shape_at(mini.size)),
        "constant_scalar_names": list(entry.scalars),
        "field_names": list(entry.channels),
        "constant_field_names": list(entry.constant_channels),
        "boundary_condition_types": sorted({str(kind) for _, kind in entry.boundaries.values()}),
        "grid_type": "cartesian",
        "n_steps_per_trajectory": mini.stored_frames,
        "n_trajectories": {
            split: [mini.split_of(i) for i in range(mini.trajectories)].count(split) for split in SPLITS
        },
        "mini": True,
        "differs": module.DIFFERENCES,
        "settings": asdict(mini),
    }


def _origin(mini: MiniSet, *indices: int) -> Origin:
    module = solver(mini.name)
    return Origin(
        solver=f"{module.__name__}: {module.__doc__.splitlines()[0]}",
        differs=module.DIFFERENCES,
        settings=_settings(mini),
        trajectories=indices,
    )


def _kept(path: Path, mini: MiniSet) -> bool:
    """Tell whether `path` is a whole trajectory of the same settings and code; what else lies there is ignored."""
    try:
        with h5py.File(path, "r") as file:
            return bool(file.attrs.get("settings") == _settings(mini))
    except OSError:
        return False


def _whole(folder: Path, mini: MiniSet) -> bool:
    try:
        metadata = yaml.safe_load((folder / f"{mini.name}.yaml").read_text(encoding="utf-8"))
    except (FileNotFoundError, yaml.YAMLError):
        return False
    return bool(metadata == _metadata(mini)) and (folder / "stats.yaml").exists()


def _files(mini: MiniSet, folder: Path) -> dict[Path, list[int]]:
    """Return packed file -> trajectories in it."""
    parameters = solver(mini.name).PARAMETERS
    files: defaultdict[Path, list[int]] = defaultdict(list)
    for index in range(mini.trajectories):
        values = parameters[index % len(parameters)]
        suffix = "_".join(f"{name}_{value:g}" for name, value in values.items()) or "chunk_0"
        files[folder / "data" / mini.split_of(index) / f"{mini.name}_{suffix}.hdf5"].append(index)
    return dict(files)
