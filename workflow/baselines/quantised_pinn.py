"""A full PINN for each query, its weights rounded to eight bits after training."""

import sys
from pathlib import Path
from typing import Any

from replication.networks.compression import quantise
from replication.networks.mlp import MLP
from replication.papers.s2gpt_pinn.compressed import Training, answer
from replication.runs.outcome import Phase


def compress(network: MLP, training: Training, phase: Phase) -> dict[str, Any]:
    """Round weights; keep how many there are, and the bytes before and after."""
    count = sum(parameter.numel() for parameter in network.parameters())
    return {"parameters": count, "bytes": quantise(network), "bytes_in_float32": 4 * count}


if __name__ == "__main__":
    answer(compress, *map(Path, sys.argv[1:]))
