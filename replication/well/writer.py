"""Write trajectories as HDF5 in The Well's format, as the_well 1.2.0 reads it.

Layout: the_well `docs/data_format.md`; where documentation and loader disagree the loader decides: scalars are 0-d,
names are unicode, all three tensor-order groups exist, every value is float32, storage is contiguous.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import h5py
import numpy as np

from replication.storage.atomic import replacing
from replication.well.catalogue import Dataset
from replication.well.disk import told_when_full
from replication.well.trajectory import Trajectory

ORDERS = (0, 1, 2)


@dataclass(frozen=True)
class Origin:
    """Where a mini file comes from; written into its attributes, which the_well ignores."""

    solver: str
    """Module and numerical method in a few words."""
    differs: str
    """What differs from the original data."""
    settings: str
    """Size, frames, seed and code version it was made with, as JSON."""
    trajectories: tuple[int, ...]
    """Numbers of the trajectories in the set as a whole."""


def write(path: Path, entry: Dataset, count: int, trajectories: Iterable[Trajectory], origin: Origin) -> None:
    """Write `count` trajectories to `path`, whole or not at all; they are taken one at a time.

    All must share grid, times, scalars and boundaries (one file holds one parameter set). Raises ValueError if a
    trajectory breaks the catalogue's contract or if there are not `count`, and UserError if the disk is full.
    """
    with told_when_full(path), replacing(path) as temporary, h5py.File(temporary, "w") as file:
        for index, trajectory in enumerate(trajectories):
            check(entry, trajectory)
            if index == 0:
                first = trajectory
                _write_frame(file, entry, count, first, origin)
            if trajectory.scalars != first.scalars or not np.array_equal(trajectory.time, first.time):
                raise ValueError(f"{path}: trajectory {index} has other scalars or times than the first")
            for name, values in {**trajectory.fields, **trajectory.constant_fields}.items():
                file[f"t{_order(entry, name)}_fields/{name}"][index] = values
        if index + 1 != count:
            raise ValueError(f"{path}: {index + 1} trajectories came, {count} were announced")


def check(entry: Dataset, trajectory: Trajectory) -> None:
    """Raise ValueError unless `trajectory` is what the catalogue promises: names in order, shapes, kinds, finite."""
    for what, found, expected in (
        ("dimensions", tuple(trajectory.axes), entry.dimensions),
        ("fields", tuple(trajectory.fields), tuple(entry.fields)),
        ("constant fields", tuple(trajectory.constant_fields), tuple(entry.constant_fields)),
        ("scalars", tuple(trajectory.scalars), entry.scalars),
        (
            "boundaries",
            {boundary.name: (boundary.dimensions, boundary.kind) for boundary in trajectory.boundaries},
            dict(entry.boundaries),
        ),
    ):
        if found != expected:
            raise ValueError(f"{entry.name}: {what} are {found}, the catalogue says {expected}")
    for boundary in trajectory.boundaries:
        shape = tuple(len(trajectory.axes[dimension]) for dimension in boundary.dimensions)
        if boundary.mask.shape != shape:
            raise ValueError(f"{entry.name}: mask of {boundary.name} has shape {boundary.mask.shape}, expected {shape}")
    allowed = masked(entry, trajectory)
    for fields, orders, leading in (
        (trajectory.fields, entry.fields, (len(trajectory.time),)),
        (trajectory.constant_fields, entry.constant_fields, ()),
    ):
        for name, values in fields.items():
            shape = (*leading, *trajectory.shape, *(len(trajectory.shape),) * orders[name])
            if values.shape != shape:
                raise ValueError(f"{entry.name}: field {name} has shape {values.shape}, expected {shape}")
            components = (np.newaxis,) * orders[name]
            if (~np.isfinite(values) & ~allowed[(..., *components)]).any():
                raise ValueError(f"{entry.name}: field {name} is not finite for scalars {trajectory.scalars}")


def masked(entry: Dataset, trajectory: Trajectory) -> np.ndarray:
    """Return where the staircase's solid is: the only place that may hold NaN; all false for other sets."""
    if "mask" in entry.constant_fields:
        return np.asarray(trajectory.constant_fields["mask"] > 0.5)
    return np.zeros(trajectory.shape, dtype=bool)


def _order(entry: Dataset, name: str) -> int:
    return {**entry.fields, **entry.constant_fields}[name]


def _write_frame(file: h5py.File, entry: Dataset, count: int, first: Trajectory, origin: Origin) -> None:
    """Write everything but the fields' values."""
    file.attrs.update(
        dataset_name=entry.name,
        grid_type="cartesian",
        n_spatial_dims=len(entry.dimensions),
        n_trajectories=count,
        simulation_parameters=_names(first.scalars),
        **first.scalars,
    )
    resolution = "x".join(str(points) for points in first.shape)
    file.attrs.update(mini=True, resolution=resolution, **asdict(origin))

    dimensions = file.create_group("dimensions")
    dimensions.attrs["spatial_dims"] = _names(entry.dimensions)
    for name, values in {"time": first.time, **first.axes}.items():
        axis = dimensions.create_dataset(name, data=np.asarray(values, dtype=np.float32))
        axis.attrs.update(sample_varying=False, time_varying=name == "time")

    boundaries = file.create_group("boundary_conditions")
    for boundary in first.boundaries:
        group = boundaries.create_group(boundary.name)
        group.attrs.update(
            bc_type=str(boundary.kind),
            associated_dims=_names(boundary.dimensions),
            associated_fields=_names(()),
            sample_varying=False,
            time_varying=False,
        )
        group.create_dataset("mask", data=boundary.mask)

    scalars = file.create_group("scalars")
    scalars.attrs["field_names"] = _names(first.scalars)
    for name, value in first.scalars.items():
        scalar = scalars.create_dataset(name, data=np.float32(value))
        scalar.attrs.update(sample_varying=False, time_varying=False)

    for order in ORDERS:
        group = file.create_group(f"t{order}_fields")
        names = [name for name in (*first.fields, *first.constant_fields) if _order(entry, name) == order]
        group.attrs["field_names"] = _names(names)
        for name in names:
            varying = name in first.fields
            shape = (first.fields if varying else first.constant_fields)[name].shape
            values = group.create_dataset(name, shape=(count, *shape), dtype=np.float32)
            values.attrs.update(
                sample_varying=True, time_varying=varying, dim_varying=np.ones(len(entry.dimensions), dtype=bool)
            )
            if order == 2:
                values.attrs.update(symmetric=False, antisymmetric=False)


def _names(names: Iterable[str]) -> np.ndarray:
    """Return names as unicode strings of variable length, also when there are none."""
    return np.array(list(names), dtype=h5py.string_dtype("utf-8"))
