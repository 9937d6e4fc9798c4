"""Time our reader against the_well's `WellDataset` on the same files: samples per second, interleaved, one process.

    OMP_NUM_THREADS=1 python benchmarks/well_reader.py
    OMP_NUM_THREADS=1 python benchmarks/well_reader.py --folder data/mini/quick/datasets/shear_flow

Without `--folder` it writes random values as rayleigh_benard (two scalars and a vector, four channels) to a temporary
folder, at 64² and at 256². Samples are four frames in, one out, drawn at random; each round reads the same ones with
both, in turn, and medians over rounds are compared. `--loader` reads through a torch DataLoader with one worker and
batches of 16, whose own cost both then bear.
"""

import argparse
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from the_well.data.datasets import WellDataset
from torch.utils.data import DataLoader, Subset

from replication.well.catalogue import dataset
from replication.well.reader import WellReader
from replication.well.trajectory import Trajectory, boundary_at_ends
from replication.well.writer import Origin, write

INPUTS = 4
BATCH = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="a dataset's folder; its last part is the official name")
    parser.add_argument("--samples", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--loader", action="store_true", help="through a DataLoader with one worker")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", message="Only axis-aligned boundary")
    if options.folder is not None:
        compare(options.folder, options)
        return
    for points in (64, 256):
        with tempfile.TemporaryDirectory() as base:
            compare(random_set(Path(base), points), options)


def random_set(base: Path, points: int) -> Path:
    """Write four trajectories of 20 frames at points²."""
    entry, random = dataset("rayleigh_benard"), np.random.default_rng(0)
    trajectories = (
        Trajectory(
            axes={name: np.linspace(0, 1, points) for name in entry.dimensions},
            time=np.arange(20.0),
            scalars=dict.fromkeys(entry.scalars, 1.0),
            fields={name: random.random((20, points, points, *(2,) * order)) for name, order in entry.fields.items()},
            boundaries=tuple(
                boundary_at_ends(name, dimension, kind, points)
                for name, ((dimension,), kind) in entry.boundaries.items()
            ),
        )
        for _ in range(4)
    )
    folder = base / entry.name
    origin = Origin("random values", "everything", "", (0, 1, 2, 3))
    write(folder / "data" / "train" / "random.hdf5", entry, 4, trajectories, origin)
    return folder


def compare(folder: Path, options: argparse.Namespace) -> None:
    """Check that some samples are equal, then time both and print medians."""
    theirs = WellDataset(
        well_base_path=str(folder.parent),
        well_dataset_name=folder.name,
        well_split_name="train",
        n_steps_input=INPUTS,
    )
    ours = WellReader(folder, "train", inputs=INPUTS)
    chosen = np.random.default_rng(0).integers(0, len(theirs), options.samples).tolist()
    for index in chosen[:5]:
        for key, values in theirs[index].items():
            assert torch.equal(values, ours[index][key]), key

    def rate(reader: torch.utils.data.Dataset) -> float:
        samples = Subset(reader, chosen)
        if not options.loader:
            start = time.perf_counter()
            for index in range(len(samples)):
                samples[index]
            return len(samples) / (time.perf_counter() - start)
        batches = iter(DataLoader(samples, BATCH, num_workers=1))
        next(batches)  # the worker has started
        start = time.perf_counter()
        count = sum(len(batch["input_fields"]) for batch in batches)
        return count / (time.perf_counter() - start)

    rates = [(rate(theirs), rate(ours)) for _ in range(options.rounds)]
    theirs_rate, ours_rate = (statistics.median(column) for column in zip(*rates, strict=True))
    ratios = sorted(ours / theirs for theirs, ours in rates)
    shape = "x".join(str(points) for points in theirs.size_tuple)
    print(
        f"{folder.name} {shape}: WellDataset {theirs_rate:.0f}/s, ours {ours_rate:.0f}/s, "
        f"ratio {statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f} over {len(ratios)} rounds)"
    )


if __name__ == "__main__":
    main()
