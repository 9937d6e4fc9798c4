"""One file from which a killed training goes on, bit for bit."""

import json
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from replication.storage.atomic import replacing

log = logging.getLogger(__name__)

SECONDS_BETWEEN_CHECKPOINTS = 20.0


@dataclass
class Checkpoint:
    """Tensors and a JSON header in one safetensors file; `identity` names the settings and code that it belongs to."""

    path: Path
    identity: str
    device: str = "cpu"
    _saved: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        """Whether enough time has passed since the last one; what is computed never depends on it."""
        return time.monotonic() - self._saved >= SECONDS_BETWEEN_CHECKPOINTS

    def save(self, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
        """Replace the checkpoint, whole or not at all."""
        with replacing(self.path) as temporary:
            save_file(
                {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()},
                temporary,
                metadata={"identity": self.identity, "header": json.dumps(header)},
            )
        self._saved = time.monotonic()

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Return tensors and header, or None if there is none of this identity; another one's is discarded."""
        if not self.path.is_file():
            return None
        try:
            with safe_open(self.path, framework="pt", device=self.device) as file:
                metadata = file.metadata()
                if metadata["identity"] == self.identity:
                    return {name: file.get_tensor(name) for name in file.keys()}, json.loads(metadata["header"])  # noqa: SIM118
            reason = "it belongs to other settings or other code"
        except SafetensorError as error:
            reason = f"it cannot be read ({error})"
        log.warning("starting anew, discarding the checkpoint: %s", reason)
        self.remove()
        return None

    def remove(self) -> None:
        """Delete the checkpoint once the run is whole."""
        self.path.unlink(missing_ok=True)


def adam_state(optimiser: torch.optim.Adam) -> dict[str, Tensor]:
    """Return Adam's state for its single parameter; empty before the first step."""
    (parameter,) = optimiser.param_groups[0]["params"]
    return dict(optimiser.state[parameter])


def restore_adam(optimiser: torch.optim.Adam, state: dict[str, Tensor]) -> None:
    """Put back what `adam_state` returned."""
    (parameter,) = optimiser.param_groups[0]["params"]
    optimiser.state[parameter].update(state)
