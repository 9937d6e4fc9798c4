"""Trains WaveLiT on one dataset."""

from typing import Any

from replication.forecasting import processes
from replication.forecasting.samples import Drawable
from replication.forecasting.settings import Training
from replication.forecasting.shape import ForecastShape
from replication.forecasting.trained import Order, trained
from replication.forecasting.training import Loss
from replication.networks.wavelet import WaveletTransform
from replication.networks.wavelit import WaveLiT, matched_settings
from replication.networks.wavelit_settings import WaveLiTNetwork, sized
from replication.papers.wavelit.objective import wavelet_loss
from replication.runs.outcome import Outcome
from replication.runs.run import Run
from replication.training.checkpoint import Checkpoint

WEIGHING_WINDOWS = 64
"""Training windows, evenly spread, whose targets weigh the subbands."""


def train_bespoke(run: Run) -> Outcome:
    """Train on the dataset of `run` and forecast its windows; baselines of the same seed draw the same batches."""
    with processes.joined(run.device):
        return trained(
            order(run),
            lambda shape: built(shape, run.settings),
            lambda wavelit, shape: wavelit.architecture(),
            lambda samples: auxiliary(run.settings, samples),
        )


def order(run: Run) -> Order:
    """Return the training that `run` describes."""
    device = processes.local_device(run.device)
    return Order(
        data=next(iter(run.data.values())),
        evaluation=run.evaluation,
        history=run.settings["history"],
        training=Training.model_validate(run.settings["training"]),
        seed=(run.paper, run.problem, "training", run.seed),
        checkpoint=Checkpoint(run.folder / "checkpoint.safetensors", run.identity, device),
        device=device,
    )


def built(shape: ForecastShape, settings: dict[str, Any]) -> WaveLiT:
    """Return the network of a run; one that is to equal another's size gets layers of fitting width."""
    asked, equal_to = network(settings["network"]), settings["equal_to"]
    return WaveLiT(shape, asked if equal_to is None else matched_settings(shape, asked, network(equal_to)))


def network(chosen: dict[str, Any]) -> WaveLiTNetwork:
    """Return the architecture that a block `network` of the settings means."""
    return sized(chosen["size"], **{key: value for key, value in chosen.items() if key != "size"})


def auxiliary(settings: dict[str, Any], samples: Drawable) -> Loss | None:
    """Return the loss in the wavelet domain that the settings of a run ask for, weighted by targets of `samples`.

    It uses the network's wavelet, periodised along both axes, since that is orthonormal.
    """
    chosen = network(settings["network"])
    targets = samples.spread(WEIGHING_WINDOWS)
    values = targets.target if targets.counts is None else targets.target * targets.counts
    transform = WaveletTransform(chosen.wavelet, chosen.levels)
    return wavelet_loss(settings["auxiliary"]["kind"], settings["auxiliary"]["weight"], transform, values)
