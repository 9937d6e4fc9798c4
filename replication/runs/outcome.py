"""What became of a run, and the files that say so."""

import csv
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from replication.errors import UserError
from replication.layout import RECORD_FILES, RunKey, prediction
from replication.storage.atomic import replacing, write_json


class Status(StrEnum):
    """How a run ended; every run has exactly one."""

    DONE = "done"
    DIVERGED = "diverged"
    OUT_OF_TIME = "out_of_time"
    FAILED = "failed"
    SKIPPED = "skipped"


HISTORY_START = ("phase", "step", "loss")


@dataclass
class Phase:
    """Cost of one part of a run: wall and CPU seconds and optimiser steps."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    steps: int = 0


@dataclass
class Outcome:
    """All that a method has to tell; the harness writes it down with `write`.

    `prediction` holds one array a field on the evaluation points, or the forecasts `one_step` and `rollout`. `history`
    holds one mapping a logged step, all with the same keys. `weights` are the model's tensors as numpy arrays and
    `architecture` what rebuilds it.
    """

    status: Status
    reason: str = ""
    prediction: Mapping[str, np.ndarray] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)
    architecture: Mapping[str, Any] = field(default_factory=dict)
    phases: dict[str, Phase] = field(default_factory=dict)
    compile_wall_s: float = 0.0
    peak_memory_mb: float = 0.0
    parameters: int = 0
    details: dict[str, Any] = field(default_factory=dict)


def write(
    outcome: Outcome,
    folder: Path,
    provenance: Mapping[str, Any],
    manifest: Mapping[str, Any],
    kept: Collection[str] = (),
) -> None:
    """Write every file of the run folder; `training.json` comes last, so that it vouches for the others.

    `provenance` (seed, settings, code version) and the outcome's costs make up `training.json`. On any status but
    `done`, prediction and model hold no arrays; the history is kept, since it shows how a run diverged. Files named in
    `kept` stay as they are where an external program has written them.
    """
    from safetensors.numpy import save_file

    def missing(name: str) -> bool:
        return name not in kept or not (folder / name).is_file()

    done = outcome.status is Status.DONE
    if missing(answer := prediction(RunKey.of_folder(folder).paper)):
        write_prediction(folder / answer, outcome.prediction if done else {})
    if missing("model.safetensors"):
        weights = {name: np.ascontiguousarray(array) for name, array in outcome.weights.items()} if done else {}
        with replacing(folder / "model.safetensors") as path:
            save_file(weights, path)
    if missing("model.json"):
        write_json(folder / "model.json", dict(outcome.architecture) if done else {})
    if missing("history.csv"):
        _write_history(outcome.history, folder / "history.csv")
    write_json(folder / "manifest.json", dict(manifest))
    write_json(
        folder / "training.json",
        {
            "status": outcome.status.value,
            "reason": outcome.reason,
            "phases": {name: vars(phase) for name, phase in outcome.phases.items()},
            "compile_wall_s": outcome.compile_wall_s,
            "peak_memory_mb": outcome.peak_memory_mb,
            "parameters": outcome.parameters,
            **outcome.details,
            **provenance,
        },
    )


def write_prediction(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays by name: `prediction.npz`, or `forecast.h5` where the paper's methods forecast."""
    with replacing(path) as temporary:
        if path.suffix == ".h5":
            import h5py

            with h5py.File(temporary, "w") as forecast:
                for name, array in arrays.items():
                    forecast[name] = array
        else:
            with temporary.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]


def read_record(folder: Path) -> dict[str, Any]:
    """Return a run's `training.json`.

    Raises UserError where a file of the contract is missing or the record cannot be read.
    """
    for name in (prediction(RunKey.of_folder(folder).paper), *RECORD_FILES):
        if not (folder / name).is_file():
            raise UserError(f"{folder}: {name} is missing; delete the folder and run it again")
    try:
        record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        Status(record["status"])
    except (ValueError, KeyError) as error:
        message = f"{folder}/training.json cannot be read ({error}); delete the folder and run it again"
        raise UserError(message) from None
    return record


def _write_history(rows: list[dict[str, Any]], path: Path) -> None:
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else list(HISTORY_START))
        writer.writeheader()
        writer.writerows(rows)
