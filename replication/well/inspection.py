"""Tell whether files are what the catalogue promises, and say in one line what is wrong where they are not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import h5py
import numpy as np

from replication.errors import UserError
from replication.well.catalogue import SPLITS, Dataset
from replication.well.statistics import read_statistics

AGAIN = "generate or fetch it again"


def files_of(folder: Path, split: str) -> list[Path]:
    """Return the files of a split in the_well's order; UserError if there are none."""
    if split not in SPLITS:
        raise UserError(f"{folder}: split {split!r} is unknown; allowed are {', '.join(SPLITS)}")
    data = folder / "data" / split
    files = sorted([*data.glob("*.hdf5"), *data.glob("*.h5")], key=str)
    if not files:
        raise UserError(f"{data}: split {split} has no HDF5 file; {AGAIN}")
    return files


def opened(path: Path, raw: IO[bytes] | None = None) -> h5py.File:
    """Open a file for reading, or the stream `raw` of it; UserError if it is missing, truncated or no HDF5."""
    try:
        return h5py.File(path if raw is None else raw, "r")
    except FileNotFoundError:
        raise UserError(f"{path}: missing; {AGAIN}") from None
    except OSError:
        raise UserError(f"{path}: not a whole HDF5 file (truncated, or of another format); {AGAIN}") from None


@contextmanager
def in_the_well_format(path: Path) -> Iterator[None]:
    """Turn what h5py raises on a group or attribute that is not there into a UserError."""
    try:
        yield
    except KeyError as error:
        reason = str(error).strip("'\"")
        raise UserError(f"{path}: not in The Well's format ({reason}); {AGAIN}") from None


def check_layout(file: h5py.File, path: Path, entry: Dataset) -> None:
    """Raise UserError unless the file holds the dataset's fields, in order, on its axes, and as much as it says."""
    with in_the_well_format(path):
        dimensions = tuple(file["dimensions"].attrs["spatial_dims"])
        if dimensions != entry.dimensions:
            raise UserError(f"{path}: dimensions are {dimensions}, {entry.name} has {entry.dimensions}; {AGAIN}")
        count, frames = int(file.attrs["n_trajectories"]), file["dimensions/time"].shape[-1]
        points = tuple(file["dimensions"][name].shape[-1] for name in dimensions)
        for order in range(3):
            group = file[f"t{order}_fields"]
            names = [str(name) for name in group.attrs["field_names"]]
            varying = [name for name in names if group[name].attrs["time_varying"]]
            constant = [name for name in names if name not in varying]
            for found, fields in ((varying, entry.fields), (constant, entry.constant_fields)):
                expected = [name for name, tensor_order in fields.items() if tensor_order == order]
                if found != expected:
                    raise UserError(
                        f"{path}: fields of order {order} are {found}, {entry.name} has {expected}, in this order; "
                        f"take the files of {entry.name}"
                    )
            for name in names:
                data = group[name]
                leading = (count,) * bool(data.attrs["sample_varying"]) + (frames,) * (name in varying)
                shape = (*leading, *points, *(len(points),) * order)
                if data.shape != shape and np.all(data.attrs["dim_varying"]):
                    raise UserError(
                        f"{path}: field {name} has shape {data.shape}, header and axes say {shape}; {AGAIN}"
                    )


def check_finite(file: h5py.File, path: Path, entry: Dataset) -> None:
    """Raise UserError if a frame holds NaN or infinity, except where the staircase's mask says solid."""
    for name, order in entry.fields.items():
        data = file[f"t{order}_fields/{name}"]
        for trajectory in range(data.shape[0]):
            allowed = False
            if "mask" in entry.constant_fields:
                mask = file["t0_fields/mask"]
                allowed = mask[trajectory] > 0.5 if mask.attrs["sample_varying"] else mask[:] > 0.5
            lost = ~np.isfinite(data[trajectory]) & ~np.asarray(allowed)[(..., *(np.newaxis,) * order)]
            if lost.any():
                frame = int(np.argwhere(lost)[0, 0])
                raise UserError(f"{path}: {name} of trajectory {trajectory} is not finite from frame {frame}; {AGAIN}")


def inspect(folder: Path, entry: Dataset, values: bool = True) -> None:
    """Check a dataset's folder: statistics, three splits with trajectories, every file whole, in order and finite.

    Reads everything once, or only headers if `values` is false; raises UserError at the first thing that is wrong.
    """
    read_statistics(folder / "stats.yaml", entry)
    for split in SPLITS:
        trajectories = 0
        for path in files_of(folder, split):
            with opened(path) as file:
                check_layout(file, path, entry)
                if values:
                    check_finite(file, path, entry)
                trajectories += int(file.attrs["n_trajectories"])
        if trajectories == 0:
            raise UserError(f"{folder / 'data' / split}: split {split} has files but no trajectories; {AGAIN}")
