"""The published optimisers of a meta-network: Adam, gradient descent and L-BFGS, for fixed numbers of steps."""

import torch
from torch import Tensor

from replication.reduced_basis.gauss_newton import Fitted
from replication.reduced_basis.meta_loss import MetaLoss


def adam(loss: MetaLoss, parameters: Tensor, start: Tensor, steps: int, rate: float) -> Fitted:
    """Minimise by Adam; the coefficients of every parameter have moments of their own, so one batch holds them all."""
    c = torch.nn.Parameter(start.clone())
    optimiser = torch.optim.Adam([c], lr=rate)
    for _ in range(steps):
        _, c.grad = loss.gradient(parameters, c.data)
        optimiser.step()
    return _fitted(loss, parameters, c.data, steps)


def gradient_descent(loss: MetaLoss, parameters: Tensor, start: Tensor, steps: int, rate: float) -> Fitted:
    """Minimise by gradient descent with a fixed step."""
    c = start.clone()
    for _ in range(steps):
        c -= rate * loss.gradient(parameters, c)[1]
    return _fitted(loss, parameters, c, steps)


def lbfgs(loss: MetaLoss, parameters: Tensor, start: Tensor, steps: int, rate: float) -> Fitted:
    """Minimise parameter by parameter with torch's L-BFGS, continued `steps` times for at most ten iterations each.

    The reference code's Burgers: strong Wolfe search, a history of ten pairs, at most 15 evaluations each time.
    """
    found = []
    for mu, c0 in zip(parameters.split(1), start.split(1), strict=True):
        c = torch.nn.Parameter(c0.clone())
        optimiser = torch.optim.LBFGS(
            [c], lr=rate, max_iter=10, max_eval=15, history_size=10, tolerance_grad=1e-14, tolerance_change=1e-14,
            line_search_fn="strong_wolfe",
        )  # fmt: skip

        def closure(mu: Tensor = mu, c: torch.nn.Parameter = c) -> Tensor:
            value, c.grad = loss.gradient(mu, c.data)
            return value.sum()

        for _ in range(steps):
            optimiser.step(closure)
        found.append(c.data)
    return _fitted(loss, parameters, torch.cat(found), steps)


def _fitted(loss: MetaLoss, parameters: Tensor, coefficients: Tensor, steps: int) -> Fitted:
    return Fitted(coefficients, loss.value(parameters, coefficients), torch.full((len(parameters),), steps))
