"""The shape of the physics loss around trained weights: curvature and a slice, the same loss for every arm. Float64."""

from collections.abc import Callable

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import Tensor, nn

from replication.networks.flat import unflatten
from replication.training.objective import Objective

Loss = Callable[[Tensor], Tensor]


def loss_of(objective: Objective) -> Loss:
    """Return the objective as a differentiable function of the flat parameters, (P,) -> ()."""

    def loss(flat: Tensor) -> Tensor:
        return objective.weighted(objective.terms(flat, objective.data))

    return loss


def top_hessian_eigenvalue(loss: Loss, flat: Tensor, start: Tensor, tolerance: float = 1e-4) -> float:
    """Return the largest eigenvalue of the Hessian at `flat` by Lanczos iteration (ARPACK) from `start`, both (P,).

    The Hessian is never formed: H v is the gradient of g·v. `tolerance` is relative.
    """
    point = flat.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(point), point, create_graph=True)

    def product(vector: np.ndarray) -> np.ndarray:
        direction = torch.as_tensor(vector.ravel(), dtype=point.dtype)
        (result,) = torch.autograd.grad(torch.dot(gradient, direction), point, retain_graph=True)
        return result.numpy()

    hessian = LinearOperator((len(flat), len(flat)), matvec=product, dtype=np.float64)
    (largest,) = eigsh(hessian, k=1, which="LA", v0=start.numpy(), tol=tolerance, return_eigenvectors=False)
    return float(largest)


def filter_normalised(network: nn.Module, flat: Tensor, random: np.random.Generator) -> Tensor:
    """Return a random direction (P,) whose filters are as long as those of `flat`.

    A filter is the row of weights that enters one neuron; biases do not move. So a step of length one changes every
    neuron by as much as it weighs, whatever the scale of its weights (Li et al. 2018, NeurIPS, section 4).
    """
    pieces = []
    for value in unflatten(network, flat).values():
        drawn = torch.as_tensor(random.standard_normal(tuple(value.shape)), dtype=flat.dtype)
        if value.ndim == 2:
            drawn *= value.norm(dim=1, keepdim=True) / drawn.norm(dim=1, keepdim=True)
        else:
            drawn.zero_()
        pieces.append(drawn.reshape(-1))
    return torch.cat(pieces)


def landscape_slice(loss: Loss, flat: Tensor, first: Tensor, second: Tensor, steps: np.ndarray) -> np.ndarray:
    """Return the loss (n, n) at flat + a first + b second for all a, b in `steps` (n,), a along the rows."""
    values = [[float(loss(flat + a * first + b * second).detach()) for b in steps] for a in steps]
    return np.array(values)


def flatness(values: np.ndarray) -> float:
    """Return one over the mean rise of the loss over a slice (n, n), n odd, above its centre.

    The larger, the flatter. The rise is not divided by the loss at the centre, since a better minimum is no sharper.
    """
    centre = values[len(values) // 2, len(values) // 2]
    return float(1 / (values - centre).mean())
