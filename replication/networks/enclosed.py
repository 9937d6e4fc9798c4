"""A network that vanishes on the boundary of its box, whatever its weights."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from replication.networks.mlp import MLP


class Enclosed(MLP):
    """The fully connected network times Π (s - low)(s - high) over the coordinates s: zero boundary values, exactly.

    On [-1, 1]² the factor is (x² - 1)(y² - 1), as in the reference code's Helmholtz problem.
    """

    def architecture(self) -> dict[str, Any]:
        """Return what `build` needs to make this network again."""
        return super().architecture() | {"kind": "enclosed"}

    def forward(self, points: Tensor) -> Tensor:  # noqa: D102
        factor = ((points - self.low) * (points - self.high)).prod(dim=1, keepdim=True)
        return factor * super().forward(points)


def build(
    low: Sequence[float], high: Sequence[float], hidden: Sequence[int], outputs: int, activation: str
) -> Enclosed:
    """Rebuild a network from its `architecture`, weights yet to be loaded."""
    return Enclosed(low, high, hidden, outputs, activation)
