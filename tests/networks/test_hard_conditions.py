"""A network with built-in conditions fulfils them, trains and comes back from disk."""

import json

import numpy as np
import pytest
import torch
from nested_autograd import NestedValues
from safetensors.numpy import save_file

from replication.networks.flat import flatten
from replication.networks.hard_conditions import HardConditions
from replication.networks.jets import JetValues
from replication.networks.saved import load_network, predict, weights
from replication.problems.allen_cahn import AllenCahn, initial_state
from replication.training.gradient import LossAndGradient
from replication.training.objective import Objective

COEFFICIENTS = {"diffusion": 1e-3, "reaction": 5.0}
PROBLEM = AllenCahn(**COEFFICIENTS)


def network():
    made = HardConditions("allen_cahn", COEFFICIENTS, PROBLEM.low, PROBLEM.high, [8, 8], 1, "tanh")
    return made.initialise(torch.Generator().manual_seed(0))


def test_initial_and_end_values_hold_for_any_weights():
    x = np.linspace(-1, 1, 11)
    start = predict(network(), ("u",), np.stack([x, 0 * x], axis=1))["u"]
    np.testing.assert_allclose(start, initial_state(x), atol=1e-6)
    ends = predict(network(), ("u",), np.array([[side, t] for side in (-1, 1) for t in (0.2, 0.9)]))["u"]
    np.testing.assert_allclose(ends, -1, atol=1e-6)


def test_a_saved_network_gives_the_same_values(tmp_path):
    original = network()
    save_file(weights(original), tmp_path / "model.safetensors")
    (tmp_path / "model.json").write_text(json.dumps(original.architecture()))
    points = PROBLEM.collocation(20, np.random.default_rng(0))
    loaded = predict(load_network(tmp_path), ("u",), points)["u"]
    np.testing.assert_array_equal(loaded, predict(original, ("u",), points)["u"])


def test_carried_derivatives_equal_nested_differentiation():
    made = network().double()
    points = torch.as_tensor(PROBLEM.collocation(11, np.random.default_rng(0)))
    names = ("u", "u_x", "u_t", "u_xx", "u_xt", "u_tt")
    ours = JetValues.of(made, PROBLEM, points, names)
    theirs = NestedValues(made, PROBLEM, points)
    for name in names:
        torch.testing.assert_close(ours(name), theirs(name)[:, 0], rtol=1e-12, atol=1e-12, msg=name)


@pytest.mark.slow
def test_the_compiled_step_equals_the_eager_one():
    made = network()
    objective = Objective(PROBLEM, made, PROBLEM.collocation(300, np.random.default_rng(0)), {}, {"residual": 1.0})
    compiled, eager = LossAndGradient(objective), LossAndGradient(objective, compiled=False)
    assert compiled.compiled
    for ours, theirs in zip(compiled(flatten(made)), eager(flatten(made)), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_the_gradient_is_that_of_finite_differences():
    made = network().double()
    objective = Objective(PROBLEM, made, PROBLEM.collocation(30, np.random.default_rng(0)), {}, {"residual": 1.0})
    function, flat = LossAndGradient(objective, compiled=False), flatten(made)
    direction = torch.as_tensor(np.random.default_rng(1).standard_normal(len(flat)))
    _, _, gradient = function(flat)
    above, below = (function(flat + step * direction)[0] for step in (1e-5, -1e-5))
    np.testing.assert_allclose(float(above - below) / 2e-5, float(gradient @ direction), rtol=1e-6)
