"""Weights kept along a training, for those who measure how it went."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from replication.errors import UserError
from replication.storage.atomic import replacing

FOLDER = "snapshots"


@dataclass(frozen=True)
class Snapshots:
    """Keeps `count` snapshots of the parameters over the Adam steps, one file each below the run folder.

    Their steps are quadratic, steps (i / (count - 1))², the first at the start and the last at the end: early training
    changes faster. What is written depends on the step alone, so a training that goes on from a checkpoint leaves the
    same files.
    """

    run: Path
    count: int

    def clear(self) -> None:
        """Forget what another training left in this folder."""
        shutil.rmtree(self.run / FOLDER, ignore_errors=True)

    def keep(self, step: int, steps: int, flat: Tensor) -> None:
        """Write the parameters `flat` (P,) if `step` out of `steps` is one to keep."""
        if step in snapshot_steps(self.count, steps):
            with replacing(self.run / FOLDER / f"adam{step:07d}.safetensors") as path:
                save_file({"parameters": flat.detach().cpu().clone()}, path)


def snapshot_steps(count: int, steps: int) -> tuple[int, ...]:
    """Return the distinct steps at which snapshots are kept; none for a count of zero."""
    return tuple(sorted({round(steps * (i / max(count - 1, 1)) ** 2) for i in range(count)}))


def read_snapshots(run: Path) -> dict[int, Tensor]:
    """Return the kept parameters (P,) by step. Raises UserError where a run has none."""
    files = sorted((run / FOLDER).glob("adam*.safetensors"))
    if not files:
        raise UserError(f"{run}/{FOLDER} holds no snapshots; delete the run's folder and run it again")
    return {int(file.stem.removeprefix("adam")): load_file(file)["parameters"].to(torch.float64) for file in files}
