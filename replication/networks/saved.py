"""Networks on disk: weights as safetensors, architecture as JSON, nothing that could run code."""

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from replication.errors import UserError


class Describable(Protocol):
    """A network that can say what rebuilds it: `kind` (its module here) and the arguments of that module's `build`."""

    def architecture(self) -> dict[str, Any]:
        """Return the architecture as plain JSON values."""
        ...


def load_network(folder: Path, device: str = "cpu") -> nn.Module:
    """Rebuild the network of a finished run, in evaluation mode. Raises UserError where there is none."""
    description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    if not description:
        raise UserError(f"{folder}/model.json is empty: this run has no model")
    kind = description.pop("kind")
    tensors = load_file(folder / "model.safetensors", device=device)
    dtype = next(tensor.dtype for tensor in tensors.values() if tensor.is_floating_point())
    network: nn.Module = import_module(f"replication.networks.{kind}").build(**description).to(device, dtype)
    network.load_state_dict(tensors)
    return network.eval().requires_grad_(False)


def weights(network: nn.Module) -> dict[str, np.ndarray]:
    """Return the network's tensors as arrays, by name."""
    return {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}


@torch.no_grad()
def predict(network: nn.Module, fields: Sequence[str], points: np.ndarray) -> dict[str, np.ndarray]:
    """Return every field (N,) in float64 at points (N, d); the network computes in its own precision."""
    like = next(network.parameters())
    outputs: Tensor = network(torch.as_tensor(points, dtype=like.dtype, device=like.device))
    return {name: outputs[:, i].cpu().numpy().astype(np.float64) for i, name in enumerate(fields)}
