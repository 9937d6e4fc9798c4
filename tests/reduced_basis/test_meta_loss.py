from typing import Any

import numpy as np
import pytest
import torch
from nested_autograd import NestedValues
from torch import Tensor

from replication.networks.mlp import MLP
from replication.problems.burgers import Burgers
from replication.problems.helmholtz import Helmholtz
from replication.problems.klein_gordon import KleinGordon
from replication.problems.problem import Problem
from replication.reduced_basis import meta_loss
from replication.reduced_basis.columns import Columns, quantities_of
from replication.reduced_basis.descent import adam, gradient_descent, lbfgs
from replication.reduced_basis.gauss_newton import gauss_newton
from replication.reduced_basis.meta_loss import MetaLoss


def burgers(mu: Any) -> Problem:
    return Burgers(mu[:, :1])


def klein_gordon(mu: Any) -> Problem:
    return KleinGordon(mu[:, :1], mu[:, 1:2], mu[:, 2:])


def helmholtz(mu: Any) -> Problem:
    return Helmholtz(mu[:, :1], mu[:, 1:2])


PARAMETERS = {
    burgers: [[0.1], [0.5], [1.0]],
    klein_gordon: [[-1.5, 0.5, 0.5], [-1.0, 0.2, 1.0]],
    helmholtz: [[1.0, 2.0]],
}


def loss_of(make: Any, count: int = 4, points: int = 60) -> tuple[MetaLoss, list[MLP], Tensor]:
    parameters = torch.tensor(PARAMETERS[make], dtype=torch.float64)
    problem = make(parameters)
    at = torch.as_tensor(problem.collocation(points, np.random.default_rng(0)))
    networks = []
    columns = Columns.empty(at, problem.coordinates, quantities_of(problem))
    for seed in range(count):
        network = MLP(problem.low, problem.high, [6, 6], 1, "tanh").initialise(torch.Generator().manual_seed(seed))
        networks.append(network.double())
        columns = columns.with_network(networks[-1], problem)
    random = torch.Generator().manual_seed(9)
    conditions = torch.randn(3, count, generator=random).double(), torch.randn(3, generator=random).double()
    return MetaLoss(make, columns, conditions), networks, parameters


@pytest.mark.parametrize("make", list(PARAMETERS))
def test_residual_is_that_of_the_summed_network(make: Any) -> None:
    """The equation is written once: columns and nested differentiation of the networks give the same residual."""
    loss, networks, parameters = loss_of(make)
    c = torch.as_tensor(np.random.default_rng(1).normal(size=(len(parameters), 4)))
    rows = loss.residual(parameters, c)
    for i in range(len(parameters)):
        problem = make(parameters[i : i + 1])
        at = NestedValues(
            lambda x, i=i: sum(w * f(x) for w, f in zip(c[i], networks, strict=True)), problem, loss.columns.points
        )
        (expected,) = problem.residual(at).values()
        assert torch.allclose(rows[i], expected[:, 0].detach(), atol=1e-11)


@pytest.mark.parametrize("make", list(PARAMETERS))
def test_gradient_and_normal_matrix_equal_automatic_differentiation(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meta_loss, "BLOCK", 100)
    loss, _, parameters = loss_of(make)
    c = torch.as_tensor(np.random.default_rng(1).normal(size=(len(parameters), 4)))
    value, gradient = loss.gradient(parameters, c)
    squares, products = loss.normal(parameters, c)
    assert torch.allclose(value, loss.value(parameters, c))
    for i in range(len(parameters)):

        def rows(one: Tensor, i: int = i) -> Tensor:
            matrix, target = loss.conditions
            residual = loss.residual(parameters[i : i + 1], one[None])[0]
            return torch.cat([residual / len(residual) ** 0.5, matrix @ one - target])

        jacobian = torch.autograd.functional.jacobian(rows, c[i])
        assert torch.allclose(squares[i], jacobian.T @ jacobian, atol=1e-9)
        assert torch.allclose(products[i], jacobian.T @ rows(c[i]), atol=1e-9)
        assert torch.allclose(gradient[i], 2 * products[i], atol=1e-9)


def test_linear_problem_equals_dense_least_squares() -> None:
    loss, _, parameters = loss_of(helmholtz)
    fitted = gauss_newton(loss, parameters, torch.zeros(1, 4, dtype=torch.float64), 20)
    values = loss.columns.values
    matrix = (values["u_xx"] + values["u_yy"] + values["u"]) / len(loss.columns.points) ** 0.5
    source = -loss.residual(parameters, torch.zeros(1, 4, dtype=torch.float64))[0] / len(loss.columns.points) ** 0.5
    expected = torch.linalg.lstsq(
        torch.cat([matrix, loss.conditions[0]]), torch.cat([source, loss.conditions[1]])
    ).solution
    assert torch.allclose(fitted.coefficients[0], expected, rtol=1e-8)


def test_linear_problem_takes_one_step_and_is_not_damped_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the linear model foretells no fall, no damping is tried: two losses, of the start and of the step."""
    loss, _, parameters = loss_of(helmholtz)
    evaluated: list[int] = []
    value = MetaLoss.value

    def counted(self: MetaLoss, parameters: Tensor, coefficients: Tensor) -> Tensor:
        evaluated.append(len(parameters))
        return value(self, parameters, coefficients)

    monkeypatch.setattr(MetaLoss, "value", counted)
    fitted = gauss_newton(loss, parameters, torch.zeros(1, 4, dtype=torch.float64), 20)
    assert fitted.steps.tolist() == [1]
    assert evaluated == [1, 1]


@pytest.mark.parametrize("make", [burgers, klein_gordon])
def test_batch_ends_at_stationary_points_and_no_parameter_minds_its_neighbours(make: Any) -> None:
    loss, _, parameters = loss_of(make)
    start = torch.full((len(parameters), 4), 0.25, dtype=torch.float64)
    fitted = gauss_newton(loss, parameters, start, 60)
    _, gradient = loss.gradient(parameters, fitted.coefficients)
    assert gradient.abs().max() < 1e-4 * loss.gradient(parameters, start)[1].abs().max()
    for i in range(len(parameters)):
        alone = gauss_newton(loss, parameters[i : i + 1], start[i : i + 1], 60)
        assert torch.allclose(alone.coefficients[0], fitted.coefficients[i], atol=1e-8)
    for published in (adam(loss, parameters, start, 300, 0.01), lbfgs(loss, parameters, start, 3, 0.1)):
        assert (published.losses >= fitted.losses * (1 - 1e-6)).all()
        assert (published.losses < loss.value(parameters, start)).all()
    descended = gradient_descent(loss, parameters, start, 20, 1e-3)
    assert (descended.losses < loss.value(parameters, start)).all()
