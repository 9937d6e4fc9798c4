"""Time queries of both arms, alone on the machine."""

import argparse
import json
from pathlib import Path

import numpy as np

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.table import row
from replication.papers.s2gpt_pinn.measurements.query_cost import baseline_cost, query_cost
from replication.runs import log
from replication.runs.allocator import keep_freed_memory
from replication.runs.neighbours import Neighbours
from replication.runs.outcome import Status, read_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="queries, repeats, seconds, as JSON")
    parser.add_argument("--reference", required=True, type=Path, help="points and exact values of every query")
    parser.add_argument("--runs", required=True, nargs="+", type=Path, help="arms' run folders of one family and seed")
    parser.add_argument("--baselines", nargs="*", default=[], type=Path, help="run folders of baselines on the same")
    parser.add_argument("--out", required=True, type=Path, help="rows to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write the rows; a run that is not `done` has one without a value, and without both arms nothing is timed."""
    import torch

    torch.set_num_threads(1)
    keep_freed_memory()  # as trainings do
    log.start(f"query_cost {RunKey.of_folder(options.runs[0]).problem}", options.log)
    statuses = {folder: read_record(folder)["status"] for folder in (*options.runs, *options.baselines)}
    rows = [
        row(RunKey.of_folder(folder), status, "query_latency", None, "s")
        for folder, status in statuses.items()
        if status != Status.DONE
    ]
    neighbours = Neighbours()
    if all(statuses[folder] == Status.DONE for folder in options.runs):
        with np.load(options.reference) as file, neighbours:
            rows += query_cost(options.runs, dict(file), options.settings)
    for folder in options.baselines:
        rows += baseline_cost(folder) if statuses[folder] == Status.DONE else []
    measured.write(rows, options.out, options.settings, neighbours.cores)
