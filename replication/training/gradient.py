"""The loss, its terms and its gradient as one function of a flat parameter vector, compiled when that is possible.

The whole step, gradient included, is first traced to plain tensor operations and these are compiled: the compiler does
not look into a differentiation.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

from replication.networks.flat import flatten
from replication.training.objective import Objective

log = logging.getLogger(__name__)

Step = Callable[..., tuple[Tensor, Tensor, Tensor]]

BLOCK = 200_000
"""Numbers that a layer holds of the points computed together on a CPU, derivatives included: they stay in its cache."""


@dataclass
class LossAndGradient:
    """Evaluates an objective: flat parameters (P,) -> loss (), unweighted terms (K,), gradient of the loss (P,).

    `compile_wall_s` is what tracing and compiling took. With `compiled=False`, or where no working compiler is found
    (logged with its reason), the same step runs eagerly; the numbers agree to rounding.
    """

    objective: Objective
    compiled: bool = True
    compile_wall_s: float = 0.0

    def __post_init__(self) -> None:
        on_cpu = self.objective.data[0].device.type == "cpu"
        points = max(BLOCK // self.objective.numbers_per_point, 1)
        self._blocks = self.objective.blocks(points) if on_cpu else [self.objective.data]
        self._step: Step = self._eager_step
        if self.compiled:
            start = time.perf_counter()
            example = flatten(self.objective.network), *self._blocks[0]
            try:
                step = torch.compile(make_fx(self._eager_step)(*example), dynamic=False)
                step(*example)
                self._step = step
            except Exception as error:  # a missing or broken compiler shows itself in many ways
                self.compiled = False
                log.warning("running eagerly, compiling failed: %s", str(error).strip().splitlines()[0])
            self.compile_wall_s = time.perf_counter() - start

    def __call__(self, flat: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return loss, terms and gradient at `flat`: sums over blocks of points."""
        loss, terms, gradient = self._step(flat, *self._blocks[0])
        for block in self._blocks[1:]:
            further = self._step(flat, *block)
            loss, terms, gradient = loss + further[0], terms + further[1], gradient + further[2]
        return loss, terms, gradient

    def _eager_step(self, flat: Tensor, *block: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        flat = flat.detach().requires_grad_()
        terms = self.objective.terms(flat, block)
        loss = self.objective.weighted(terms)
        (gradient,) = torch.autograd.grad(loss, flat)
        return loss.detach(), torch.stack(terms).detach(), gradient
