"""The meta-network u(x; μ) = Σ c_j(μ) Ψ_j(x) of n neurons: what it is trained on, and how it answers a query."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from replication.networks.jets import JetValues
from replication.networks.mlp import MLP
from replication.papers.s2gpt_pinn.arms import Arm
from replication.papers.s2gpt_pinn.parametric import Parametric
from replication.problems.problem import Problem, tensor_product
from replication.reduced_basis.columns import Columns, quantities_of
from replication.reduced_basis.descent import adam, gradient_descent, lbfgs
from replication.reduced_basis.gauss_newton import Fitted, gauss_newton
from replication.reduced_basis.interpolation import EmpiricalInterpolation
from replication.reduced_basis.meta_loss import MetaLoss
from replication.seeds import generator
from replication.training.term import Term, terms_of

PUBLISHED = {"adam": adam, "gradient_descent": gradient_descent, "lbfgs": lbfgs}


@dataclass
class MetaNetwork:
    """Neurons, their columns on the full grid, and the points chosen so far.

    Coefficients are in the interpolation basis q = Ψ T, but where the published optimiser trains GPT-PINN: there they
    are those of the neurons Ψ themselves. The spans are the same.
    """

    arm: Arm
    family: Mapping[str, Any]
    seed: int
    space: EmpiricalInterpolation = field(default_factory=EmpiricalInterpolation)
    residuals: EmpiricalInterpolation = field(default_factory=EmpiricalInterpolation)
    residual_points: list[int] = field(default_factory=list)
    parameters: list[list[float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parametric = Parametric.of(self.family)
        problem = self.parametric.at(self.parametric.middle())
        axes = {
            name: np.linspace(low, high, self.family["meta_grid"][name])
            for name, low, high in zip(problem.coordinates, problem.low, problem.high, strict=True)
        }
        grid = torch.as_tensor(tensor_product(axes))
        self.columns = Columns.empty(grid, problem.coordinates, quantities_of(problem))
        counts = self.family["meta_conditions"]
        random = generator("s2gpt_pinn", self.family["equation"], "meta conditions", self.seed)
        self._data = terms_of(problem, None, problem.conditions(counts, random) if counts else {})
        self._matrix = grid.new_empty((sum(term.count for term in self._data), 0))
        shuffled = generator("s2gpt_pinn", self.family["equation"], "random points", self.seed)
        self._shuffled = shuffled.permutation(len(grid)).tolist()

    @property
    def count(self) -> int:
        """Number of neurons."""
        return self.columns.count

    def add(self, network: MLP, parameters: list[float]) -> None:
        """Add a neuron. Raises Dependent, and changes nothing, where it is a combination of the others."""
        problem = self.parametric.at(self.parametric.middle())
        grown = self.columns.with_network(network, problem)
        self.space.add(grown.values[problem.fields[0]][:, -1].to(getattr(torch, self.arm.interpolation)))
        self.columns = grown
        column = [_column(term, network, problem) for term in self._data]
        if column:
            self._matrix = torch.cat([self._matrix, torch.cat(column)[:, None]], dim=1)
        self.parameters.append(parameters)

    def first(self, n: int) -> "MetaNetwork":
        """Return the meta-network as it was with its first n neurons; the columns are shared, not evaluated again."""
        earlier = copy(self)
        change = self.space.change[:n, :n]
        earlier.space = EmpiricalInterpolation(
            self.space.points[:n], self.space.basis[:, :n], change, torch.linalg.inv(change)[: n - 1, n - 1]
        )
        earlier.columns = replace(self.columns, values={name: v[:, :n] for name, v in self.columns.values.items()})
        earlier.parameters, earlier._matrix = self.parameters[:n], self._matrix[:, :n]
        return earlier

    @property
    def in_neurons(self) -> bool:
        """Whether coefficients are those of the neurons themselves."""
        return self.arm.optimiser == "published" and self.arm.start != "interpolated"

    @property
    def change(self) -> Tensor:
        """T (n, n): coefficients of the neurons are T c."""
        change = self.space.change.double()
        return torch.eye(len(change), dtype=change.dtype) if self.in_neurons else change

    def points(self) -> list[int] | None:
        """Return the grid indices that the loss is taken at; None for all of them."""
        if self.arm.points == "grid":
            return None
        if self.arm.points == "random":
            return self._shuffled[: 2 * self.count - 1]
        if self.arm.points == "interpolation":
            return list(self.space.points)
        used = self.residual_points[: self.count - 1]
        return [*self.space.points, *used]

    def loss(self) -> MetaLoss:
        """Return the loss that this arm is trained on."""
        points = self.points()
        columns = (self.columns if points is None else self.columns.at(points)).transformed(self.change)
        return MetaLoss(self.parametric.batch, columns, self._conditions(self.arm.conditions))

    def full_loss(self) -> MetaLoss:
        """Return the loss of the full grid with all data, by which all arms are compared."""
        return MetaLoss(self.parametric.batch, self.columns.transformed(self.change), self._conditions("data"))

    def _conditions(self, kind: str) -> tuple[Tensor, Tensor]:
        weight = self.family["sum_weight"]
        if kind == "sparse" and weight is not None:
            root = float(np.sqrt(weight))
            return root * self.change.sum(dim=0)[None], torch.tensor([root], dtype=torch.float64)
        if not self._data:
            return torch.zeros(0, self.count, dtype=torch.float64), torch.zeros(0, dtype=torch.float64)
        scale = torch.cat([_scale(term) for term in self._data])
        target = torch.cat([_target(term) for term in self._data])
        return compressed(scale[:, None] * (self._matrix @ self.change), scale * target)

    def start(self, parameters: Tensor) -> Tensor:
        """Return where the fit of every parameter (M, p) starts, (M, n)."""
        n = self.count
        neurons = torch.full((len(parameters), n), 1 / n, dtype=torch.float64)
        if self.arm.start == "interpolated":
            newest = torch.cat([self.space.interpolated.double(), torch.zeros(1, dtype=torch.float64)])
            if n == 1:
                newest = (1 / self.space.change.double()[0]).clamp(-1.0, 1.0)  # the neuron, in its basis ψ/ψ(x*)
            return newest.expand(len(parameters), n).clone()
        if self.arm.start == "nearest":
            nearest = self.parametric.nearest(parameters.numpy(), np.array(self.parameters))
            neurons = torch.eye(n, dtype=torch.float64)[nearest]
        return torch.linalg.solve_triangular(self.change.T, neurons, upper=False, left=False)

    def fit(self, parameters: Tensor, loss: MetaLoss | None = None) -> Fitted:
        """Train the coefficients of every parameter (M, p) with the arm's optimiser."""
        loss = loss or self.loss()
        start = self.start(parameters)
        if self.arm.optimiser == "gauss_newton":
            return gauss_newton(loss, parameters, start, self.family["steps"])
        published = self.family["published"]
        return PUBLISHED[published["kind"]](loss, parameters, start, published["steps"], published["rate"])

    def indicator(self, fitted: Fitted) -> Tensor:
        """Return what the greedy search compares (M,): the losses, with the sum constraint's weight in the search."""
        weight, searched = self.family["sum_weight"], self.family["indicator_sum_weight"]
        if self.arm.conditions != "sparse" or weight is None or searched is None:
            return fitted.losses
        gap = fitted.coefficients @ self.change.sum(dim=0) - 1
        return fitted.losses + (searched - weight) * gap.square()

    def add_residual_point(self, parameters: Tensor, coefficients: Tensor) -> None:
        """Choose the point x** where the residual of the newest fit, at `parameters` (1, p), is told apart best.

        Its EIM recursion runs over the residuals; without it, as in the reference code's Burgers, the 2 % of largest
        residuals are left out first.
        """
        full = MetaLoss(self.parametric.batch, self.columns.transformed(self.change), self._conditions("sparse"))
        residual = full.residual(parameters, coefficients)[0]
        orthogonal = self.arm.orthogonal_residuals
        if self.family["orthogonal_residuals"] if orthogonal is None else orthogonal:
            self.residuals.add(residual)
            self.residual_points.append(self.residuals.points[-1])
            return
        left = residual.abs()
        left[left.topk(len(left) // 50).indices] = 0.0
        left[[*self.space.points, *self.residual_points]] = 0.0
        self.residual_points.append(int(left.argmax()))


def compressed(matrix: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Return at most n + 1 rows (G, g) with the same |G c - g|² for every c, by QR of [G, g]."""
    if len(matrix) <= matrix.shape[1] + 1:
        return matrix, target
    triangle = torch.linalg.qr(torch.cat([matrix, target[:, None]], dim=1), mode="r")[1]
    return triangle[:, :-1], triangle[:, -1]


def _scale(term: Term) -> Tensor:
    return torch.full((term.count,), 1 / np.sqrt(term.size), dtype=torch.float64)


def _target(term: Term) -> Tensor:
    """Return what a term's rows, one below the other, have to equal."""
    return torch.as_tensor(np.concatenate(term.targets) if term.targets else np.zeros(term.count))


@torch.no_grad()
def _column(term: Term, network: MLP, problem: Problem) -> Tensor:
    """Return what a network has in a term's rows, one below the other."""
    at = [JetValues.of(network, problem, torch.as_tensor(points), term.reads) for points in term.batches]
    return torch.cat(term.rows(at, [0.0] * len(term.targets)))
