"""The loss of a meta-network for many parameters at once: mean squared residual plus linear conditions."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from replication.problems.problem import Problem
from replication.reduced_basis.columns import Columns, Combination

BLOCK = 200_000
"""Values (parameters x points) handled at once. Larger ones do not stay in the processor's cache: on 40,000 points they
took twice the CPU time, half of it the operating system's."""


@dataclass(frozen=True)
class MetaLoss:
    """L(c; μ) = mean R(c; μ)² + |G c - g|².

    `problem(parameters)` is the equation with each coefficient (M, 1), parameters (M, p). `conditions` holds G (K, n)
    and g (K,), weights and 1/√K included: the same for all parameters.
    """

    problem: Callable[[Tensor], Problem]
    columns: Columns
    conditions: tuple[Tensor, Tensor]

    def value(self, parameters: Tensor, coefficients: Tensor) -> Tensor:
        """Return the losses (M,)."""
        matrix, target = self.conditions
        parts = [self.residual(mu, c).square().mean(dim=1) for mu, c in self._blocks(parameters, coefficients)]
        return torch.cat(parts) + (coefficients @ matrix.T - target).square().sum(dim=1)

    def residual(self, parameters: Tensor, coefficients: Tensor) -> Tensor:
        """Return the residuals (M, N)."""
        (rows,) = self.problem(parameters).residual(Combination(self.columns, coefficients)).values()
        return rows

    def gradient(self, parameters: Tensor, coefficients: Tensor) -> tuple[Tensor, Tensor]:
        """Return the losses (M,) and their gradients (M, n): 2/N Σ_q ((∂R/∂q) R) P_q + 2 Gᵀ(G c - g)."""
        matrix, target = self.conditions
        losses, gradients = [], []
        for mu, c in self._blocks(parameters, coefficients):
            rows, slopes = self._sloped(mu, c)
            losses.append(rows.square().mean(dim=1))
            parts = [(slope * rows) @ self.columns.values[name] for name, slope in slopes.items()]
            gradients.append(2 / rows.shape[1] * torch.stack(parts).sum(dim=0))
        gap = coefficients @ matrix.T - target
        return torch.cat(losses) + gap.square().sum(dim=1), torch.cat(gradients) + 2 * gap @ matrix

    def normal(self, parameters: Tensor, coefficients: Tensor) -> tuple[Tensor, Tensor]:
        """Return JᵀJ (M, n, n) and Jᵀr (M, n) of the rows whose squares sum to the loss; J = Σ_q diag(∂R/∂q) P_q."""
        matrix, target = self.conditions
        gap = coefficients @ matrix.T - target
        squares = matrix.T @ matrix + torch.zeros(len(coefficients), 1, 1, dtype=matrix.dtype)
        products = gap @ matrix
        start = 0
        for mu, c in self._blocks(parameters, coefficients):
            rows, slopes = self._sloped(mu, c)
            if all(torch.equal(slope, slope[:1].expand_as(slope)) for slope in slopes.values()):
                jacobian = self._jacobian(slopes, 0)  # a linear operator without parameters: the same for all
                squares[start : start + len(rows)] += jacobian.T @ jacobian / rows.shape[1]
                products[start : start + len(rows)] += rows @ jacobian / rows.shape[1]
            else:
                for i in range(len(rows)):
                    jacobian = self._jacobian(slopes, i)
                    squares[start + i] += jacobian.T @ jacobian / rows.shape[1]
                    products[start + i] += jacobian.T @ rows[i] / rows.shape[1]
            start += len(rows)
        return squares, products

    def _jacobian(self, slopes: dict[str, Tensor], i: int) -> Tensor:
        """Return the derivatives (N, n) of the residuals of parameter `i` by its coefficients."""
        terms = [slope[i, :, None] * self.columns.values[name] for name, slope in slopes.items()]
        return torch.stack(terms).sum(dim=0) if len(terms) > 1 else terms[0]

    def _sloped(self, parameters: Tensor, coefficients: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return residuals (M, N) and their derivatives by every value they are made of, each (M, N)."""
        at = Combination(self.columns, coefficients, differentiable=True)
        (rows,) = self.problem(parameters).residual(at).values()
        slopes = torch.autograd.grad(rows.sum(), list(at.leaves.values()))
        return rows.detach(), dict(zip(at.leaves, slopes, strict=True))

    def _blocks(self, parameters: Tensor, coefficients: Tensor) -> list[tuple[Tensor, Tensor]]:
        size = max(1, BLOCK // max(1, len(self.columns.points)))
        return list(zip(parameters.split(size), coefficients.split(size), strict=True))
