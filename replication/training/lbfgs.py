"""Limited-memory BFGS with a line search that does not stall at rounding error.

`torch.optim.LBFGS` ends silently when a step changes the loss by less than an absolute tolerance, which in float32 can
come after some thirty iterations of a PINN. Here an iteration either takes a step or says that it cannot, and all state
is plain tensors, so that a stopped run continues bit for bit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

import torch
from torch import Tensor

SUFFICIENT_DECREASE = 0.1
CURVATURE = 0.9
ROUNDING = 1e-6
"""Relative rise of the loss that counts as rounding (Hager and Zhang's epsilon)."""
EXPANSION = 4.0
MAXIMUM_TRIALS = 25

LossAndGradient = Callable[[Tensor], tuple[float, Tensor]]


@dataclass
class LBFGS:
    """Minimises a function of one flat vector; `advance` is one iteration.

    `pairs` holds the newest steps s, gradient changes y and 1 / s·y, oldest first, at most `history` of them.
    `evaluations` counts calls of the function. Reference: Nocedal and Wright, Numerical Optimization, algorithms 7.4
    and 7.5.
    """

    function: LossAndGradient
    point: Tensor
    history: int = 50
    loss: float = field(init=False)
    gradient: Tensor = field(init=False)
    pairs: list[tuple[Tensor, Tensor, float]] = field(default_factory=list)
    iterations: int = 0
    evaluations: int = 0

    def __post_init__(self) -> None:
        self.loss, self.gradient = self._evaluate(self.point)

    def advance(self) -> bool:
        """Take one step; returns False, with the state unchanged but its history cleared, if no step lowers the loss.

        When the quasi-Newton direction fails, the history is dropped and steepest descent is tried before giving up.
        """
        if self._step_along(self._direction()):
            return True
        if not self.pairs:
            return False
        self.pairs.clear()
        return self._step_along(self._direction())

    def state(self) -> dict[str, Tensor]:
        """Return everything that the next iteration depends on."""
        width = len(self.point)
        empty = self.point.new_empty((0, width))
        return {
            "point": self.point,
            "gradient": self.gradient,
            "loss": torch.tensor(self.loss, dtype=torch.float64),
            "steps": torch.stack([s for s, _, _ in self.pairs]) if self.pairs else empty,
            "changes": torch.stack([y for _, y, _ in self.pairs]) if self.pairs else empty,
            "counts": torch.tensor([self.iterations, self.evaluations]),
        }

    @classmethod
    def from_state(cls, function: LossAndGradient, state: dict[str, Tensor], history: int = 50) -> "LBFGS":
        """Continue from what `state` returned."""
        optimiser = cls.__new__(cls)
        optimiser.function, optimiser.history = function, history
        optimiser.point, optimiser.gradient = state["point"], state["gradient"]
        optimiser.loss = float(state["loss"])
        pairs = zip(state["steps"], state["changes"], strict=True)
        optimiser.pairs = [(s, y, 1 / float(torch.dot(s, y))) for s, y in pairs]
        optimiser.iterations, optimiser.evaluations = (int(count) for count in state["counts"])
        return optimiser

    def _evaluate(self, point: Tensor) -> tuple[float, Tensor]:
        self.evaluations += 1
        return self.function(point)

    def _direction(self) -> Tensor:
        """Two-loop recursion: -H g with the scaled identity s·y / y·y as the initial inverse Hessian."""
        q = -self.gradient
        if not self.pairs:
            return q
        alphas = []
        for s, y, inverse in reversed(self.pairs):
            alphas.append(inverse * float(torch.dot(s, q)))
            q = q.add(y, alpha=-alphas[-1])
        _, y, inverse = self.pairs[-1]
        q = q / (inverse * float(torch.dot(y, y)))
        for (s, y, inverse), alpha in zip(self.pairs, reversed(alphas), strict=True):
            q = q.add(s, alpha=alpha - inverse * float(torch.dot(y, q)))
        return q

    def _step_along(self, direction: Tensor) -> bool:
        slope = float(torch.dot(self.gradient, direction))
        if not slope < 0:
            return False
        length = 1.0 if self.pairs else 1.0 / max(1.0, float(self.gradient.abs().sum()))
        found = self._line_search(direction, slope, length)
        if found is None:
            return False
        loss, gradient, point = found
        step, change = point - self.point, gradient - self.gradient
        curvature = float(torch.dot(step, change))
        if curvature > 0:
            self.pairs.append((step, change, 1 / curvature))
            del self.pairs[: -self.history]
        self.point, self.gradient, self.loss = point, gradient, loss
        self.iterations += 1
        return True

    def _line_search(self, direction: Tensor, slope: float, length: float) -> tuple[float, Tensor, Tensor] | None:
        """Return loss, gradient and point at an acceptable step along `direction`, or None after too many trials.

        Accepted are the Wolfe conditions or, near rounding error, the approximate ones of Hager and Zhang (2005, SIAM
        J. Optim. 16, 170-192, section 2.1), which judge the decrease by slopes: these keep their digits where a
        difference of losses has lost its own. The bracket [low, high] starts with a falling and ends with a rising (or
        too high) point and shrinks by the secant of the slopes.
        """
        ceiling = self.loss + ROUNDING * abs(self.loss)
        low, low_slope = 0.0, slope
        high, high_slope = inf, inf
        for _ in range(MAXIMUM_TRIALS):
            point = self.point + length * direction
            loss, gradient = self._evaluate(point)
            new_slope = float(torch.dot(gradient, direction))
            decreased = loss <= self.loss + SUFFICIENT_DECREASE * length * slope
            nearly = loss <= ceiling and new_slope <= (2 * SUFFICIENT_DECREASE - 1) * slope
            if (decreased or nearly) and new_slope >= CURVATURE * slope:
                return loss, gradient, point
            if loss <= ceiling and new_slope < 0:
                low, low_slope = length, new_slope
            else:
                high, high_slope = length, new_slope if loss <= ceiling else inf
            if high == inf:
                length *= EXPANSION
            else:
                share = 0.5 if high_slope == inf else low_slope / (low_slope - high_slope)
                length = low + min(max(share, 0.1), 0.9) * (high - low)
        return None
