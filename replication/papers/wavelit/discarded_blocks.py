"""The forward pass behind The Well's published FNO and TFNO columns: every block is called, its result discarded.

From June 2024 to November 2025 the wrappers of both models in The Well's benchmark lifted the input, called each
Fourier block on the lifted field without keeping what it returned, and projected the lifted field. We build that pass
from parts of our own FNO, so that nothing but the discarding differs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from replication.seeds import derived_seed


class FNO(Protocol):
    """The parts of an FNO that the pass is built from."""

    lifting: nn.Module
    blocks: nn.ModuleList
    projection: nn.Module
    head: nn.Conv2d

    def __call__(self, inputs: Tensor) -> Tensor:
        """Return the forward pass as it should be."""

    def parameters(self) -> Iterable[nn.Parameter]:
        """Return all parameters."""


@dataclass(frozen=True)
class Effect:
    """What the blocks do: parameters in them, how many of these have a gradient, and how far a point reaches."""

    parameters: int
    in_blocks: int
    with_gradient: int
    """Parameters of blocks whose gradient is not zero."""
    reached: int
    """Points of the output that change when one point of the input does."""


def discarding(network: FNO, inputs: Tensor) -> Tensor:
    """Return the forward pass of an FNO (lifting, blocks, projection, head) in which blocks are called in vain."""
    v = network.lifting(inputs)
    for block in network.blocks:
        block(v)
    projected: Tensor = network.head(F.gelu(network.projection(v)))
    return projected


def effect(network: FNO, *, discard: bool, grid: tuple[int, int], channels: int) -> Effect:
    """Return what the blocks of an FNO do, with their results discarded or kept; the head gets random weights."""
    random = torch.Generator().manual_seed(derived_seed("discarded_blocks"))
    with torch.no_grad():
        network.head.weight.normal_(generator=random)

    def forward(inputs: Tensor) -> Tensor:
        return discarding(network, inputs) if discard else network(inputs)

    inputs = torch.randn(2, channels, *grid, generator=random)
    for parameter in network.parameters():
        parameter.grad = None
    forward(inputs).square().mean().backward()
    in_blocks = list(network.blocks.parameters())
    moved = inputs.clone()
    moved[:, :, grid[0] // 2, grid[1] // 2] += 1
    with torch.no_grad():
        change = (forward(moved) - forward(inputs)).abs().amax(dim=(0, 1))
    return Effect(
        parameters=sum(p.numel() for p in network.parameters()),
        in_blocks=sum(p.numel() for p in in_blocks),
        with_gradient=sum(int((p.grad != 0).sum()) for p in in_blocks if p.grad is not None),
        reached=int((change > 0).sum()),
    )
