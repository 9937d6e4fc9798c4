"""Measure how training went with and without distillation."""

import argparse
import json
from pathlib import Path

import torch

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.table import row
from replication.networks.saved import load_network
from replication.papers.kd_pinn.dynamics import METRICS, DynamicsSettings, dynamics
from replication.runs import log
from replication.runs.outcome import Status, read_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="batches, points, slice ..., as JSON")
    parser.add_argument("--teacher", required=True, type=Path, help="run folder of the teacher")
    parser.add_argument(
        "--students", required=True, nargs="+", type=Path, help="run folders of students with snapshots"
    )
    parser.add_argument("--out", required=True, type=Path, help="rows to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write the rows of every student; rows without values if it, or the teacher, is not `done`."""
    key = RunKey.of_folder(options.teacher)
    log.start(f"dynamics {key.problem}/seed{key.seed}", options.log)
    torch.set_num_threads(1)
    settings = DynamicsSettings(**options.settings)
    taught = read_record(options.teacher)["status"] == Status.DONE
    rows = []
    for folder in options.students:
        student, status = RunKey.of_folder(folder), read_record(folder)["status"]
        if taught and status == Status.DONE:
            rows += [
                row(student, status if found["value"] is not None else Status.SKIPPED, **found)
                for found in dynamics(folder, load_network(options.teacher), settings)
            ]
        else:
            rows += [measured.without_value(student, status, metric, "1") for metric in METRICS]
    measured.write(rows, options.out, options.settings)
