"""One network trained on one dataset and what it forecasts: the paper's method and every trained baseline alike."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from replication.forecasting import processes
from replication.forecasting.memory import FORECASTING, PREPARING, OutOfMemory, within_memory
from replication.forecasting.rollout import forecasts, network_step
from replication.forecasting.samples import Samples
from replication.forecasting.scaling import Scaling
from replication.forecasting.settings import Training
from replication.forecasting.shape import ForecastShape
from replication.forecasting.training import Diverged, ForecastFit, Loss
from replication.networks.saved import weights
from replication.runs.outcome import Outcome, Status
from replication.seeds import derived_seed
from replication.training.checkpoint import Checkpoint


@dataclass(frozen=True)
class Order:
    """A training as it is ordered.

    `data` is the dataset's folder, of which train and valid are read; `evaluation` the file of published windows;
    `seed` names what the run's randomness is derived from.
    """

    data: Path
    evaluation: Path
    history: int
    training: Training
    seed: tuple[str | int, ...]
    checkpoint: Checkpoint
    device: str


def trained(
    order: Order,
    build: Callable[[ForecastShape], nn.Module],
    describe: Callable[[Any, ForecastShape], dict[str, Any]],
    auxiliary: Callable[[Samples], Loss | None] = lambda _: None,
) -> Outcome:
    """Train `build(shape)`, forecast the published windows with the weights that did best on validation, tell all.

    `describe` says what rebuilds the network. A training that was killed goes on from its checkpoint.
    """
    try:
        fit = _prepared(order, build, auxiliary)
    except OutOfMemory as error:
        return Outcome(Status.SKIPPED, str(error))
    train = fit.training[order.data.name]
    outcome = outcome_of(fit, describe(fit.network, train.shape))
    if outcome.status is Status.DONE and processes.RANK == 0:
        forecast(outcome, fit.network, train.scaling, order.evaluation, order.history, order.device)
    return outcome


def _prepared(
    order: Order, build: Callable[[ForecastShape], nn.Module], auxiliary: Callable[[Samples], Loss | None]
) -> ForecastFit:
    with within_memory(PREPARING, order.device):
        train, valid = samples(order.data, order.history, order.training, order.device)
        name, network = order.data.name, initialised(lambda: build(train.shape), order.seed, order.device)
        return ForecastFit(
            network=network,
            forward=lambda _, inputs: network(inputs),
            training={name: train},
            validation={name: valid},
            settings=order.training,
            seed=order.seed,
            checkpoint=order.checkpoint,
            device=order.device,
            auxiliary={name: auxiliary(train)},
        )


def samples(
    data: Path, history: int, training: Training, device: str, taken_gb: float = 0.0
) -> tuple[Samples, Samples]:
    """Return the samples to train on, and those to validate on: a few windows, read once, held outside the device.

    Of the memory for training splits `taken_gb` is given to other datasets already.
    """
    room = training.resident_gb - taken_gb
    return (
        Samples(data, "train", history, device, resident_gb=room, shift=training.shift),
        Samples(data, "valid", history, resident_gb=0.0),
    )


def initialised(build: Callable[[], nn.Module], seed: tuple[str | int, ...], device: str) -> Any:
    """Return a network whose initial weights depend on the seed alone."""
    torch.manual_seed(derived_seed(*seed, "weights"))
    return build().to(device)


def outcome_of(fit: ForecastFit, architecture: dict[str, Any]) -> Outcome:
    """Run a training and tell what became of it; forecasts are still missing."""
    outcome = Outcome(Status.DONE, architecture=architecture)
    outcome.parameters = sum(parameter.numel() for parameter in fit.network.parameters())
    try:
        fit.run()
    except Diverged as error:
        outcome.status, outcome.reason = Status.DIVERGED, str(error)
    except OutOfMemory as error:
        outcome.status, outcome.reason = Status.SKIPPED, str(error)
    outcome.history, outcome.phases = fit.history, fit.phases
    outcome.weights = weights(fit.network)
    fields = {name: list(each.scaling.fields) for name, each in fit.training.items()}
    outcome.details = {"best_step": fit.best_step, "best_validation_vrmse": fit.best, "fields": fields}
    if torch.device(fit.device).type == "cuda":
        outcome.details["accelerator_memory_mb"] = torch.cuda.max_memory_allocated() / 2**20
    return outcome


def forecast(
    outcome: Outcome,
    network: nn.Module,
    scaling: Scaling,
    evaluation: Path,
    history: int,
    device: str,
    **which: str,
) -> None:
    """Put the forecast of the published windows into an outcome, with what it cost.

    `which` names the dataset to a network for several.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        with within_memory(FORECASTING, device, together=False):
            step = network_step(partial(network.to(device), **which), scaling, device)
            outcome.prediction = forecasts(step, evaluation, history)
    except OutOfMemory as error:
        outcome.status, outcome.reason = Status.SKIPPED, str(error)
    spent = {"forecast_wall_s": time.perf_counter() - wall, "forecast_cpu_s": time.process_time() - cpu}
    outcome.details = {**outcome.details, **spent}
