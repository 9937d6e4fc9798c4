"""Several processes that train one network, started by `torchrun`: each takes its share of every batch.

Gradients are summed over the processes, so that the result is that of one process with the whole batch, to rounding.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as distributed
from torch import Tensor

RANK = int(os.environ.get("RANK", "0"))
COUNT = int(os.environ.get("WORLD_SIZE", "1"))
"""As `torchrun` sets them; without it there is one process, whose rank is 0."""


def local_device(device: str) -> str:
    """Return the device of this process: with several GPUs, the one of its own."""
    return f"cuda:{os.environ['LOCAL_RANK']}" if device == "cuda" and COUNT > 1 else device


@contextmanager
def joined(device: str) -> Iterator[None]:
    """Be one of the processes of a training; they talk through NCCL on GPUs, through Gloo on CPUs."""
    if COUNT == 1:
        yield
        return
    if device == "cuda":
        torch.cuda.set_device(local_device(device))
    distributed.init_process_group("nccl" if device == "cuda" else "gloo", timeout=timedelta(hours=2))
    try:
        yield
    finally:
        distributed.destroy_process_group()


def share(batch: int) -> slice:
    """Return the samples of a batch that this process takes. `COUNT` must divide `batch`."""
    return slice(RANK * batch // COUNT, (RANK + 1) * batch // COUNT)


def sum_gradients(parameters: Iterable[Tensor]) -> None:
    """Add up the gradients of all processes.

    What a step does not use, such as another dataset's interface, has none in any process, since all draw from the same
    dataset; it is left without, as in one process, so that the optimiser does not move it.
    """
    if COUNT == 1:
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    for gradient, summed in zip(gradients, flat.split([each.numel() for each in gradients]), strict=True):
        gradient.copy_(summed.view_as(gradient))


def total(value: Tensor) -> Tensor:
    """Return the sum of a tensor over the processes."""
    if COUNT > 1:
        distributed.all_reduce(value)
    return value


def in_any(fact: bool, device: str) -> bool:
    """Return whether something is true in any of the processes, each of which asks."""
    return bool(total(torch.tensor(float(fact), device=device))) if COUNT > 1 else fact
