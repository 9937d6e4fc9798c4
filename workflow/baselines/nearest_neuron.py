"""Nearest-neuron interpolation: each query is answered by the full PINN of GPT-PINN whose parameters are nearest.

Distances are taken after scaling the parameter box to the unit cube. What a reduced basis adds is the difference to
this. The neurons' training is the cost of the run they are read from.
"""

import sys
from pathlib import Path

import numpy as np

from replication.papers.s2gpt_pinn.task import QueryTask
from replication.papers.s2gpt_pinn.trained import Trained


def main(task_file: Path, run: Path, out: Path) -> None:
    """Answer the queries with the neurons of a finished run and write prediction and record."""
    task = QueryTask.read(task_file)
    trained = Trained.load(run)
    with task.clock("precompute"):
        values = trained.columns(task.grid).T.numpy()
    with task.clock("queries"):
        nearest = task.parametric.nearest(task.parameters, np.array(trained.meta.parameters))
        solutions = values[nearest]
    task.hand_in(out, solutions, 0)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
