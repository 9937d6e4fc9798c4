"""Full PINNs made small: one for each query, continued from the nearest neuron, then compressed.

Compression does not make a family of solutions out of one: a query costs a training, which is what these methods are
compared for. The nearest of GPT-PINN's neurons is trained on at the query's parameters by Levenberg-Marquardt, on few
points that are drawn anew every few steps, so that a query takes seconds instead of a whole training.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from replication.networks.flat import flatten, load_flat
from replication.networks.mlp import MLP
from replication.networks.saved import predict
from replication.papers.s2gpt_pinn.task import QueryTask
from replication.papers.s2gpt_pinn.trained import Trained
from replication.problems.problem import Problem
from replication.runs.outcome import Phase
from replication.seeds import generator
from replication.training.gauss_newton import GaussNewton, SumOfSquares
from replication.training.least_squares import LeastSquares

COLLOCATION = 300
"""Residual points of one draw; conditions have a fifth of what the neurons had."""

CONDITION_SHARE = 0.2
EVERY = 2
"""Steps between draws."""

STEPS = 30
"""Steps from the nearest neuron to the query: about 1e-5 for Burgers, 4e-3 for Helmholtz [measured]."""


@dataclass(frozen=True)
class Kept:
    """A sum of squares in some of its unknowns, the others being zero: r(p) with p = Σ x_i e_i over `kept` (P,)."""

    function: SumOfSquares
    kept: Tensor

    def whole(self, point: Tensor) -> Tensor:
        """Return p (P,) for x."""
        return torch.zeros(len(self.kept), dtype=point.dtype).masked_scatter_(self.kept, point)

    def rows(self, point: Tensor) -> Tensor:
        """Return r (N,)."""
        return self.function.rows(self.whole(point))

    def linearised(self, point: Tensor) -> tuple[Tensor, Tensor]:
        """Return r (N,) and ∂r/∂x."""
        rows, jacobian = self.function.linearised(self.whole(point))
        return rows, jacobian[:, self.kept]


@dataclass(frozen=True)
class Training:
    """How a network is trained on at one query; `settings` are the neurons' trainer's."""

    problem: Problem
    settings: dict[str, Any]
    names: tuple[str | int, ...]

    def __call__(self, network: MLP, steps: int, kept: Tensor | None = None) -> None:
        """Make `steps` steps with the parameters in `kept` (P,), the others being zero; all of them if absent."""
        everything = torch.ones_like(flatten(network), dtype=torch.bool)
        kept = everything if kept is None else kept

        def draw(number: int) -> Kept:
            return Kept(self._rows(network, number), kept)

        optimiser = GaussNewton(draw(0), flatten(network)[kept])
        for step in range(1, steps + 1):
            optimiser.advance()
            if step % EVERY == 0 and step < steps:
                optimiser.replace(draw(step))
        load_flat(network, draw(0).whole(optimiser.point))

    def _rows(self, network: MLP, number: int) -> LeastSquares:
        random = generator("s2gpt_pinn", *self.names, number)
        counts = {name: max(2, round(CONDITION_SHARE * n)) for name, n in self.settings["conditions"].items()}
        conditions = self.problem.conditions(counts, random) if counts else {}
        weights = {"residual": 1.0} | dict.fromkeys(conditions, self.settings["condition_weight"])
        return LeastSquares(self.problem, network, self.problem.collocation(COLLOCATION, random), conditions, weights)


Compress = Callable[[MLP, Training, Phase], dict[str, Any]]
"""Makes a network small, in place; counts its own steps and returns what the record shall say, the last query's."""


def answer(compress: Compress, task_file: Path, run: Path, out: Path) -> None:
    """Answer every query with a compressed full PINN, starting from GPT-PINN's `run`; write prediction and record."""
    torch.set_num_threads(1)
    task, trained = QueryTask.read(task_file), Trained.load(run)
    nearest = task.parametric.nearest(task.parameters, np.array(trained.meta.parameters))
    solutions, seconds, record = [], [], {}
    for i, values in enumerate(task.parameters):
        begin = perf_counter()
        problem = task.parametric.at(values)
        training = Training(problem, task.content["trainer"], (task.content["equation"], "compressed", i))
        network = deepcopy(trained.networks[nearest[i]])
        with task.clock("training") as phase:
            training(network, STEPS)
            phase.steps += STEPS
        with task.clock("compression") as phase:
            record = compress(network, training, phase)
        seconds.append(perf_counter() - begin)
        solutions.append(predict(network, problem.fields, task.grid)["u"])
        print(f"{i + 1} of {len(task.parameters)} queries", flush=True)
    task.hand_in(out, np.stack(solutions), query_s=float(np.median(seconds)), **record)
