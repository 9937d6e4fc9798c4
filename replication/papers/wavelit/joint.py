"""One WaveLiT for several datasets: trained once, then asked for each dataset's forecast."""

import json
from typing import Any

from replication.errors import UserError
from replication.forecasting import processes
from replication.forecasting.memory import PREPARING, OutOfMemory, within_memory
from replication.forecasting.samples import Samples
from replication.forecasting.scaling import Scaling
from replication.forecasting.settings import Training
from replication.forecasting.trained import forecast, initialised, outcome_of, samples
from replication.forecasting.training import ForecastFit
from replication.networks.saved import load_network
from replication.networks.wavelit import WaveLiTJoint
from replication.papers.wavelit.training import auxiliary, network
from replication.runs.outcome import Outcome, Status
from replication.runs.run import Run
from replication.training.checkpoint import Checkpoint


def train_joint(run: Run) -> Outcome:
    """Train on all datasets of `run`, which take turns; nothing is forecast here."""
    with processes.joined(run.device):
        try:
            return outcome_of(*_prepared(run, processes.local_device(run.device)))
        except OutOfMemory as error:
            return Outcome(Status.SKIPPED, str(error))


def _prepared(run: Run, device: str) -> tuple[ForecastFit, dict[str, Any]]:
    """Return the training and what rebuilds its network."""
    settings, training = run.settings, Training.model_validate(run.settings["training"])
    seed = (run.paper, run.problem, "training", run.seed)
    with within_memory(PREPARING, device):
        train: dict[str, Samples] = {}
        valid: dict[str, Samples] = {}
        for name, folder in run.data.items():
            taken = sum(each.resident_gb for each in train.values())
            train[name], valid[name] = samples(folder, settings["history"], training, device, taken)
        shapes = {name: each.shape for name, each in train.items()}
        wavelit: WaveLiTJoint = initialised(lambda: WaveLiTJoint(shapes, network(settings["network"])), seed, device)
        fit = ForecastFit(
            network=wavelit,
            forward=lambda name, inputs: wavelit(inputs, name),
            training=train,
            validation=valid,
            settings=training,
            seed=seed,
            checkpoint=Checkpoint(run.folder / "checkpoint.safetensors", run.identity, device),
            device=device,
            auxiliary={name: auxiliary(settings, each) for name, each in train.items()},
        )
        return fit, wavelit.architecture()


def forecast_with_joint(run: Run) -> Outcome:
    """Forecast the windows of the dataset of `run` with the joint model of the same seed; its cost stands there.

    Raises UserError where that model was trained on other fields than the dataset has.
    """
    ((name, folder),), (joint,) = run.data.items(), run.inputs.values()
    record = json.loads((joint / "training.json").read_text(encoding="utf-8"))
    scaling = Scaling(folder)
    if (known := record["fields"].get(name)) != list(scaling.fields):
        trained_on = f"with fields {', '.join(known)}" if known else f"on {', '.join(record['fields'])} alone"
        raise UserError(
            f"{folder}: fields are {', '.join(scaling.fields)}, but {joint} was trained {trained_on}; "
            "train it again on this dataset"
        )
    outcome = Outcome(Status.DONE, parameters=record["parameters"])
    history = record["settings"]["history"]
    forecast(outcome, load_network(joint), scaling, run.evaluation, history, run.device, dataset=name)
    return outcome
