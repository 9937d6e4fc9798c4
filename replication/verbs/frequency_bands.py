"""Measure errors of predictions by spatial frequency."""

import argparse
import json
from pathlib import Path

import numpy as np

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.frequency_bands import band_errors
from replication.measurement.table import row
from replication.runs import log
from replication.runs.outcome import Status, read_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="coordinates and edges, as JSON")
    parser.add_argument("--runs", required=True, nargs="+", type=Path, help="run folders of one problem and seed")
    parser.add_argument("--reference", required=True, type=Path, help="file of points and exact values")
    parser.add_argument("--out", required=True, type=Path, help="rows to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write the errors of every run in every band; rows without values for a run that is not `done`."""
    log.start(f"frequency-bands {RunKey.of_folder(options.runs[0]).problem}", options.log)
    with np.load(options.reference) as file:
        arrays = {name: file[name] for name in file.files if name != "points"}
    axes = {name.removeprefix("axis_"): axis for name, axis in arrays.items() if name.startswith("axis_")}
    reference = {name: values for name, values in arrays.items() if not name.startswith("axis_")}
    rows = []
    for folder in options.runs:
        status = read_record(folder)["status"]
        predicted = reference
        if status == Status.DONE:
            with np.load(folder / "prediction.npz") as file:
                predicted = dict(file)
        for error in band_errors(predicted, reference, axes, **options.settings):
            rows.append(row(RunKey.of_folder(folder), status, **error))
    measured.write(rows, options.out, options.settings)
