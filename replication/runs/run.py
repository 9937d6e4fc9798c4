"""What a method is given: its names, settings, inputs and a folder of its own."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from replication.provenance.code_version import files_version
from replication.provenance.manifest import settings_hash
from replication.seeds import generator


@dataclass(frozen=True)
class Run:
    """One training run as the workflow orders it.

    `evaluation` is the file of evaluation points (`points`, (N, d)); `inputs` the folders of finished runs it builds
    on, by method; `data` the folders of the datasets that it is trained on, by name. `device` is `cpu` or `cuda`.
    """

    paper: str
    problem: str
    method: str
    seed: int
    folder: Path
    settings: dict[str, Any]
    evaluation: Path
    code_version: str
    device: str = "cpu"
    inputs: dict[str, Path] = field(default_factory=dict)
    data: dict[str, Path] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Short name for messages."""
        return f"{self.problem}/{self.method}/seed{self.seed}"

    @property
    def identity(self) -> str:
        """Changes when a checkpoint must not be continued: other settings, code, data, device, seed or runs needed."""
        made_of = [settings_hash(self.settings), self.code_version, self.device, self.name]
        if self.data:  # the statistics of a dataset change whenever its values do
            made_of.append(files_version(*(folder / "stats.yaml" for folder in self.data.values())))
        made_of += [files_version(self.inputs[method] / "training.json") for method in sorted(self.inputs)]
        return "-".join(made_of)

    def random(self, purpose: str) -> np.random.Generator:
        """Return the generator for a purpose; every method of this problem and seed gets the same one."""
        return generator(self.paper, self.problem, purpose, self.seed)

    def evaluation_points(self) -> np.ndarray:
        """Return the points (N, d) at which the prediction is asked for."""
        with np.load(self.evaluation) as file:
            return file["points"]
