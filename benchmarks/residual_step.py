"""Time the residual and gradient step of a PINN: ours against plain nested automatic differentiation.

    OMP_NUM_THREADS=1 python benchmarks/residual_step.py

Burgers, network (2, 50, 50, 50, 1), 10,000 collocation points and 400 + 200 condition points, float32, one thread; the
three ways are called in turn and medians compared. Compiling is timed apart.
"""

import argparse
import time
from math import pi

import numpy as np
import torch

from replication.networks.flat import flatten
from replication.networks.mlp import MLP
from replication.problems.burgers import Burgers
from replication.training.gradient import LossAndGradient
from replication.training.objective import Objective


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--hidden", type=int, nargs="+", default=[50, 50, 50])
    options = parser.parse_args()
    torch.set_num_threads(1)
    problem, random = Burgers(0.01 / pi), np.random.default_rng(0)
    network = MLP(problem.low, problem.high, options.hidden, 1, "tanh")
    network.initialise(torch.Generator().manual_seed(0))
    conditions = problem.conditions({"initial": 400, "boundary": 200}, random)
    weights = {"residual": 1.0, "initial": 1.0, "boundary": 1.0}
    objective = Objective(problem, network, problem.collocation(options.points, random), conditions, weights)
    eager, compiled = LossAndGradient(objective, compiled=False), LossAndGradient(objective)
    flat = flatten(network)
    _, collocation, _, initial, initial_u, _, boundary, boundary_u = objective.data

    def nested() -> object:
        x, t = (collocation[:, i : i + 1].clone().requires_grad_() for i in range(2))
        u = network(torch.cat([x, t], dim=1))
        u_x, u_t = torch.autograd.grad(u.sum(), (x, t), create_graph=True)
        (u_xx,) = torch.autograd.grad(u_x.sum(), x, create_graph=True)
        loss = (u_t + u * u_x - problem.viscosity * u_xx).square().mean()
        loss = (
            loss
            + (network(initial)[:, 0] - initial_u).square().mean()
            + (network(boundary)[:, 0] - boundary_u).square().mean()
        )
        return torch.autograd.grad(loss, list(network.parameters()))

    ways = {
        "plain nested autograd": nested,
        "ours, eager": lambda: eager(flat),
        "ours, compiled": lambda: compiled(flat),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for repeat in range(options.repeats + 5):
        for name, call in ways.items():
            start = time.perf_counter()
            call()
            if repeat >= 5:
                times[name].append(time.perf_counter() - start)
    base = np.array(times["plain nested autograd"])
    for name, seconds in times.items():
        ratio = np.median(base / np.array(seconds))
        print(f"{name:24s} median {1e3 * np.median(seconds):7.2f} ms   {ratio:5.2f} times as fast as plain")
    print(f"compiling took {compiled.compile_wall_s:.1f} s (compiled: {compiled.compiled})")


if __name__ == "__main__":
    main()
