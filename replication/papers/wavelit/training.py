"""Trains WaveLiT on one dataset."""

import logging
from pathlib import Path
from typing import Any

from replication.forecasting import processes
from replication.forecasting.samples import Drawable, Samples
from replication.forecasting.settings import Training
from replication.forecasting.shape import ForecastShape
from replication.forecasting.trained import Order, trained
from replication.forecasting.training import Loss
from replication.measurement.prior_match import wavelet_energy
from replication.networks.wavelet import VANISHING_MOMENTS, WaveletTransform
from replication.networks.wavelit import WaveLiT, matched_settings
from replication.networks.wavelit_settings import ADAPTIVE, WaveLiTNetwork, countable, sized
from replication.papers.wavelit.objective import wavelet_loss
from replication.runs.outcome import Outcome
from replication.runs.run import Run
from replication.training.checkpoint import Checkpoint

log = logging.getLogger(__name__)

WEIGHING_WINDOWS = 64
"""Training windows, evenly spread, whose targets weigh the subbands."""


def train_bespoke(run: Run) -> Outcome:
    """Train on the dataset of `run` and forecast its windows; baselines of the same seed draw the same batches."""
    with processes.joined(run.device):
        energies = wavelet_energies(run.settings, next(iter(run.data.values())))
        settings = with_wavelet(run.settings, energies)
        outcome = trained(
            order(run),
            lambda shape: built(shape, settings),
            lambda wavelit, shape: wavelit.architecture(),
            lambda samples: auxiliary(settings, samples),
        )
        outcome.details |= {"wavelet_energies": energies} if energies else {}
        return outcome


def wavelet_energies(settings: dict[str, Any], folder: Path) -> dict[str, float]:
    """Return, of every wavelet, how much of the energy of a dataset's changes its largest 5 % of coefficients hold.

    On the training split; without anything read where the settings name a wavelet, since nothing is to choose.
    """
    chosen = settings["network"]
    if chosen.get("wavelet") != ADAPTIVE:
        return {}
    samples = Samples(folder, "train", settings["history"], resident_gb=settings["training"]["resident_gb"])
    levels = network(chosen).levels
    energies = {name: wavelet_energy(samples, WaveletTransform(name, levels)) for name in VANISHING_MOMENTS}
    log.info("wavelets by energy: %s", ", ".join(f"{name} {energy:.3f}" for name, energy in energies.items()))
    return energies


def with_wavelet(settings: dict[str, Any], energies: dict[str, float]) -> dict[str, Any]:
    """Return a run's settings with an adaptive wavelet replaced by that of the largest energy.

    The paper names such a choice as future work.
    """
    if not energies:
        return settings
    return settings | {"network": settings["network"] | {"wavelet": max(energies, key=lambda name: energies[name])}}


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
    """Return the architecture that a block `network` of the settings means.

    An adaptive wavelet is Haar until `with_wavelet` has chosen it.
    """
    changes = countable(chosen)
    return sized(changes.pop("size"), **changes)


def auxiliary(settings: dict[str, Any], samples: Drawable) -> Loss | None:
    """Return the loss in the wavelet domain that the settings of a run ask for, weighted by targets of `samples`.

    It uses the network's wavelet, periodised along both axes, since that is orthonormal.
    """
    chosen = network(settings["network"])
    targets = samples.spread(WEIGHING_WINDOWS)
    values = targets.target if targets.counts is None else targets.target * targets.counts
    transform = WaveletTransform(chosen.wavelet, chosen.levels)
    return wavelet_loss(settings["auxiliary"]["kind"], settings["auxiliary"]["weight"], transform, values)
