"""Measure the largest loss over all parameters of finished meta-networks."""

import argparse
from pathlib import Path

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.table import row
from replication.papers.s2gpt_pinn.measurements.worst_case import worst_case
from replication.runs import log
from replication.runs.outcome import Status, read_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""

    parser.add_argument("--runs", required=True, nargs="+", type=Path, help="run folders of one family and seed")
    parser.add_argument("--out", required=True, type=Path, help="rows to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write the rows; a run that is not `done` has one without a value."""
    import torch

    keys = {folder: RunKey.of_folder(folder) for folder in options.runs}
    log.start(f"worst_case {keys[options.runs[0]].problem}", options.log)
    torch.set_num_threads(1)
    statuses = {folder: read_record(folder)["status"] for folder in options.runs}
    done = [folder for folder, status in statuses.items() if status == Status.DONE]
    rows = [
        row(keys[folder], status, "worst_loss", None, "1") for folder, status in statuses.items() if folder not in done
    ]
    rows += worst_case(done)
    measured.write(rows, options.out, {})
