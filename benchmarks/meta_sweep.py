"""Time one whole sweep of the parameter grid by a finished arm: Gauss-Newton against the published optimiser.

    OMP_NUM_THREADS=1 python benchmarks/meta_sweep.py results/laptop/cpu/s2gpt_pinn/burgers/gpt_pinn/seed0

All neurons are there and their columns evaluated; each optimiser starts where the arm starts and fits every parameter
of the grid in one batch. The losses are those on the full grid with all data, the largest over the parameters.
"""

import argparse
import time
from pathlib import Path

import torch

from replication.papers.s2gpt_pinn.measurements.query_cost import OPTIMISERS
from replication.papers.s2gpt_pinn.trained import Trained


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of a finished run of gpt_pinn or s2gpt_pinn")
    options = parser.parse_args()
    torch.set_num_threads(1)
    seconds = {}
    for optimiser in OPTIMISERS:
        meta = Trained.load(options.folder, optimiser).meta
        grid, loss = torch.as_tensor(meta.parametric.grid()), meta.loss()
        meta.fit(grid[:1], loss)
        begin = time.process_time()
        fitted = meta.fit(grid, loss)
        seconds[optimiser] = time.process_time() - begin
        full = meta.full_loss().value(grid, fitted.coefficients)
        print(
            f"{optimiser:12s} {seconds[optimiser]:9.3f} CPU s for {len(grid)} parameters, {meta.count} neurons;"
            f" largest loss {fitted.losses.max():.3e}, on the full grid {full.max():.3e}",
            flush=True,
        )
    print(f"Gauss-Newton costs {seconds['published'] / seconds['gauss_newton']:.0f} times less")


if __name__ == "__main__":
    main()
