"""The compiled training step equals plain nested automatic differentiation."""

from math import pi

import pytest
import torch

from replication.networks.flat import flatten, load_flat, unflatten
from replication.training.gradient import LossAndGradient


def plain(objective):
    """The loss and its gradient as papers write them, without any of our machinery."""
    network = objective.network
    _, collocation, _, initial, initial_u, _, boundary, boundary_u = objective.data
    x, t = (collocation[:, i : i + 1].clone().requires_grad_() for i in range(2))
    u = network(torch.cat([x, t], dim=1))
    u_x, u_t = torch.autograd.grad(u.sum(), (x, t), create_graph=True)
    (u_xx,) = torch.autograd.grad(u_x.sum(), x, create_graph=True)
    terms = [
        (u_t + u * u_x - 0.01 / pi * u_xx).square().mean(),
        (network(initial)[:, 0] - initial_u).square().mean(),
        (network(boundary)[:, 0] - boundary_u).square().mean(),
    ]
    loss = terms[0] + 2 * terms[1] + 3 * terms[2]
    gradient = torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, list(network.parameters()))])
    return loss.detach(), torch.stack(terms).detach(), gradient


def distance(ours, theirs):
    return float((ours - theirs).norm() / theirs.norm())


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_the_eager_step_equals_nested_autograd(burgers_objective, dtype, tolerance):
    objective = burgers_objective(dtype, points=7000)
    step = LossAndGradient(objective, compiled=False)
    for ours, theirs in zip(step(flatten(objective.network)), plain(objective), strict=True):
        assert distance(ours, theirs) < tolerance


@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_the_compiled_step_equals_nested_autograd(burgers_objective, dtype, tolerance):
    objective = burgers_objective(dtype, points=7000)
    step = LossAndGradient(objective)
    assert step.compiled
    assert step.compile_wall_s > 0
    for ours, theirs in zip(step(flatten(objective.network)), plain(objective), strict=True):
        assert distance(ours, theirs) < tolerance


def test_without_a_compiler_the_step_runs_eagerly_and_says_why(burgers_objective, monkeypatch, caplog):
    def broken(*_arguments, **_options):
        raise RuntimeError("no C++ compiler found\nlong trace")

    monkeypatch.setattr(torch, "compile", broken)
    objective = burgers_objective()
    step = LossAndGradient(objective)
    assert not step.compiled
    assert "no C++ compiler found" in caplog.text
    assert "long trace" not in caplog.text
    assert distance(step(flatten(objective.network))[2], plain(objective)[2]) < 1e-5


def test_every_parameter_receives_a_gradient(burgers_objective):
    objective = burgers_objective()
    _, _, gradient = LossAndGradient(objective, compiled=False)(flatten(objective.network))
    for name, part in unflatten(objective.network, gradient).items():
        assert part.abs().max() > 0, name


def test_flat_parameters_go_back_where_they_came_from(burgers_objective):
    network = burgers_objective().network
    flat = flatten(network)
    load_flat(network, flat + 1)
    torch.testing.assert_close(flatten(network), flat + 1)
