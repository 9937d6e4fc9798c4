"""Per-field statistics of a training set: the `stats.yaml` beside `data/`.

Six maps field -> scalar, list of D or DxD list: `mean std rms mean_delta std_delta rms_delta`; over trajectories,
stored frames and space of the training split, population variance; a delta is the difference of consecutive stored
frames and constant fields have none. Definition: the_well `stats.yaml` of the published sets.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import yaml
from numpy.typing import NDArray

from replication.errors import UserError
from replication.storage.atomic import write_text
from replication.well.catalogue import MOMENTS, Dataset

Statistics = dict[str, dict[str, Any]]
"""moment -> field -> float or nested lists."""


class Moments:
    """Running mean and second moment per component, in float64; NaN (the staircase's solid) is left out."""

    def __init__(self) -> None:
        self.count: Any = 0
        self.sum: Any = 0.0
        self.square: Any = 0.0

    def add(self, values: NDArray[np.floating], order: int) -> None:
        """Take in `values` (..., D, D): the last `order` axes are components, all others are averaged over."""
        values = values.astype(np.float64)
        axes = tuple(range(values.ndim - order))
        self.count = self.count + np.isfinite(values).sum(axis=axes)
        self.sum = self.sum + np.nansum(values, axis=axes)
        self.square = self.square + np.nansum(values**2, axis=axes)

    def result(self) -> tuple[Any, Any, Any]:
        """Return mean, standard deviation and root mean square as nested lists of floats."""
        mean, square = self.sum / self.count, self.square / self.count
        return mean.tolist(), np.sqrt(np.maximum(square - mean**2, 0.0)).tolist(), np.sqrt(square).tolist()


def statistics(entry: Dataset, files: Iterable[Path]) -> Statistics:
    """Return the statistics of the trajectories in `files`."""
    values = {name: Moments() for name in (*entry.fields, *entry.constant_fields)}
    deltas = {name: Moments() for name in entry.fields}
    for path in files:
        with h5py.File(path, "r") as file:
            for name, order in {**entry.fields, **entry.constant_fields}.items():
                data = file[f"t{order}_fields/{name}"]
                for index in range(data.shape[0]):
                    trajectory = data[index]
                    values[name].add(trajectory, order)
                    if name in deltas:
                        deltas[name].add(np.diff(trajectory.astype(np.float64), axis=0), order)
    result: Statistics = {moment: {} for moment in MOMENTS}
    for suffix, moments in (("", values), ("_delta", deltas)):
        for name, moment in moments.items():
            for key, value in zip(("mean", "std", "rms"), moment.result(), strict=True):
                result[key + suffix][name] = value
    return result


def write_statistics(path: Path, entry: Dataset, files: Iterable[Path]) -> None:
    """Write the statistics of `files` to `path`, whole or not at all."""
    write_text(path, yaml.safe_dump(statistics(entry, files), sort_keys=True))


def read_statistics(path: Path, entry: Dataset) -> Statistics:
    """Read a `stats.yaml`; UserError if it is missing, is not one, or lacks a field of the dataset."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"{path}: missing; normalisation needs it: generate the mini set again or fetch the file from the hub"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise UserError(f"{path}: not readable as YAML; fetch or generate it again") from None
    for moment in MOMENTS:
        needed = [*entry.fields] if moment.endswith("_delta") else [*entry.fields, *entry.constant_fields]
        found = content.get(moment) if isinstance(content, dict) else None
        missing = [name for name in needed if name not in found] if isinstance(found, dict) else needed
        if missing:
            raise UserError(f"{path}: {moment} lacks {', '.join(missing)}; not the statistics of {entry.name}")
    return content
