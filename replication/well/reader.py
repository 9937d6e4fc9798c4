"""Read windows of trajectories from files in The Well's format, fast.

Samples have the keys, shapes, order and bits of the_well 1.2.0's `WellDataset` on the same files, as float32. That
class opens a file and reads its attributes for every sample; here handles and attributes are kept, per process, so that
data loader workers have their own. Unlike there, a restriction to some trajectories gives those trajectories, and
normalisation is the same for all splits.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset as TorchDataset

from replication.errors import UserError
from replication.well.catalogue import Dataset, dataset
from replication.well.inspection import check_layout, files_of, in_the_well_format, opened
from replication.well.normalisation import Normalisation
from replication.well.trajectory import BoundaryKind

BOUNDARY_CODES = {BoundaryKind.WALL: 0.0, BoundaryKind.OPEN: 1.0, BoundaryKind.PERIODIC: 2.0}
"""the_well's codes; an end that no group mentions is open."""


@dataclass(frozen=True)
class Window:
    """Where a sample lies."""

    file: int
    trajectory: int
    start: int
    frames: int


@dataclass(frozen=True)
class Header:
    """What a file says about itself."""

    path: Path
    trajectories: int
    frames: int


@dataclass(frozen=True)
class Stored:
    """One field, scalar or time axis of an open file: on disk, or in memory if small."""

    data: h5py.Dataset | np.ndarray
    channels: slice
    by_trajectory: bool
    in_time: bool

    def at(self, window: Window, stride: int) -> Tensor:
        """Read its values in a window, as float32."""
        frames = slice(window.start, window.start + window.frames * stride, stride)
        where = ((window.trajectory,) if self.by_trajectory else ()) + ((frames,) if self.in_time else ())
        return torch.from_numpy(np.asarray(self.data[where], dtype=np.float32))


@dataclass(frozen=True)
class OpenFile:
    """An open file with everything that does not change from sample to sample."""

    file: h5py.File
    varying: Sequence[Stored]
    constant: Sequence[Stored]
    varying_scalars: Sequence[Stored]
    constant_scalars: Sequence[Stored]
    time: Stored
    boundary_conditions: Tensor
    space_grid: Tensor

    @classmethod
    def of(cls, path: Path, entry: Dataset) -> "OpenFile":
        """Open `path`, whose layout has been checked."""
        file = opened(path)

        def stored(group: str, names: Sequence[str], width: int, first: int, small: bool) -> list[Stored]:
            result = []
            for place, name in enumerate(names):
                data = file[f"{group}/{name}"]
                channels = slice(first + place * width, first + (place + 1) * width)
                by_trajectory, in_time = (bool(data.attrs[f"{what}_varying"]) for what in ("sample", "time"))
                values = data[()] if small or not by_trajectory else mapped(path, data)
                result.append(Stored(values, channels, by_trajectory, in_time))
            return result

        def fields(orders: Mapping[str, int]) -> list[Stored]:
            result: list[Stored] = []
            for order in sorted(set(orders.values())):
                names = [name for name, tensor_order in orders.items() if tensor_order == order]
                first = result[-1].channels.stop if result else 0
                result += stored(f"t{order}_fields", names, len(entry.dimensions) ** order, first, small=False)
            return result

        def scalars(varying: bool) -> list[Stored]:
            group = file["scalars"]
            names = [str(name) for name in group.attrs["field_names"] if group[name].attrs["time_varying"] == varying]
            return stored("scalars", names, 1, 0, small=True)

        axes = [torch.from_numpy(file["dimensions"][name][:].astype(np.float32)) for name in entry.dimensions]
        time = file["dimensions/time"]
        return cls(
            file=file,
            varying=fields(entry.fields),
            constant=fields(entry.constant_fields),
            varying_scalars=scalars(True),
            constant_scalars=scalars(False),
            time=Stored(time[()], slice(0, 1), bool(time.attrs["sample_varying"]), in_time=True),
            boundary_conditions=boundary_conditions(file, entry),
            space_grid=torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1),
        )


