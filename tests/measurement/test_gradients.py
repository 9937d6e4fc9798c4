"""Statistics of gradients against their definitions, and the gradients against those that train."""

import numpy as np
import pytest
import torch

from replication.measurement.gradients import TermGradients, phase_of, term_gradients
from replication.networks.flat import flatten
from replication.networks.mlp import MLP
from replication.problems.burgers import Burgers
from replication.training.gradient import LossAndGradient
from replication.training.objective import Objective


def objective(seed, points=40):
    problem, random = Burgers(0.01), np.random.default_rng(seed)
    network = MLP(problem.low, problem.high, [6, 6], 1, "tanh")
    network.initialise(torch.Generator().manual_seed(0)).double()
    conditions = problem.conditions({"initial": 20, "boundary": 20}, random)
    weights = {"residual": 1.0, "initial": 2.0, "boundary": 5.0}
    return Objective(problem, network, problem.collocation(points, random), conditions, weights)


def test_weighted_term_gradients_sum_to_the_gradient_that_trains():
    one = objective(0)
    flat = flatten(one.network)
    found = term_gradients([one], flat)
    total = sum(one.weights[term] * sample[0] for term, sample in found.samples.items())
    _, _, expected = LossAndGradient(one, compiled=False)(flat)
    torch.testing.assert_close(total, expected)


def test_variance_has_its_expected_value_and_no_scale():
    generator = torch.Generator().manual_seed(0)
    mean = torch.arange(1.0, 5.0, dtype=torch.float64)
    sample = mean + 0.5 * torch.randn(20000, 4, generator=generator, dtype=torch.float64)
    variance = TermGradients({"residual": sample}).variance("residual")
    assert variance == pytest.approx(4 * 0.25 / 30, rel=0.03)
    assert TermGradients({"residual": 7 * sample}).variance("residual") == pytest.approx(variance)
    assert TermGradients({"residual": mean.repeat(3, 1)}).variance("residual") == 0


def test_more_points_in_a_batch_give_less_variance():
    flat = flatten(objective(0).network)
    few, many = (
        term_gradients((objective(seed, points) for seed in range(12)), flat).variance("residual")
        for points in (20, 320)
    )
    assert many < few / 4


def test_cosines_and_shares_follow_from_the_mean_gradients():
    samples = {
        "a": torch.tensor([[3.0, 1.0], [3.0, -1.0]]),
        "b": torch.tensor([[1.0, 1.0]]),
        "c": torch.tensor([[0.0, 2.0]]),
    }
    found = TermGradients(samples)
    assert found.cosine("a", "b") == pytest.approx(0.5**0.5)
    assert found.cosine("a", "c") == pytest.approx(0.0)
    shares = found.shares({"a": 2.0, "b": 0.0, "c": 1.0})
    assert shares == pytest.approx({"a": 6 / 8, "b": 0.0, "c": 2 / 8})
    assert found.pairs() == [("a", "b"), ("a", "c"), ("b", "c")]


def test_early_is_the_first_tenth_and_late_the_second_half():
    assert [phase_of(step, 1000) for step in (0, 100, 101, 499, 500, 1000)] == [
        "early", "early", None, None, "late", "late",
    ]  # fmt: skip
