import numpy as np
import torch

from replication.problems.helmholtz import Helmholtz, curvature, profile


def test_curvature_is_the_second_derivative_of_the_profile() -> None:
    s = torch.linspace(-1, 1, 51, dtype=torch.float64).requires_grad_()
    (slope,) = torch.autograd.grad(profile(s, 3.7).sum(), s, create_graph=True)
    (second,) = torch.autograd.grad(slope.sum(), s)
    assert torch.allclose(second, curvature(s, 3.7), atol=1e-10)


def test_exact_solution_has_no_residual() -> None:
    problem = Helmholtz(1.3, 2.9)
    points = problem.collocation(100, np.random.default_rng(0))
    x, y = torch.as_tensor(points).T
    known = {
        "x": x,
        "y": y,
        "u": torch.as_tensor(problem.solution(points)["u"]),
        "u_xx": curvature(x, 1.3) * profile(y, 2.9),
        "u_yy": profile(x, 1.3) * curvature(y, 2.9),
    }
    (residual,) = problem.residual(lambda *names: tuple(known[name] for name in names)).values()
    assert residual.abs().max() < 1e-12


def test_boundary_values() -> None:
    problem = Helmholtz(1.3, 2.9)
    boundary = problem.conditions({"boundary": 40}, np.random.default_rng(0))["boundary"]
    assert np.allclose(np.abs(boundary.points).max(axis=1), 1.0)
    assert np.allclose(problem.solution(boundary.points)["u"], 0.0, atol=1e-12)
