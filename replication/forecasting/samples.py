"""Training samples: windows of one split as a network takes them, any batch a function of its step alone."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from replication.errors import UserError
from replication.forecasting.scaling import Scaling
from replication.seeds import generator
from replication.well.reader import WellReader

WHOLE = 10**9
"""More frames than any trajectory has."""

READERS = 8
"""Threads that read the windows of a batch from disk."""


@dataclass(frozen=True)
class Batch:
    """Inputs (B, shape.inputs, H, W), targets (B, C, H, W) and where they count (B, 1, H, W): not inside solids."""

    inputs: Tensor
    target: Tensor
    counts: Tensor | None

    def part(self, places: slice) -> "Batch":
        """Return some samples of the batch."""
        return Batch(self.inputs[places], self.target[places], None if self.counts is None else self.counts[places])

    def to(self, device: str) -> "Batch":
        """Return the batch on a device."""
        counts = None if self.counts is None else self.counts.to(device)
        return Batch(self.inputs.to(device), self.target.to(device), counts)


class Drawable(Protocol):
    """What a training draws its batches from."""

    def drawn(self, step: int, size: int, *axes: str | int) -> Batch:
        """Return the batch of a step."""
        ...

    def spread(self, count: int) -> Batch:
        """Return at most `count` windows, evenly spread."""
        ...


class Samples:
    """All windows of `history` + 1 frames of a split, z-scored; targets are changes over `rms_delta`.

    A split of at most `resident_gb` is held on `device`; of a larger one, windows are read when they are asked for. The
    attribute `resident_gb` is how much is held. A point of a solid (NaN in the files) is 0 before the z-score.
    """

    def __init__(
        self, folder: Path, split: str, history: int, device: str = "cpu", *, resident_gb: float, shift: bool = False
    ) -> None:
        self.scaling, self.history, self.device, self.shift = Scaling(folder), history, device, shift
        self.shape = self.scaling.shape(history)
        self.name = f"{folder.name}/{split}"
        self._windows = WellReader(folder, split, inputs=history, outputs=1)
        self._whole = WellReader(folder, split, outputs=WHOLE, rollout_from=1)
        frames = sum(window.frames for window in self._whole.windows)
        size_gb = frames * self.shape.fields * math.prod(self.shape.grid) * 4 / 2**30
        self._resident = size_gb <= resident_gb
        self.resident_gb = size_gb if self._resident else 0.0
        if self._resident:
            self._trajectories = [self._scaled(self._whole[index]) for index in range(len(self._whole))]
            place = {(window.file, window.trajectory): index for index, window in enumerate(self._whole.windows)}
            self._places = [(place[window.file, window.trajectory], window.start) for window in self._windows.windows]

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self._windows)

    def batch(self, indices: Sequence[int]) -> Batch:
        """Return windows by number."""
        if self._resident:
            parts = [self._held(int(index)) for index in indices]
        else:
            with ThreadPoolExecutor(READERS) as pool:
                parts = list(pool.map(self._read, map(int, indices)))
        frames, constants, solids = (torch.stack(each).to(self.device) for each in zip(*parts, strict=True))
        ratio = (self.scaling.std / self.scaling.rms_delta).to(self.device)[:, None, None]
        inputs = torch.cat([frames[:, :-1].flatten(1, 2), constants], dim=1)
        counts = ~solids[:, None] if self._has_solids else None
        return Batch(inputs, (frames[:, -1] - frames[:, -2]) * ratio, counts)

    def drawn(self, step: int, size: int, *axes: str | int) -> Batch:
        """Return the batch of a step: epochs in random order, each sample rolled if `shift`; `axes` name the seed."""
        numbers = np.arange(step * size, (step + 1) * size)
        indices = [_order(len(self), int(number // len(self)), *axes)[number % len(self)] for number in numbers]
        batch = self.batch(indices)
        return self._rolled(batch, generator(*axes, "shift", step)) if self.shift else batch

    def spread(self, count: int) -> Batch:
        """Return `count` windows evenly spread over the split, or all if there are fewer."""
        return self.batch(np.unique(np.linspace(0, len(self) - 1, min(count, len(self))).round().astype(int)).tolist())

    def _rolled(self, batch: Batch, random: np.random.Generator) -> Batch:
        distances = random.integers(0, self.shape.grid, size=(len(batch.target), 2)) * self.shape.periodic

        def rolled(values: Tensor) -> Tensor:
            pairs = zip(values, distances.tolist(), strict=True)
            return torch.stack([torch.roll(sample, distance, (-2, -1)) for sample, distance in pairs])

        if not any(self.shape.periodic):
            return batch
        counts = None if batch.counts is None else rolled(batch.counts)
        return Batch(rolled(batch.inputs), rolled(batch.target), counts)

    def _held(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        trajectory, start = self._places[index]
        frames, constants, solid = self._trajectories[trajectory]
        return frames[start : start + self.history + 1], constants, solid

    def _read(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        return self._scaled(self._windows[index])

    def _scaled(self, sample: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Return frames (T, C, H, W), constant inputs (Cc + S, H, W) and solid (H, W) of what the reader gives."""
        fields = torch.cat([sample["input_fields"], sample["output_fields"]])[..., self.scaling.moving]
        solid = fields.isnan().any(dim=-1).any(dim=0)
        if not torch.isfinite(fields[:, ~solid]).all() or (solid.any() and not self._has_solids):
            raise UserError(f"{self.name}: holds values that are not finite; generate or fetch it again")
        empty = torch.empty(1, *self.shape.grid, 0)
        constants = sample["constant_fields"][None] if "constant_fields" in sample else empty
        scalars = sample["constant_scalars"][None] if "constant_scalars" in sample else torch.empty(1, 0)
        channels = self.scaling.constant_inputs(constants, scalars, self.shape.grid)[0]
        frames = self.scaling.normalise(torch.nan_to_num(fields)).movedim(-1, 1).contiguous()
        device = self.device if self._resident else "cpu"
        return frames.to(device), channels.to(device), solid.to(device)

    @property
    def _has_solids(self) -> bool:
        return "mask" in self.scaling.entry.constant_fields


@lru_cache(maxsize=32)
def _order(count: int, epoch: int, *axes: str | int) -> np.ndarray:
    """Return the order of an epoch's windows."""
    return generator(*axes, "order", epoch).permutation(count)
