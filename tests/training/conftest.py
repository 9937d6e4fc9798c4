"""A small PINN on Burgers, in the precision a test asks for."""

from collections.abc import Callable
from math import pi

import numpy as np
import pytest
import torch

from replication.networks.mlp import MLP
from replication.problems.burgers import Burgers
from replication.training.objective import Objective


@pytest.fixture
def burgers_objective() -> Callable[..., Objective]:
    """Make an objective for a hidden 3x20 network in the given precision."""

    def make(
        dtype: torch.dtype = torch.float32, points: int = 200, hidden: tuple[int, ...] = (20, 20, 20)
    ) -> Objective:
        problem, random = Burgers(0.01 / pi), np.random.default_rng(0)
        network = MLP(problem.low, problem.high, hidden, 1, "tanh")
        network.initialise(torch.Generator().manual_seed(0)).to(dtype)
        conditions = problem.conditions({"initial": 40, "boundary": 30}, random)
        weights = {"residual": 1.0, "initial": 2.0, "boundary": 3.0}
        return Objective(problem, network, problem.collocation(points, random), conditions, weights)

    return make
