"""L-BFGS takes the iterations it is asked for, finds minima and continues bit for bit."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize, rosen, rosen_der

from replication.training.lbfgs import LBFGS


def rosenbrock(dtype=torch.float64):
    def function(x):
        point = x.detach().clone().requires_grad_()
        value = (100 * (point[1:] - point[:-1] ** 2) ** 2 + (1 - point[:-1]) ** 2).sum()
        (gradient,) = torch.autograd.grad(value, point)
        return float(value.detach()), gradient

    return function


def test_it_reaches_the_minimum_that_scipy_finds():
    start = np.full(20, -1.2)
    optimiser = LBFGS(rosenbrock(), torch.tensor(start), history=10)
    while optimiser.advance() and optimiser.iterations < 500:
        pass
    expected = minimize(rosen, start, jac=rosen_der, method="L-BFGS-B", options={"maxiter": 5000, "ftol": 1e-15}).x
    np.testing.assert_allclose(optimiser.point.numpy(), expected, atol=1e-5)
    assert optimiser.loss < 1e-14


def test_it_minimises_a_quadratic_within_its_dimension_up_to_rounding():
    """With exact curvature information of all n directions a quadratic is solved in little more than n iterations."""
    random = torch.Generator().manual_seed(0)
    root = torch.randn(12, 12, generator=random, dtype=torch.float64)
    hessian, target = root @ root.T + torch.eye(12), torch.randn(12, generator=random, dtype=torch.float64)
    optimiser = LBFGS(
        lambda x: (float(0.5 * x @ hessian @ x - target @ x), hessian @ x - target),
        torch.zeros(12, dtype=torch.float64),
    )
    for _ in range(60):
        optimiser.advance()
    assert torch.linalg.norm(optimiser.point - torch.linalg.solve(hessian, target)) < 1e-6


def test_it_takes_all_iterations_in_single_precision_where_torch_stops():
    """`torch.optim.LBFGS` ends early on a loss that changes by less than its absolute tolerance; this one goes on."""
    scale = 1e-7

    def function(x):
        value, gradient = rosenbrock()(x)
        return value * scale, gradient * scale

    start = torch.full((20,), -1.2)
    optimiser = LBFGS(function, start.clone())
    for _ in range(100):
        assert optimiser.advance()
    assert optimiser.iterations == 100
    assert optimiser.evaluations >= 100

    parameter = torch.nn.Parameter(start.clone())
    theirs = torch.optim.LBFGS([parameter], max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        value, parameter.grad = function(parameter.data)
        return torch.tensor(value)

    theirs.step(closure)
    assert theirs.state[parameter]["n_iter"] < 100
    assert optimiser.loss < function(parameter.data)[0]


def test_every_accepted_step_satisfies_a_wolfe_condition_on_the_slope():
    optimiser = LBFGS(rosenbrock(), torch.full((6,), -1.2, dtype=torch.float64))
    for _ in range(30):
        before_point, before_loss, before_gradient = optimiser.point, optimiser.loss, optimiser.gradient
        assert optimiser.advance()
        step = optimiser.point - before_point
        assert float(optimiser.gradient @ step) >= 0.9 * float(before_gradient @ step)
        assert optimiser.loss <= before_loss * (1 + 1e-6)


def test_a_continued_run_has_the_bits_of_an_unbroken_one():
    whole = LBFGS(rosenbrock(), torch.full((10,), -1.2, dtype=torch.float64), history=5)
    for _ in range(40):
        whole.advance()
    first = LBFGS(rosenbrock(), torch.full((10,), -1.2, dtype=torch.float64), history=5)
    for _ in range(17):
        first.advance()
    second = LBFGS.from_state(rosenbrock(), {name: tensor.clone() for name, tensor in first.state().items()}, history=5)
    for _ in range(23):
        second.advance()
    assert torch.equal(whole.point, second.point)
    assert (whole.loss, whole.iterations, whole.evaluations) == (second.loss, second.iterations, second.evaluations)


def test_it_says_when_no_step_lowers_the_loss():
    optimiser = LBFGS(lambda x: (float(x @ x), 2 * x), torch.zeros(3, dtype=torch.float64))
    assert optimiser.advance() is False
    assert optimiser.iterations == 0


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_trial_point_that_is_not_finite_is_stepped_back_from(bad):
    def function(x):
        inside = float(x.abs().max()) < 3
        return (float(((x - 2) ** 2).sum()) if inside else bad), 2 * (x - 2)

    optimiser = LBFGS(function, torch.full((2,), -2.9, dtype=torch.float64))
    for _ in range(20):
        optimiser.advance()
    torch.testing.assert_close(optimiser.point, torch.full((2,), 2.0, dtype=torch.float64))
