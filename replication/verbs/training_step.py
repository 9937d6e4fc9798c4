"""Cost of a training step of every trained method on one dataset, and time to equal error; alone on the machine."""

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

import pandas as pd

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.table import Row, row
from replication.runs import log
from replication.runs.allocator import keep_freed_memory
from replication.runs.neighbours import Neighbours
from replication.runs.outcome import Status, read_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="number of timed steps, as JSON")
    parser.add_argument("--runs", required=True, nargs="+", type=Path, help="run folders on one dataset, ours first")
    parser.add_argument("--hardware", required=True, type=Path, help="what the probe found out about the target")
    parser.add_argument("--out", required=True, type=Path, help="rows to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write the rows; a method that trains no network has none, nor has a baseline whose run is not `done`.

    Where our own run is not, all that is written is its row without a value: there is nothing to compare with.
    """
    import torch

    torch.set_num_threads(1)
    keep_freed_memory()  # as trainings do
    log.start(f"training_step {RunKey.of_folder(options.runs[0]).problem}", options.log)
    records = {folder: read_record(folder) for folder in options.runs}
    done = {folder: record for folder, record in records.items() if record["status"] == Status.DONE}
    device = json.loads(options.hardware.read_text(encoding="utf-8"))["device"]
    ours = options.runs[0]
    neighbours = Neighbours()
    if ours in done:
        with neighbours:
            rows = _rows(done, options.settings["steps"], device)
    else:
        key = RunKey.of_folder(ours)
        rows = [measured.without_value(key, records[ours]["status"], "step_wall", "s", timing=True)]
    measured.write(rows, options.out, options.settings, neighbours.cores)


def _rows(records: dict[Path, dict[str, Any]], steps: int, device: str) -> list[Row]:
    from replication.forecasting.saved import architecture
    from replication.measurement.training_step import equal_error, measure

    trained = {RunKey.of_folder(folder): folder for folder in records if architecture(folder)}
    networks = {key.method: _network(folder, records[folder], device) for key, folder in trained.items()}
    measure(networks, steps, device)
    rows = []
    seconds = {method: statistics.median(each.seconds) for method, each in networks.items()}
    for key in trained:
        each = networks[key.method]
        rows += [
            row(key, Status.DONE, "step_wall", seconds[key.method], "s", timing=True),
            row(key, Status.DONE, "step_flops", each.flops, "1"),
            row(key, Status.DONE, "step_memory", each.megabytes, "MB"),
        ]
    keys = {key.method: key for key in trained}
    curves = {
        key.method: pd.read_csv(folder / "history.csv").dropna(subset="validation_vrmse")
        for key, folder in trained.items()
    }
    for error, steps_to in equal_error(curves):
        for (method, count), against in zip(steps_to.items(), reversed(steps_to), strict=True):
            condition, key = f"against={against}", keys[method]
            rows.append(row(key, Status.DONE, "equal_error", error, "1", condition))
            wall = count * seconds[method]
            rows.append(row(key, Status.DONE, "time_to_equal_error", wall, "s", condition, timing=True))
    return rows


def _network(folder: Path, record: dict[str, Any], device: str) -> Any:
    """Return a run's network with the budget and the loss of its training."""
    from replication.forecasting.saved import rebuilt
    from replication.forecasting.settings import Training
    from replication.measurement.training_step import OneBatch, prepared
    from replication.papers.wavelit.training import auxiliary

    network, shape = rebuilt(folder)
    settings = record["settings"]
    training = Training.model_validate(settings["training"])
    samples = OneBatch(shape, training.batch, device)
    loss = auxiliary(settings, samples) if "auxiliary" in settings else None
    return prepared(network, samples, training, loss, device)
