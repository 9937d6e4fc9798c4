"""A network that fulfils conditions of its problem whatever its weights."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from replication.networks.mlp import MLP
from replication.problems.registry import problem_named


class HardConditions(MLP):
    """The fully connected network inside its problem's ansatz (`Problem.ansatz`), which fulfils `Problem.hard`."""

    def __init__(
        self,
        problem: str,
        coefficients: Mapping[str, float],
        low: Sequence[float],
        high: Sequence[float],
        hidden: Sequence[int],
        outputs: int,
        activation: str,
    ) -> None:
        super().__init__(low, high, hidden, outputs, activation)
        self._name, self._coefficients = problem, dict(coefficients)
        self._problem = problem_named(problem, coefficients)

    def architecture(self) -> dict[str, Any]:
        """Return what `build` needs to make this network again."""
        own = {"kind": "hard_conditions", "problem": self._name, "coefficients": self._coefficients}
        return super().architecture() | own

    def ansatz(self, points: Tensor, raw: Tensor) -> Tensor:
        """Turn outputs (N, m) of the layers at points (N, d) into fields that fulfil the conditions."""
        fields: Tensor = self._problem.ansatz(points, raw)
        return fields

    def forward(self, points: Tensor) -> Tensor:  # noqa: D102
        return self.ansatz(points, super().forward(points))


def build(**architecture: Any) -> HardConditions:
    """Rebuild a network from its `architecture`, weights yet to be loaded."""
    return HardConditions(**architecture)
