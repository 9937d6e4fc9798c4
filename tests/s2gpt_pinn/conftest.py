"""A family small enough to train in seconds."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from replication.papers.s2gpt_pinn.offline import build
from replication.papers.s2gpt_pinn.queries import evaluation, reference
from replication.papers.s2gpt_pinn.settings import Settings
from replication.runs.outcome import Outcome
from replication.runs.run import Run

SMALL: dict[str, Any] = {
    "methods": ["gpt_pinn", "s2gpt_pinn", "s2gpt_pinn-published", "pinn"],
    "parameters": {"viscosity": {"low": 0.2, "high": 1.0, "count": 7}},
    "neurons": 3,
    "hidden": [8, 8],
    "trainer": {
        "kind": "gauss_newton",
        "steps": 20,
        "collocation": 200,
        "conditions": {"initial": 40, "boundary": 40},
        "resample_every": 10,
    },
    "meta_grid": {"x": 30, "t": 30},
    "meta_conditions": {"initial": 40, "boundary": 40},
    "held_out": 3,
    "pinn_queries": 2,
    "held_out_low": {},
    "grid": {"x": 20, "t": 15},
}


class Workshop:
    """Builds arms of the small family in one folder, so that they share neurons."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings.model_validate({"problems": {"burgers": SMALL}})
        self.evaluation = evaluation(self.settings.data_settings("burgers"))
        np.savez(root / "evaluation.npz", **self.evaluation)

    def run(self, method: str, **changes: Any) -> Run:
        settings = self.settings.training_settings("burgers", method)
        settings["family"] |= changes
        folder = self.root / "results/preset/cpu/s2gpt_pinn/burgers" / method / "seed0"
        return Run("s2gpt_pinn", "burgers", method, 0, folder, settings, self.root / "evaluation.npz", "test")

    def reference(self) -> dict[str, np.ndarray]:
        return reference(self.settings.data_settings("burgers"), self.evaluation["points"])

    def build(self, method: str, **changes: Any) -> Outcome:
        torch.set_num_threads(1)
        return build(self.run(method, **changes))


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("s2gpt_pinn"))
