"""The task file: all that a baseline is told about what it has to do, as JSON.

`paper`, `problem`, `evaluation` (file of points or histories, from the working directory), `prediction` (name of the
file to write) and `budget` (`wall_s`) stand in every task, beside what the paper says of the problem. `hardware` is
what the probe found out about the target. Where the problem is an equation, `statement`, `coordinates`, `domain` (ends
by coordinate) and `fields` come from its module.
"""

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replication.storage.atomic import write_json

FOUND = ("hardware", "statement", "coordinates", "domain", "fields")
"""What the file says beyond the settings that a run depends on."""


@dataclass(frozen=True)
class Task:
    """A task file as read."""

    content: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> "Task":
        """Read what `write` wrote."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @property
    def settings(self) -> dict[str, Any]:
        """What a run depends on: a change of it is another run."""
        return {key: value for key, value in self.content.items() if key not in FOUND}

    @property
    def hardware(self) -> Mapping[str, Any]:
        """The target: `target` (its name), `device`, `threads`, `status`, `reason`, `name` (of the processor)."""
        return self.content["hardware"]


def write(settings: Mapping[str, Any], probed: Mapping[str, Any], path: Path) -> None:
    """Write a task file; `probed` is the content of the target's `hardware.json`. Every target has one thread."""
    hardware = {"target": path.parents[1].name, "threads": 1, **probed}
    write_json(path, {**settings, **(_of_equation(settings) if "equation" in settings else {}), "hardware": hardware})


def _of_equation(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a problem's module says; with free parameters, whose values do not matter here, at their low ends."""
    from replication.problems.registry import problem_named

    low = {name: axis["low"] for name, axis in settings.get("parameters", {}).items()}
    problem = problem_named(settings["equation"], settings.get("coefficients", low))
    ends = zip(problem.coordinates, problem.low, problem.high, strict=True)
    return {
        "statement": inspect.getdoc(type(problem)),
        "coordinates": list(problem.coordinates),
        "domain": {name: [low, high] for name, low, high in ends},
        "fields": list(problem.fields),
    }
