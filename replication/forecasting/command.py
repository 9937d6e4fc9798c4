"""What a baseline in Python calls: its script becomes a command `--task FILE --seed N --out FOLDER`.

A script `workflow/baselines/<name>.py` of a trained network ends with

    if __name__ == "__main__":
        main(build)

where `build(shape, task)` returns a network that follows `replication.forecasting.shape`; it is trained by the shared
loop within the shared budget. `task` is the task file's content and `parameters`, the size of the paper's own network
on this dataset. A method that needs no training loop calls `untrained(prepare)` instead, where `prepare(task)` returns
a function from histories to the next frames; both leave a whole run folder.
"""

import argparse
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from replication.forecasting import processes
from replication.forecasting.rollout import Step, forecasts
from replication.forecasting.settings import Training
from replication.forecasting.shape import ForecastShape
from replication.forecasting.trained import Order, trained
from replication.networks.matching import count
from replication.networks.wavelit import WaveLiT
from replication.networks.wavelit_settings import sized
from replication.provenance.code_version import ROOT, code_version, files_version
from replication.provenance.manifest import manifest, settings_hash
from replication.runs.outcome import Outcome, Status, write
from replication.training.checkpoint import Checkpoint

Task = Mapping[str, Any]


def main(build: Callable[[ForecastShape, Task], nn.Module]) -> None:
    """Train `build(shape, task)` on the task's dataset, forecast its windows and write the run folder."""
    options, task = _options()
    script = Path(inspect.getfile(build)).resolve()
    source = str(script.relative_to(ROOT.parent) if script.is_relative_to(ROOT.parent) else script)

    def built(shape: ForecastShape) -> nn.Module:
        return build(shape, sized_task(task, shape))

    def described(network: nn.Module, shape: ForecastShape) -> dict[str, Any]:
        settings = {key: value for key, value in sized_task(task, shape).items() if key != "hardware"}
        return {"source": source, "shape": asdict(shape), "task": settings}

    device = task["hardware"]["device"]
    with processes.joined(device):
        here = processes.local_device(device)
        code = f"{code_version('replication.forecasting.command')}-{files_version(script)}"
        data = files_version(Path(task["data"]) / "stats.yaml")  # changes whenever the data's values do
        identity = f"{settings_hash(dict(task))}-{data}-{code}-{options.seed}"
        order = Order(
            Path(task["data"]),
            Path(task["evaluation"]),
            task["history"],
            Training.model_validate(task["training"]),
            (task["paper"], task["problem"], "training", options.seed),
            Checkpoint(options.out / "checkpoint.safetensors", identity, here),
            here,
        )
        outcome = trained(order, built, described)
    _write(outcome, options.out, task)
    order.checkpoint.remove()


def untrained(prepare: Callable[[Task], Step]) -> None:
    """Forecast the task's windows with `prepare(task)` and write the run folder."""
    options, task = _options()
    step = prepare(task)
    _write(
        Outcome(Status.DONE, prediction=forecasts(step, Path(task["evaluation"]), task["history"])), options.out, task
    )


def sized_task(task: Task, shape: ForecastShape) -> dict[str, Any]:
    """Return the task with `parameters`: those of the paper's network for this dataset, at the task's history."""
    network = dict(task["network"])
    with torch.device("meta"):
        own = WaveLiT(shape, sized(network.pop("size"), **network))
    return {**task, "parameters": count(own)}


def _options() -> tuple[argparse.Namespace, dict[str, Any]]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--task", required=True, type=Path, help="task file")
    parser.add_argument("--seed", required=True, type=int, help="seed of this run")
    parser.add_argument("--out", required=True, type=Path, help="run folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    return options, json.loads(options.task.read_text(encoding="utf-8"))


def _write(outcome: Outcome, folder: Path, task: Task) -> None:
    if processes.RANK == 0:
        device, precision = task["hardware"]["device"], task["training"]["precision"]
        write(outcome, folder, {}, manifest(dict(task), threads=1, dtype=precision, device=device))
