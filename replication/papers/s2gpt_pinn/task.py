"""A family's task as our own comparison methods read it, and how they hand in their answers."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from replication.papers.s2gpt_pinn.parametric import Parametric
from replication.papers.s2gpt_pinn.queries import queries_of
from replication.problems.problem import Array
from replication.runs.outcome import Phase
from replication.storage.atomic import replacing, write_json


@dataclass
class QueryTask:
    """Held-out parameters (M, p), the grid (N, d) and axes on which solutions are asked for, and costs so far."""

    content: Mapping[str, Any]
    parametric: Parametric
    parameters: Array
    axes: Mapping[str, Array]
    grid: Array
    phases: dict[str, Phase] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> "QueryTask":
        """Read a task file and the evaluation points that it names."""
        content = json.loads(file.read_text(encoding="utf-8"))
        parametric = Parametric.of(content)
        with np.load(content["evaluation"]) as published:
            parameters, grid = queries_of(published["points"], len(parametric.axes))
            axes = {name: published[f"axis_{name}"] for name in content["coordinates"]}
        return cls(content, parametric, parameters, axes, grid)

    @contextmanager
    def clock(self, name: str) -> Iterator[Phase]:
        """Add the wall and CPU seconds of a block to a phase; its steps are the block's to count."""
        phase = self.phases.setdefault(name, Phase())
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield phase
        finally:
            phase.wall_s += time.perf_counter() - wall
            phase.cpu_s += time.process_time() - cpu

    def hand_in(self, out: Path, solutions: Array, parameters: int, **record: Any) -> None:
        """Write solutions (M, N), the number of trained or fitted numbers, phases and whatever else is to be kept."""
        with replacing(out / "prediction.npz") as temporary, temporary.open("wb") as file:
            np.savez(file, u=solutions.reshape(-1))
        phases = {name: asdict(phase) for name, phase in self.phases.items()}
        write_json(out / "training.json", {"phases": phases, "parameters": parameters, **record})
