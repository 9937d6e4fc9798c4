"""What one training step costs: time, arithmetic and memory of several networks on the same batch, interleaved."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn

from replication.forecasting.samples import Batch
from replication.forecasting.settings import Training
from replication.forecasting.shape import ForecastShape
from replication.forecasting.training import ForecastFit, Loss
from replication.measurement.flops import flops
from replication.training.checkpoint import Checkpoint

COPIES = 5
"""Of the weights, in a step: themselves, their gradient, two moments and the average."""
FLOAT = 4


class OneBatch:
    """Stands for training samples: every step draws the same random batch."""

    def __init__(self, shape: ForecastShape, size: int, device: str) -> None:
        random = torch.Generator().manual_seed(0)
        draw = [torch.randn(size, channels, *shape.grid, generator=random) for channels in (shape.inputs, shape.fields)]
        self._batch = Batch(draw[0].to(device), draw[1].to(device), None)

    def drawn(self, step: int, size: int, *axes: str | int) -> Batch:
        """Return the batch."""
        return self._batch

    def spread(self, count: int) -> Batch:
        """Return the batch."""
        return self._batch


@dataclass
class Measured:
    """One network under measurement."""

    fit: ForecastFit
    seconds: list[float] = field(default_factory=list)
    flops: int = 0
    megabytes: float = 0.0


def prepared(network: nn.Module, samples: OneBatch, training: Training, loss: Loss | None, device: str) -> Measured:
    """Return a network ready to make steps as it did in its training."""
    drawn: Any = samples
    fit = ForecastFit(
        network=network.to(device),
        forward=lambda _, inputs: network(inputs),
        training={"": drawn},
        validation={},
        settings=training,
        seed=(),
        checkpoint=Checkpoint(Path("none"), ""),
        device=device,
        auxiliary={"": loss},
    )
    fit.prepare()
    return Measured(fit)


def measure(networks: Mapping[str, Measured], steps: int, device: str) -> None:
    """Fill in seconds, FLOPs and memory: A B C A B C ..., the first round does not count.

    FLOPs are those of matrix products and convolutions, forward and backward: neither pointwise operations nor
    Fourier transforms. Memory is what a step adds at its peak, as CUDA reports it, or on a CPU what the backward pass
    keeps, so that it does not depend on the allocator; with the network's weights in all their copies.
    """
    for each in networks.values():
        each.flops = flops(partial(each.fit.step, 0))
        each.megabytes = _memory(each.fit, device)
    for _ in range(steps):
        for each in networks.values():
            start = time.perf_counter()
            each.fit.step(0)
            if device != "cpu":
                torch.cuda.synchronize()
            each.seconds.append(time.perf_counter() - start)


def _memory(fit: ForecastFit, device: str) -> float:
    own = COPIES * FLOAT * sum(parameter.numel() for parameter in fit.network.parameters())
    if device != "cpu":
        torch.cuda.reset_peak_memory_stats()
        resident = torch.cuda.memory_allocated()  # of all networks that are compared
        fit.step(0)
        return (own + torch.cuda.max_memory_allocated() - resident) / 2**20
    weights = {parameter.untyped_storage().data_ptr() for parameter in fit.network.parameters()}
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = max(kept.get(storage.data_ptr(), 0), storage.nbytes())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        fit.step(0)
    return (own + sum(kept.values())) / 2**20


def equal_error(curves: Mapping[str, pd.DataFrame]) -> Iterator[tuple[float, dict[str, int]]]:
    """Yield, for the first method and each other, the error that the worse one reached, and the steps of both to it.

    `curves` hold `step` and `validation_vrmse` of each method's training, one row each time that it looked.
    """
    first, *others = curves
    for other in others:
        pair = {name: curves[name] for name in (first, other)}
        error = max(curve["validation_vrmse"].min() for curve in pair.values())
        yield (
            float(error),
            {name: int(curve.loc[curve["validation_vrmse"] <= error, "step"].min()) for name, curve in pair.items()},
        )
