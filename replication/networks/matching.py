"""Networks with a given number of parameters, so that methods are compared at equal size."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

from replication.errors import UserError

TOLERANCE = 0.05
"""Largest relative difference in parameters that still counts as equal size."""

Network = TypeVar("Network", bound=nn.Module)


def count(network: nn.Module) -> int:
    """Return the number of real parameters of `network`."""
    return sum(parameter.numel() * (2 if parameter.is_complex() else 1) for parameter in network.parameters())


def matched(build: Callable[[int], Network], parameters: int) -> Network:
    """Return `build(size)` for the size >= 1 whose parameters come closest; they may not fall with size.

    Raises UserError if the closest is more than 5 % away.
    """

    def parameters_at(size: int) -> int:
        # a network on "meta" has shapes only, so that nothing is allocated or drawn
        with torch.device("meta"):
            return count(build(size))

    above = 1
    while parameters_at(above) < parameters:
        above *= 2
    below = above // 2
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if parameters_at(middle) < parameters else (below, middle)
    size = min((size for size in (below, above) if size), key=lambda size: abs(parameters_at(size) - parameters))
    network = build(size)
    if abs(count(network) - parameters) > TOLERANCE * parameters:
        raise UserError(
            f"parameters {parameters}: the closest {type(network).__name__} for this dataset has {count(network)},"
            f" more than {TOLERANCE:.0%} away; ask for another number of parameters"
        )
    return network
