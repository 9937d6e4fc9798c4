"""A folder of baselines and a working directory with one published task: Burgers on a small grid."""

import json
from pathlib import Path

import numpy as np
import pytest

from replication.baselines import declaration
from replication.problems.burgers import Burgers
from replication.verbs import run_external

PROBED = {"device": "cpu", "status": "present", "reason": "", "name": "a processor", "cores": 1}
SETTINGS = {
    "paper": "kd_pinn",
    "problem": "burgers",
    "equation": "burgers",
    "coefficients": {"viscosity": 0.1},
    "evaluation": "data/evaluation/tiny/kd_pinn/burgers.npz",
    "prediction": "prediction.npz",
    "budget": {"wall_s": 20.0},
}


class Door:
    """What a test puts through the door, in the working directory `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.baselines = folder / "workflow" / "baselines"
        self.task = Path("data/tasks/tiny/cpu/kd_pinn/burgers.json")

    def add(self, name: str, header: str = "{paper: kd_pinn}") -> Path:
        """Write a rule file with a header."""
        file = self.baselines / f"{name}.smk"
        file.write_text(f"# A method.\n# baseline: {header}\n\n\nrule run:\n    output:\n        config['files'],\n")
        return file

    def out(self, name: str, seed: int = 0) -> Path:
        """Return a run's folder."""
        return Path(f"results/tiny/cpu/kd_pinn/burgers/{name}/seed{seed}")


@pytest.fixture
def door(tmp_path, monkeypatch):
    """An empty folder of baselines, evaluation points, reference and task."""
    from replication.baselines import task

    monkeypatch.chdir(tmp_path)
    door = Door(tmp_path)
    door.baselines.mkdir(parents=True)
    for module in (declaration, run_external):
        monkeypatch.setattr(module, "BASELINES", door.baselines)
    axes, points = Burgers(0.1).grid({"x": 8, "t": 5})
    published = {"points": points} | {f"axis_{name}": values for name, values in axes.items()}
    for kind, arrays in (("evaluation", {}), ("references", Burgers(0.1).solution(points))):
        file = Path(f"data/{kind}/tiny/kd_pinn/burgers.npz")
        file.parent.mkdir(parents=True)
        np.savez(file, **published, **arrays)
    task.write(SETTINGS, PROBED, door.task)
    return door


@pytest.fixture
def absent(door):
    """The same task on a machine without the device."""
    content = json.loads(door.task.read_text())
    content["hardware"] |= {"status": "absent", "reason": "no CUDA device", "device": "cuda"}
    door.task.write_text(json.dumps(content))
    return door
