"""A full PINN for each query, half of its weights removed by magnitude, and nothing after that."""

import sys
from pathlib import Path
from typing import Any

from replication.networks.compression import largest_weights
from replication.networks.mlp import MLP
from replication.papers.s2gpt_pinn.compressed import Training, answer
from replication.runs.outcome import Phase

SHARE = 0.5
"""As in `pruned_pinn`."""


def compress(network: MLP, training: Training, phase: Phase) -> dict[str, Any]:
    """Remove weights."""
    kept = largest_weights(network, SHARE)
    training(network, 0, kept)
    return {"parameters": int(kept.sum())}


if __name__ == "__main__":
    answer(compress, *map(Path, sys.argv[1:]))
