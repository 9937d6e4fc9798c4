"""Score how well a dataset matches the prior of wavelets and linear waves, from its data alone."""

import argparse
import json
import logging
from pathlib import Path

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.table import row
from replication.runs import log
from replication.runs.outcome import Status

logger = logging.getLogger(__name__)

DATA = "data"
"""Stands for the method in rows that say something of the dataset itself."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--dataset", required=True, type=Path, help="file that says where the dataset lies")
    parser.add_argument("--settings", required=True, type=json.loads, help="history, wavelet, levels, as JSON")
    parser.add_argument("--out", required=True, type=Path, help="rows to write, seed and hardware in its path")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write both scores; they depend on no seed, and stand under each so that they pair with every run."""
    import torch

    from replication.forecasting.samples import Samples
    from replication.measurement.prior_match import linear_prediction, wavelet_energy
    from replication.networks.wavelet import WaveletTransform

    torch.set_num_threads(1)
    lies, settings = json.loads(options.dataset.read_text(encoding="utf-8")), options.settings
    log.start(f"prior_match {lies['dataset']}", options.log)
    samples = Samples(Path(lies["folder"]), "train", settings["history"], resident_gb=1.0)
    transform = WaveletTransform(settings["wavelet"], settings["levels"])
    scores = {
        "linear_prediction": linear_prediction(samples),
        "wavelet_energy": wavelet_energy(samples, transform),
    }
    logger.info(", ".join(f"{name} {value:.3f}" for name, value in scores.items()))
    hardware, paper, problem = options.out.parts[-6:-3]
    key = RunKey(hardware, paper, problem, DATA, int(options.out.stem.removeprefix("seed")))
    rows = [row(key, Status.DONE, "prior_match", value, "1", f"score={name}") for name, value in scores.items()]
    measured.write(rows, options.out, settings)
