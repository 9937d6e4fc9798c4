"""A network's parameters as one vector (P,), in the order of `named_parameters`."""

import torch
from torch import Tensor, nn


def flatten(network: nn.Module) -> Tensor:
    """Return a copy of all parameters as one vector (P,)."""
    return torch.cat([parameter.detach().reshape(-1) for parameter in network.parameters()])


def unflatten(network: nn.Module, flat: Tensor) -> dict[str, Tensor]:
    """Return views of `flat` (P,) under the names and shapes of the network's parameters."""
    parameters = dict(network.named_parameters())
    pieces = flat.split([parameter.numel() for parameter in parameters.values()])
    return {name: piece.view(like.shape) for (name, like), piece in zip(parameters.items(), pieces, strict=True)}


@torch.no_grad()
def load_flat(network: nn.Module, flat: Tensor) -> None:
    """Copy a flat vector (P,) into the network's parameters."""
    for name, value in unflatten(network, flat).items():
        network.get_parameter(name).copy_(value)
