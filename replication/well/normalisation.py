"""Z-score normalisation by a dataset's `stats.yaml`, channel by channel, on tensors whose last axis is channels.

The same arithmetic as the_well's `ZScoreNormalization` (standard deviations at least 1e-4), for every split alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from replication.well.catalogue import Dataset
from replication.well.statistics import Statistics, read_statistics

SMALLEST_DEVIATION = 1e-4


@dataclass(frozen=True)
class Normalisation:
    """Channel statistics of a set, float32, shape (C,): fields, their frame-to-frame changes, constant fields."""

    mean: Tensor
    std: Tensor
    mean_delta: Tensor
    std_delta: Tensor
    constant_mean: Tensor
    constant_std: Tensor

    @classmethod
    def of(cls, folder: Path, entry: Dataset) -> "Normalisation":
        """Read it from a dataset's folder; UserError if its `stats.yaml` is missing or belongs to another set."""
        statistics = read_statistics(folder / "stats.yaml", entry)

        def channels(moment: str, fields: Mapping[str, int]) -> Tensor:
            return _channels(statistics, moment, fields)

        return cls(
            mean=channels("mean", entry.fields),
            std=channels("std", entry.fields),
            mean_delta=channels("mean_delta", entry.fields),
            std_delta=channels("std_delta", entry.fields),
            constant_mean=channels("mean", entry.constant_fields),
            constant_std=channels("std", entry.constant_fields),
        )

    def normalise(self, fields: Tensor) -> Tensor:
        """Return (fields - mean) / std."""
        return (fields - self.mean.to(fields.device)) / self.std.to(fields.device)

    def denormalise(self, fields: Tensor) -> Tensor:
        """Undo `normalise`."""
        return fields * self.std.to(fields.device) + self.mean.to(fields.device)

    def normalise_delta(self, change: Tensor) -> Tensor:
        """Return (change - mean_delta) / std_delta, for differences of consecutive frames."""
        return (change - self.mean_delta.to(change.device)) / self.std_delta.to(change.device)

    def denormalise_delta(self, change: Tensor) -> Tensor:
        """Undo `normalise_delta`."""
        return change * self.std_delta.to(change.device) + self.mean_delta.to(change.device)

    def normalise_constant(self, fields: Tensor) -> Tensor:
        """Return (fields - mean) / std of constant fields."""
        return (fields - self.constant_mean.to(fields.device)) / self.constant_std.to(fields.device)


def _channels(statistics: Statistics, moment: str, fields: Mapping[str, int]) -> Tensor:
    parts = [torch.as_tensor(statistics[moment][name], dtype=torch.float32).flatten() for name in fields]
    values = torch.cat(parts) if parts else torch.empty(0)
    return values.clip(min=SMALLEST_DEVIATION) if moment.startswith("std") else values
