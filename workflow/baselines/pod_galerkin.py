"""POD-Galerkin, with DEIM where the equation is nonlinear: a classical reduced-basis method for a family of PDEs.

Snapshots are our own classical solutions in float64 at every parameter of the training grid; nothing is read of the
reference solutions. The basis leaves `SHARE` of the snapshots' energy, so its relative error is about 3e-4.
"""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from replication.papers.s2gpt_pinn.classical import galerkin
from replication.papers.s2gpt_pinn.task import QueryTask

SHARE = 1e-7

MODES = {"burgers": 128, "klein_gordon": 96, "allen_cahn_periodic": 256, "helmholtz": 32}
"""Resolution of the snapshots: errors of the classical solver there are below 3e-4 at all parameters."""

STEPS = {"burgers": 48, "klein_gordon": 48, "allen_cahn_periodic": 16}
"""Time steps of an answer, at which errors in time are below those of the basis."""


def main(task_file: Path, out: Path) -> None:
    """Reduce the family, answer the queries and write prediction and record."""
    task = QueryTask.read(task_file)
    equation = task.content["equation"]
    training = [task.parametric.at(values) for values in task.parametric.grid()]
    with task.clock("reduction"):
        if equation == "helmholtz":
            reduced = galerkin.stationary(training, task.axes, MODES[equation], SHARE)
        else:
            reduced = galerkin.semilinear(equation, training, task.axes, MODES[equation], STEPS[equation], SHARE)
    print(f"{len(training)} snapshots, {reduced.size} modes", flush=True)
    solutions, seconds = [], []
    with task.clock("queries"):
        for values in task.parameters:
            begin = perf_counter()
            solutions.append(reduced.solve(task.parametric.at(values)))
            seconds.append(perf_counter() - begin)
    task.hand_in(out, np.stack(solutions), reduced.size, query_s=float(np.median(seconds)))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
