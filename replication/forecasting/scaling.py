"""From physical values to what networks see, and back: the conventions of `shape.py` for one dataset."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from replication.errors import UserError
from replication.forecasting.shape import ForecastShape
from replication.well.catalogue import Dataset, dataset
from replication.well.inspection import files_of, opened
from replication.well.normalisation import Normalisation
from replication.well.reader import BOUNDARY_CODES, boundary_conditions
from replication.well.statistics import read_statistics
from replication.well.trajectory import BoundaryKind

AT_REST = 1e-6
"""A channel whose root mean square change is at most this share of its root mean square never moves."""

PERIODIC = BOUNDARY_CODES[BoundaryKind.PERIODIC]


@dataclass(frozen=True)
class Scaling:
    """Statistics of the training split of the dataset in `folder`; tensors of shape (C,) over the moving channels.

    A channel that never changes in training (`at_rest`, such as the concentration of the mini active_matter) is
    neither given nor forecast nor scored: its VRMSE would be an error over a floor.
    """

    folder: Path

    @cached_property
    def entry(self) -> Dataset:
        """What the catalogue knows about the dataset."""
        return dataset(self.folder.name)

    @cached_property
    def moving(self) -> list[int]:
        """Places of the moving channels in The Well's order."""
        rms, change = (self._channels(moment) for moment in ("rms", "rms_delta"))
        return [place for place in range(len(rms)) if change[place] > AT_REST * rms[place]]

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the moving channels."""
        return tuple(self.entry.channels[place] for place in self.moving)

    @property
    def at_rest(self) -> tuple[str, ...]:
        """Names of the channels that never move."""
        return tuple(name for name in self.entry.channels if name not in self.fields)

    @cached_property
    def mean(self) -> Tensor:
        """Mean of each moving channel."""
        return self._normalisation.mean[self.moving]

    @cached_property
    def std(self) -> Tensor:
        """Standard deviation of each moving channel."""
        return self._normalisation.std[self.moving]

    @cached_property
    def rms_delta(self) -> Tensor:
        """Root mean square change of each moving channel from a frame to the next."""
        return torch.from_numpy(self._channels("rms_delta")[self.moving].astype(np.float32))

    @cached_property
    def _normalisation(self) -> Normalisation:
        return Normalisation.of(self.folder, self.entry)

    @cached_property
    def _scalars(self) -> tuple[Tensor, Tensor, Tensor]:
        """For each scalar: whether its logarithm is taken, mean and deviation over the training files."""
        values = np.array([list(_scalars_of(path).values()) for path in self._training_files()], dtype=np.float64)
        logarithmic = (values.min(axis=0) > 0) & (values.max(axis=0) > 10 * values.min(axis=0))
        values = np.where(logarithmic, np.log10(np.where(logarithmic, values, 1.0)), values)
        deviation = values.std(axis=0)
        deviation[deviation < AT_REST * np.abs(values).max(axis=0, initial=1.0)] = 1.0
        mean, deviation = (torch.from_numpy(each.astype(np.float32)) for each in (values.mean(axis=0), deviation))
        return torch.from_numpy(logarithmic), mean, deviation

    def _training_files(self) -> list[Path]:
        return files_of(self.folder, "train")

    def shape(self, history: int) -> ForecastShape:
        """Return what a network is told. Raises UserError for a grid with an odd side or one too small."""
        with opened(self._training_files()[0]) as file:
            codes = boundary_conditions(file, self.entry)
            grid = tuple(int(file["dimensions"][name].shape[-1]) for name in self.entry.dimensions)
        if any(points < 8 or points % 2 for points in grid):
            raise UserError(
                f"{self.folder}: grid {grid[0]}x{grid[1]}; forecasts need an even number of points, 8 or more"
            )
        constants = len(self.entry.constant_channels) + len(_scalars_of(self._training_files()[0]))
        periodic = [bool((ends == PERIODIC).all()) for ends in codes]
        return ForecastShape(history, len(self.moving), constants, (grid[0], grid[1]), (periodic[0], periodic[1]))

    def normalise(self, fields: Tensor) -> Tensor:
        """Return (fields - mean) / std for physical values (..., C)."""
        return (fields - self.mean.to(fields.device)) / self.std.to(fields.device)

    def constant_inputs(self, constants: Tensor, scalars: Tensor, grid: tuple[int, ...]) -> Tensor:
        """Return the channels that do not change in time.

        Args:
            constants: constant fields, shape (B, H, W, Cc), physical.
            scalars: shape (B, S), physical; spread over the grid.
            grid: (H, W).

        Returns:
            Shape (B, Cc + S, H, W).
        """
        logarithmic, mean, deviation = (each.to(scalars.device) for each in self._scalars)
        values = torch.where(logarithmic, torch.log10(torch.where(logarithmic, scalars, 1.0)), scalars)
        spread = ((values - mean) / deviation)[:, :, None, None].expand(-1, -1, *grid)
        return torch.cat([self._normalisation.normalise_constant(constants).movedim(-1, 1), spread], dim=1)

    def inputs(self, history: Tensor, constants: Tensor, scalars: Tensor) -> Tensor:
        """Return a network's inputs (B, T * C + Cc + S, H, W) from physical values, history (B, T, H, W, C)."""
        frames = self.normalise(history).movedim(-1, 2)
        return torch.cat([frames.flatten(1, 2), self.constant_inputs(constants, scalars, frames.shape[-2:])], dim=1)

    def next_frame(self, history: Tensor, output: Tensor) -> Tensor:
        """Return the physical frame (B, H, W, C) that a network's output (B, C, H, W) means."""
        return history[:, -1] + output.movedim(1, -1) * self.rms_delta.to(output.device)

    def _channels(self, moment: str) -> NDArray[np.float64]:
        statistics = read_statistics(self.folder / "stats.yaml", self.entry)
        return np.concatenate([np.ravel(statistics[moment][name]) for name in self.entry.fields])


def _scalars_of(path: Path) -> dict[str, float]:
    with opened(path) as file:
        names = [str(name) for name in file["scalars"].attrs["field_names"]]
        return {name: float(np.ravel(file[f"scalars/{name}"][()])[0]) for name in names}
