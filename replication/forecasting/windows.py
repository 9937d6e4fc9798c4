"""The test windows that every method forecasts: what is published of them, and what is kept for the harness.

Both files are HDF5 with the groups `one_step` and `rollout`. Published: `history` (N, T, H, W, C), `constants`
(N, H, W, Cc), `scalars` (N, S), float32, physical values, inside solids 0. Kept: `target`, (N, H, W, C) for one step
and (M, F, H, W, C) for rollouts, NaN inside solids and after the end of a trajectory.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from replication.errors import UserError
from replication.forecasting.samples import WHOLE
from replication.forecasting.scaling import Scaling
from replication.storage.atomic import replacing
from replication.well.reader import WellReader

GROUPS = ("one_step", "rollout")
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Histories:
    """Windows to forecast from, physical values; `frames` is how many frames are asked for."""

    history: Array
    """Shape (N, T, H, W, C), oldest frame first."""
    constants: Array
    """Shape (N, H, W, Cc)."""
    scalars: Array
    """Shape (N, S)."""
    solid: NDArray[np.bool_]
    """Shape (N, H, W): true where there is no field; values are 0 there."""
    frames: int

    def __len__(self) -> int:
        return len(self.history)

    def last(self, history: int) -> "Histories":
        """Return the same windows with their last `history` frames."""
        if history > self.history.shape[1]:
            raise UserError(f"history {history}: the published windows have {self.history.shape[1]} frames")
        return Histories(self.history[:, -history:], self.constants, self.scalars, self.solid, self.frames)

    def part(self, places: slice) -> "Histories":
        """Return some of the windows."""
        parts = (self.history[places], self.constants[places], self.scalars[places], self.solid[places])
        return Histories(*parts, self.frames)


def publish(folder: Path, history: int, evaluation: dict[str, Any], published: Path, kept: Path) -> dict[str, int]:
    """Write both files for the test split of the dataset in `folder`; returns how many windows each group has.

    Args:
        folder: the dataset.
        history: frames of a window, as many as the method that looks back furthest needs.
        evaluation: `one_step_starts`, `rollout_from`, `rollout_frames`, see `forecasting/settings.py`.
        published: file that methods read.
        kept: file that only the harness reads.

    Raises UserError where no trajectory is long enough.
    """
    scaling = Scaling(folder)
    first, frames = evaluation["rollout_from"], evaluation["rollout_frames"]
    if first < history:
        raise UserError(f"{folder.name}: a rollout from frame {first} leaves no room for a history of {history}")
    starts = WellReader(folder, "test", inputs=history, outputs=1)
    chosen = _spread(starts, evaluation["one_step_starts"])
    rollouts = WellReader(folder, "test", inputs=history, outputs=frames, rollout_from=first)
    longest = max(window.frames for window in rollouts.windows) - history
    scalars = WellReader(folder, "test", outputs=WHOLE, rollout_from=1)[0].get("constant_scalars", torch.empty(0))
    attributes = {
        "dataset": folder.name,
        "fields": list(scaling.fields),
        "at_rest": list(scaling.at_rest),
        "constants": list(scaling.entry.constant_channels),
        "scalars": list(scaling.entry.scalars) if len(scalars) else [],
        "boundaries": [f"{name}: {kind}" for name, (_, kind) in scaling.entry.boundaries.items()],
        "boundary_codes": starts[0]["boundary_conditions"].numpy(),
        "time_step": scaling.entry.time_step,
        "history": history,
        "rollout_from": first,
        "rollout_steps": longest,
        "trajectories": len(rollouts),
    }
    with (
        replacing(published) as public,
        replacing(kept) as private,
        h5py.File(public, "w") as given,
        h5py.File(private, "w") as target,
    ):
        for file in (given, target):
            file.attrs.update(attributes)
        _write(given, target, "one_step", starts, chosen, scaling, history, None)
        _write(given, target, "rollout", rollouts, list(range(len(rollouts))), scaling, history, longest)
    return {"one_step": len(chosen), "rollout": len(rollouts), "rollout_steps": longest}


def read_histories(path: Path, group: str) -> Histories:
    """Read one group of a published file."""
    with h5py.File(path) as file:
        history, constants = file[group]["history"][:], file[group]["constants"][:]
        names = [str(name) for name in file.attrs["constants"]]
        frames = int(file.attrs["rollout_steps"]) if group == "rollout" else 1
        solid = constants[..., names.index("mask")] > 0.5 if "mask" in names else np.zeros(constants.shape[:-1], bool)
        return Histories(history, constants, file[group]["scalars"][:], solid, frames)


def _write(
    given: h5py.File,
    target: h5py.File,
    group: str,
    reader: WellReader,
    chosen: list[int],
    scaling: Scaling,
    history: int,
    frames: int | None,
) -> None:
    """Write windows one at a time; `frames` is the length that rollouts are filled up to, None for one step."""
    for place, index in enumerate(chosen):
        sample = reader[index]
        fields = torch.cat([sample["input_fields"], sample["output_fields"]])[..., scaling.moving]
        grid = fields.shape[1:-1]
        outputs = fields[history] if frames is None else _filled(fields[history:], frames)
        values = {
            "history": torch.nan_to_num(fields[:history]),
            "constants": sample.get("constant_fields", torch.empty(*grid, 0)),
            "scalars": sample.get("constant_scalars", torch.empty(0)),
        }
        if place == 0:
            for name, value in values.items():
                given.create_dataset(f"{group}/{name}", (len(chosen), *value.shape), np.float32)
            target.create_dataset(f"{group}/target", (len(chosen), *outputs.shape), np.float32)
        for name, value in values.items():
            given[f"{group}/{name}"][place] = value.numpy()
        target[f"{group}/target"][place] = outputs.numpy()


def _filled(frames: Tensor, count: int) -> Tensor:
    missing = torch.full((count - len(frames), *frames.shape[1:]), torch.nan)
    return torch.cat([frames, missing])


def _spread(reader: WellReader, starts: int | None) -> list[int]:
    """Return the windows of each trajectory at `starts` evenly spread starts, or all of them."""
    by_trajectory: dict[tuple[int, int], list[int]] = {}
    for index, window in enumerate(reader.windows):
        by_trajectory.setdefault((window.file, window.trajectory), []).append(index)
    chosen: list[int] = []
    for indices in by_trajectory.values():
        count = len(indices) if starts is None else min(starts, len(indices))
        chosen += [indices[place] for place in np.linspace(0, len(indices) - 1, count).round().astype(int)]
    return chosen
