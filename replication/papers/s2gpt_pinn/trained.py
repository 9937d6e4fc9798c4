"""Rebuilds a finished arm from its run folder: neurons, columns, points, coefficients."""

import json
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file
from torch import Tensor

from replication.layout import RunKey
from replication.networks.mlp import MLP
from replication.papers.s2gpt_pinn.arms import Optimiser, arm
from replication.papers.s2gpt_pinn.meta_network import MetaNetwork
from replication.reduced_basis.columns import evaluate


@dataclass(frozen=True)
class Trained:
    """A finished arm: its meta-network with all neurons and points, its arrays and its `training.json`."""

    key: RunKey
    meta: MetaNetwork
    networks: list[MLP]
    arrays: dict[str, np.ndarray]
    record: dict[str, Any]

    @classmethod
    def load(cls, folder: Path, optimiser: Optimiser | None = None) -> "Trained":
        """Rebuild the arm in `folder`, with another optimiser if asked for."""
        key = RunKey.of_folder(folder)
        record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        arrays = load_file(folder / "model.safetensors")
        description = json.loads((folder / "model.json").read_text(encoding="utf-8"))["neuron"]
        kind = import_module(f"replication.networks.{description.pop('kind')}")
        chosen = arm(key.method)
        chosen = chosen if optimiser is None else replace(chosen, optimiser=optimiser)
        meta = MetaNetwork(chosen, record["settings"]["family"], key.seed)
        networks = []
        for i, parameters in enumerate(arrays["parameters"].tolist()):
            network: MLP = kind.build(**description).double()
            prefix = f"neuron_{i}."
            states = {name.removeprefix(prefix): v for name, v in arrays.items() if name.startswith(prefix)}
            network.load_state_dict({name: torch.as_tensor(v) for name, v in states.items()})
            networks.append(network.requires_grad_(False))
            meta.add(network, parameters)
        meta.residual_points = arrays["residual_points"].tolist()
        return cls(key, meta, networks, arrays, record)

    @property
    def count(self) -> int:
        """Number of neurons."""
        return len(self.networks)

    def columns(self, points: np.ndarray) -> Tensor:
        """Return the neurons' values (N, n) at points (N, d)."""
        problem = self.meta.parametric.at(self.meta.parametric.middle())
        at = torch.as_tensor(points)
        return torch.stack([evaluate(network, problem, at, problem.fields)["u"] for network in self.networks], dim=1)
