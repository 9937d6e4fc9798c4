"""The fully connected network of the PINN papers."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn


class Cosine(nn.Module):
    """x -> cos x."""

    def forward(self, x: Tensor) -> Tensor:  # noqa: D102
        return torch.cos(x)


ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "silu": nn.SiLU, "cos": Cosine}
"""Activation by the name that settings use."""


class MLP(nn.Module):
    """Maps points (N, d) to fields (N, m) through hidden layers with one activation.

    Inputs are scaled affinely from the domain's box [low, high] to [-1, 1]^d, as in Raissi's PINN code; weights start
    Glorot-normal, biases at zero. The scaling is part of the network, so a saved network needs nothing beside it.
    """

    low: Tensor
    high: Tensor

    def __init__(
        self, low: Sequence[float], high: Sequence[float], hidden: Sequence[int], outputs: int, activation: str
    ) -> None:
        super().__init__()
        self.register_buffer("low", torch.tensor(low, dtype=torch.get_default_dtype()))
        self.register_buffer("high", torch.tensor(high, dtype=torch.get_default_dtype()))
        self._hidden, self._activation = list(hidden), activation
        widths = [len(low), *hidden, outputs]
        layers: list[nn.Module] = []
        for inputs, width in pairwise(widths):
            layers += [nn.Linear(inputs, width), ACTIVATIONS[activation]()]
        self.layers = nn.Sequential(*layers[:-1])

    def initialise(self, generator: torch.Generator) -> "MLP":
        """Draw Glorot-normal weights and zero biases; returns the network itself."""
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_normal_(layer.weight, generator=generator)
                nn.init.zeros_(layer.bias)
        return self

    def architecture(self) -> dict[str, Any]:
        """Return what `build` needs to make this network again."""
        return {
            "kind": "mlp",
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "hidden": self._hidden,
            "outputs": self.layers[-1].out_features,
            "activation": self._activation,
        }

    def forward(self, points: Tensor) -> Tensor:  # noqa: D102
        return self.layers(2 * (points - self.low) / (self.high - self.low) - 1)


def build(low: list[float], high: list[float], hidden: list[int], outputs: int, activation: str) -> MLP:
    """Rebuild a network from its `architecture`, weights yet to be loaded."""
    return MLP(low, high, hidden, outputs, activation)
