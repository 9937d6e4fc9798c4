"""The loss, its terms and its gradient as one function of a flat parameter vector, compiled when that is possible.

Compiling a loss that holds derivatives of the network fails in today's compiler, since it would have to differentiate
twice. So the whole step, gradient included, is first traced to plain tensor operations and these are compiled.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx

from replication.training.objective import Objective

log = logging.getLogger(__name__)

Step = Callable[..., tuple[Tensor, Tensor, Tensor]]


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
        self._step: Step = self._eager_step
        if self.compiled:
            start = time.perf_counter()
            flat = flatten(self.objective.network)
            try:
                traced = make_fx(self._eager_step)(flat, *self.objective.data)
                step = torch.compile(traced, dynamic=False)
                step(flat, *self.objective.data)
                self._step = step
            except Exception as error:  # a missing or broken compiler shows itself in many ways
                self.compiled = False
                log.warning("running eagerly, compiling failed: %s", str(error).strip().splitlines()[0])
            self.compile_wall_s = time.perf_counter() - start

    def __call__(self, flat: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return loss, terms and gradient at `flat`."""
        return self._step(flat, *self.objective.data)

    def _eager_step(self, flat: Tensor, *data: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        flat = flat.detach().requires_grad_()
        terms = self.objective.terms(applied(self.objective.network, flat), list(data))
        loss = self.objective.weighted(terms)
        (gradient,) = torch.autograd.grad(loss, flat)
        return loss.detach(), torch.stack(terms).detach(), gradient


def applied(network: nn.Module, flat: Tensor) -> Callable[[Tensor], Tensor]:
    """Return the network as a function (N, d) -> (N, m) with the parameters `flat` (P,) in place of its own."""
    parameters = unflatten(network, flat)
    return lambda points: torch.func.functional_call(network, parameters, (points,))


def flatten(network: nn.Module) -> Tensor:
    """Return a copy of all parameters as one vector (P,), in the order of `named_parameters`."""
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
