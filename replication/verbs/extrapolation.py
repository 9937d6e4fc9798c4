"""Measure errors of trained networks outside their domain."""

import argparse
import json
from pathlib import Path

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.extrapolation import beyond, extrapolation_errors
from replication.measurement.table import row
from replication.networks.saved import load_network, predict
from replication.problems.problem import tensor_product
from replication.problems.registry import problem_named
from replication.runs import log
from replication.runs.outcome import Status, read_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="coefficients, grid, domains, as JSON")
    parser.add_argument("--runs", required=True, nargs="+", type=Path, help="run folders of one problem and seed")
    parser.add_argument("--out", required=True, type=Path, help="rows to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write the errors of every run on every domain; rows without values for a run that is not `done`."""
    problem_name = RunKey.of_folder(options.runs[0]).problem
    log.start(f"extrapolation {problem_name}", options.log)
    problem = problem_named(problem_name, options.settings["coefficients"])
    statuses = {folder: read_record(folder)["status"] for folder in options.runs}
    networks = {folder: load_network(folder) for folder, status in statuses.items() if status == Status.DONE}
    rows = []
    for domain, interval in options.settings["domains"].items():
        axes = beyond(problem, options.settings["grid"], options.settings["coordinate"], interval)
        points = tensor_product(axes)
        reference = problem.solution(points)
        for folder, status in statuses.items():
            predicted = predict(networks[folder], problem.fields, points) if folder in networks else reference
            for error in extrapolation_errors(predicted, reference, domain):
                rows.append(row(RunKey.of_folder(folder), status, **error))
    measured.write(rows, options.out, options.settings)
