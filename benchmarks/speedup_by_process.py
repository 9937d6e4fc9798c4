"""Show how the speed-up of eager PyTorch varies from process to process, and that page faults decide it.

    OMP_NUM_THREADS=1 python benchmarks/speedup_by_process.py results/laptop/cpu/kd_pinn/burgers

Every line is a fresh process that times the trained arms of one seed in turns, as `latency` does, on one thread at
growing batches: first with the C library's handling of freed memory as it comes, then with freed memory kept.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np

from replication.measurement.latency import LatencySettings, Timing, latency, summary
from replication.networks.saved import load_network
from replication.papers.kd_pinn.arms import DISTILLED, METHODS, TEACHER

BATCHES = [1, 100, 10_000, 25_600]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of a problem, with the runs of all arms")
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument(
        "--runtime", choices=["eager", "eager_kept"], help="time in this very process, and print a line"
    )
    options = parser.parse_args()
    if options.runtime:
        print(_line(options.folder, options.runtime))
        return
    for runtime in ("eager", "eager_kept"):
        for _ in range(options.processes):
            subprocess.run([sys.executable, __file__, options.folder, "--runtime", runtime], check=True)


def _line(folder: Path, runtime: str) -> str:
    networks = {method: load_network(folder / method / "seed0") for method in METHODS}
    low, high = (getattr(networks[TEACHER], name).numpy() for name in ("low", "high"))
    settings = LatencySettings(BATCHES, [1], [runtime], [], warm_up=10, repeats=30, seconds=20.0)
    return f"{runtime:10s}  " + "; ".join(
        map(_cell, latency(networks, low, high, settings, 1, np.random.default_rng(0)))
    )


def _cell(timing: Timing) -> str:
    found = {(name, metric): value for name, metric, value, _ in summary(timing, TEACHER)}
    faults = [found[name, "page_faults"] for name in (TEACHER, DISTILLED)]
    batch = timing.condition.partition(";")[0]
    return f"{batch}: {found[DISTILLED, 'speedup']:.2f} times, faults {faults[0]:.0f} and {faults[1]:.0f}"


if __name__ == "__main__":
    main()