class WellReader(TorchDataset[dict[str, Tensor]]):
    """Windows of `inputs` + `outputs` frames, `stride` stored frames apart, of one split of the set in `folder`.

    Every start frame of every trajectory is a sample, in the_well's order. With `rollout_from` there is one sample a
    trajectory instead: its outputs begin at that frame and end with `outputs` frames or the trajectory, its inputs end
    just before. `trajectories` keeps that many of all, drawn by `restriction_seed`; smaller draws are part of larger
    ones. `include` keeps files whose name holds one of the given words. `normalised` applies the z-score of
    `stats.yaml` to fields and constant fields, after which NaN (legal under the staircase's mask) becomes 0.

    Raises UserError for a split without trajectories, a file that is truncated, foreign or of another field order, too
    few frames, or missing statistics.
    """

    def __init__(
        self,
        folder: Path,
        split: str,
        *,
        inputs: int = 1,
        outputs: int = 1,
        stride: int = 1,
        rollout_from: int | None = None,
        trajectories: int | None = None,
        restriction_seed: int = 0,
        include: Sequence[str] = (),
        normalised: bool = False,
    ) -> None:
        self.folder, self.split, self.entry = Path(folder), split, dataset(Path(folder).name)
        self.inputs, self.outputs, self.stride, self.rollout_from = inputs, outputs, stride, rollout_from
        self.headers = [self._header(path) for path in files_of(self.folder, split) if _named(path, include)]
        self.normalisation = Normalisation.of(self.folder, self.entry) if normalised else None
        chosen = self._chosen(trajectories, restriction_seed)
        self.windows = [window for place in chosen for window in self._windows(*place)]
        self._open: dict[int, OpenFile] = {}
        self._process = os.getpid()

    def __len__(self) -> int:
        return len(self.windows)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": {}}

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """Return sample `index`: channels last, (Ti, *S, C), (To, *S, C), (*S, Cc), ...; empty entries are left out."""
        window = self.windows[index]
        file = self._file(window.file)
        shape = file.space_grid.shape[:-1]
        fields = self._gather(file.varying, window, (window.frames, *shape))
        constants = self._gather(file.constant, window, tuple(shape))
        if self.normalisation is not None:
            fields = torch.nan_to_num_(self.normalisation.normalise(fields))
            constants = self.normalisation.normalise_constant(constants)
        scalars = self._gather(file.varying_scalars, window, (window.frames,))
        time = file.time.at(window, self.stride)
        time = time - time.min()
        sample = {
            "input_fields": fields[: self.inputs],
            "output_fields": fields[self.inputs :],
            "constant_fields": constants,
            "input_scalars": scalars[: self.inputs],
            "output_scalars": scalars[self.inputs :],
            "constant_scalars": self._gather(file.constant_scalars, window, ()),
            "boundary_conditions": file.boundary_conditions,
            "space_grid": file.space_grid,
            "input_time_grid": time[: self.inputs],
            "output_time_grid": time[self.inputs :],
        }
        return {key: values for key, values in sample.items() if values.numel() > 0}

    def _gather(self, stored: Sequence[Stored], window: Window, leading: tuple[int, ...]) -> Tensor:
        """Read fields or scalars into one tensor (*leading, channels); values constant along an axis spread."""
        channels = stored[-1].channels.stop if stored else 0
        gathered = torch.empty(*leading, channels)
        for part in stored:
            values = part.at(window, self.stride)
            gathered[..., part.channels] = values.reshape(*values.shape[: len(leading)], -1)
        return gathered

    def _file(self, index: int) -> OpenFile:
        """Return a file of this process, opened at its first use."""
        if self._process != os.getpid():
            self._open, self._process = {}, os.getpid()
        if index not in self._open:
            self._open[index] = OpenFile.of(self.headers[index].path, self.entry)
        return self._open[index]

    def _header(self, path: Path) -> Header:
        with opened(path) as file, in_the_well_format(path):
            check_layout(file, path, self.entry)
            return Header(path, int(file.attrs["n_trajectories"]), int(file["dimensions/time"].shape[-1]))

    def _chosen(self, count: int | None, seed: int) -> list[tuple[int, int]]:
        """Return (file, trajectory) of the trajectories to read."""
        every = [(file, index) for file, header in enumerate(self.headers) for index in range(header.trajectories)]
        if not every:
            raise UserError(f"{self.folder / 'data' / self.split}: split {self.split} has no trajectories to read")
        if count is None:
            return every
        if not 1 <= count <= len(every):
            raise UserError(f"{self.folder}: {count} trajectories asked for, split {self.split} has 1 to {len(every)}")
        order = np.random.default_rng(seed).permutation(len(every))
        return [every[index] for index in sorted(order[:count])]

    def _windows(self, file: int, trajectory: int) -> list[Window]:
        """Return the windows of one trajectory."""
        frames, path = self.headers[file].frames, self.headers[file].path
        if self.rollout_from is not None:
            start = self.rollout_from - self.inputs * self.stride
            outputs = min(self.outputs, (frames - self.rollout_from + self.stride - 1) // self.stride)
            if start < 0 or outputs < 1:
                raise UserError(
                    f"{path}: {frames} frames cannot hold a rollout from frame {self.rollout_from} "
                    f"with {self.inputs} inputs"
                )
            return [Window(file, trajectory, start, self.inputs + outputs)]
        length = self.inputs + self.outputs
        starts = frames - (length - 1) * self.stride
        if starts < 1:
            raise UserError(f"{path}: {frames} frames are too few for windows of {length} at stride {self.stride}")
        return [Window(file, trajectory, start, length) for start in range(starts)]


def mapped(path: Path, data: h5py.Dataset) -> h5py.Dataset | np.ndarray:
    """Return float32 values that lie in one piece in the file as a memory map, which saves a copy; else `data` itself.

    Copy-on-write, since torch takes only writable arrays: the file is never changed.
    """
    offset = data.id.get_offset()
    if offset is None or data.dtype != np.dtype("<f4"):
        return data
    return np.memmap(path, dtype=data.dtype, mode="c", offset=offset, shape=data.shape)


def boundary_conditions(file: h5py.File, entry: Dataset) -> Tensor:
    """Return the_well's boundary codes, shape (D, 2): lower and upper end of each axis.

    A group counts at an end if its mask is true there: everywhere on that face for walls, anywhere for other kinds.
    """
    codes = torch.full((len(entry.dimensions), 2), BOUNDARY_CODES[BoundaryKind.OPEN])
    for group in file["boundary_conditions"].values():
        kind, mask = BoundaryKind(str(group.attrs["bc_type"]).upper()), group["mask"][:]
        for axis, dimension in enumerate(group.attrs["associated_dims"]):
            for end in (0, -1):
                face = np.take(mask, end, axis=axis)
                if face.all() if kind == BoundaryKind.WALL else face.any():
                    codes[entry.dimensions.index(dimension), end] = BOUNDARY_CODES[kind]
    return codes


def _named(path: Path, words: Sequence[str]) -> bool:
    return not words or any(word in path.name for word in words)
