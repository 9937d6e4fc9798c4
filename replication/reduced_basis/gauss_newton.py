"""Levenberg-Marquardt for many small least-squares problems at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

from replication.reduced_basis.meta_loss import MetaLoss

FIRST_DAMPING = 1e-6
SUCCESS, FAILURE = 0.1, 10.0
LARGEST_DAMPING = 1e10
STILL = 1e-10
"""Relative fall of the loss, predicted or found, below which a parameter is done."""
FLOOR = 1e-28
"""Loss below which there is nothing left but rounding."""


@dataclass(frozen=True)
class Fitted:
    """Coefficients (M, n), terminal losses (M,) and the steps that each parameter took (M,)."""

    coefficients: Tensor
    losses: Tensor
    steps: Tensor


def gauss_newton(loss: MetaLoss, parameters: Tensor, start: Tensor, most_steps: int) -> Fitted:
    """Minimise the loss for every parameter (M, p) from `start` (M, n), each with its own damping.

    A linear problem needs one step: a full one, since the damping starts at rounding's size relative to the diagonal.
    A parameter is done when a step lowers its loss by less than a share of 1e-10, when the linear model foretells no
    more than that of it (pᵀs for a step s and half a gradient p), or when no damping lowers it.
    """
    c = start.clone()
    losses = loss.value(parameters, c)
    damping = torch.full_like(losses, FIRST_DAMPING * 1e-8)
    steps = torch.zeros(len(losses), dtype=torch.int64)
    active = torch.arange(len(losses))
    for _ in range(most_steps):
        if len(active) == 0:
            break
        squares, products = loss.normal(parameters[active], c[active])
        diagonal = squares.diagonal(dim1=1, dim2=2).clamp_min(1e-300)
        waiting = torch.arange(len(active))
        moved = torch.zeros(len(active), dtype=torch.bool)
        while len(waiting):
            who = active[waiting]
            scale = diagonal[waiting].rsqrt()
            system = squares[waiting] * scale[:, :, None] * scale[:, None, :]
            system = system + damping[who, None, None] * torch.eye(system.shape[1], dtype=system.dtype)
            step = torch.linalg.solve_ex(system, (products[waiting] * scale)[:, :, None])[0][:, :, 0] * scale
            foretold = (products[waiting] * step).sum(dim=1)
            hopeful = ~(foretold <= STILL * losses[who])  # also where a system is singular: damping mends it
            waiting, who, step = waiting[hopeful], who[hopeful], step[hopeful]
            if not hopeful.any():
                break
            trial = torch.where(torch.isfinite(step), c[who] - step, c[who])
            value = loss.value(parameters[who], trial)
            better = value < losses[who]
            winners = who[better]
            moved[waiting[better]] = losses[winners] - value[better] > STILL * losses[winners]
            c[winners], losses[winners] = trial[better], value[better]
            steps[winners] += 1
            damping[winners] *= SUCCESS
            damping[who[~better]] = (damping[who[~better]] * FAILURE).clamp_min(FIRST_DAMPING)
            waiting = waiting[~better & (damping[who] <= LARGEST_DAMPING) & (losses[who] > FLOOR)]
        active = active[moved]
    return Fitted(c, losses, steps)
