"""The best linear forecast from 5x5 points of the given frames, fitted to training data in closed form.

See `replication.forecasting.linear_stencil`. It is given the frames that networks are given, in the same scaling; its
size follows from the data (25 weights for each pair of channels) and is not matched to WaveLiT's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from replication.forecasting.command import untrained
from replication.forecasting.linear_stencil import fitted
from replication.forecasting.rollout import Step, network_step
from replication.forecasting.samples import Samples


def prepare(task: Mapping[str, Any]) -> Step:
    """Fit the stencil on the CPU, and return its step."""
    samples = Samples(Path(task["data"]), "train", task["history"], resident_gb=task["training"]["resident_gb"])
    return network_step(fitted(samples), samples.scaling, "cpu")


if __name__ == "__main__":
    untrained(prepare)
