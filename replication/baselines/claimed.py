"""What a program says about itself in the files that it leaves, believed only where it can be read and be true.

`training.json` may hold `status`, `reason`, `phases` (name: `wall_s`, `cpu_s`, `steps`), `parameters`,
`compile_wall_s`, `query_s`, `accelerator_memory_mb` and keys of the program's own; `history.csv`, `model.safetensors`
and `model.json` may lie beside it. Tables, figures and measurements read all of them later, so that each is tried here
first.
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from replication.runs.outcome import HISTORY_START, Outcome, Phase, Status
from replication.settings.strict import Strict

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Megabytes = Annotated[float, Field(ge=0, allow_inf_nan=False)]

NUMBERS = re.compile("step|loss|loss_.*|learning_rate|gradient_norm|seconds|validation_vrmse")
"""Columns of a history that mean something here; others may hold what they like."""


class ClaimedPhase(Strict):
    """Cost of one part of a run, by the program's own clock."""

    wall_s: Seconds = 0.0
    cpu_s: Seconds = 0.0
    steps: NonNegativeInt = 0


class Claimed(BaseModel):
    """The keys of a program's `training.json` that mean something here; others are its own."""

    model_config = ConfigDict(extra="allow")

    status: Status = Status.DONE
    reason: str = ""
    phases: dict[str, ClaimedPhase] = {}
    parameters: NonNegativeInt = 0
    compile_wall_s: Seconds = 0.0
    query_s: Seconds | None = None
    accelerator_memory_mb: Megabytes | None = None

    def put_into(self, result: Outcome) -> None:
        """Take what is claimed over; keys of the program's own stand apart under `own`, where they mean nothing."""
        result.status, result.reason = self.status, " ".join(self.reason.split())
        result.parameters, result.compile_wall_s = self.parameters, self.compile_wall_s
        if self.phases:
            result.phases = {name: Phase(**phase.model_dump()) for name, phase in self.phases.items()}
        optional = {"query_s": self.query_s, "accelerator_memory_mb": self.accelerator_memory_mb}
        result.details |= {name: value for name, value in optional.items() if value is not None}
        result.details |= {"own": self.model_extra} if self.model_extra else {}


def read_record(file: Path) -> Claimed:
    """Read a program's `training.json`. Raises ValueError saying in one line what is wrong with it."""
    if not file.is_file():
        return Claimed()
    try:
        return Claimed.model_validate(_json(file))
    except ValidationError as error:
        fault = error.errors()[0]
        place = "".join(f"{key} = " for key in [".".join(map(str, fault["loc"]))] if key)
        message = f"{fault['msg'][0].lower()}{fault['msg'][1:]}"
        raise ValueError(f"{file.name}: {place}{fault['input']!r}: {message}") from None


def history_fault(file: Path) -> str | None:
    """Return what is wrong with a history in one line, or None. It is read as figures read it."""
    if not file.is_file():
        return None
    try:
        history = pd.read_csv(file)
    except (ValueError, OSError) as error:
        return f"{file.name} cannot be read: {' '.join(str(error).split())}"
    columns = tuple(map(str, history))
    if columns[: len(HISTORY_START)] != HISTORY_START:
        return f"{file.name}: columns begin with {', '.join(columns[:3])}, expected {', '.join(HISTORY_START)}"
    if not isinstance(history.index, pd.RangeIndex):
        return f"{file.name}: lines have more values than the {len(columns)} columns"
    for name in filter(NUMBERS.fullmatch, columns):
        numbers = pd.to_numeric(history[name], errors="coerce")
        wrong = ~np.isfinite(numbers) if name == "step" else numbers.isna() & history[name].notna()
        if wrong.any():
            return f"{file.name}: line {wrong.argmax() + 2}: {name} = {history[name][wrong.argmax()]} is not a number"
    return None


def model_fault(folder: Path) -> str | None:
    """Return what is wrong with the weights or with what rebuilds the model, in one line, or None."""
    from safetensors import SafetensorError, safe_open

    weights, description = folder / "model.safetensors", folder / "model.json"
    try:
        if weights.is_file():
            with safe_open(weights, framework="numpy") as tensors:
                tensors.keys()
    except (OSError, SafetensorError) as error:
        return f"{weights.name} cannot be read: {' '.join(str(error).split())}"
    try:
        if description.is_file() and not isinstance(_json(description), dict):
            return f"{description.name}: expected a mapping of names to values"
    except ValueError as error:
        return str(error)
    return None


def _json(file: Path) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not a finite number")

    try:
        return json.loads(file.read_text(encoding="utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file.name} cannot be read: {' '.join(str(error).split())}") from None
