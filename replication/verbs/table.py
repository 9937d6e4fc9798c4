"""Collect the runs and measurements of one paper into its long table."""

import argparse
from pathlib import Path

from replication.measurement import measured
from replication.measurement.table import run_rows, write_rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--runs", nargs="*", default=[], type=Path, help="scores.json of every run")
    parser.add_argument("--measurements", nargs="*", default=[], type=Path, help="files of rows")
    parser.add_argument("--out", required=True, type=Path, help="table to write")


def run(options: argparse.Namespace) -> None:
    """Write the table, sorted; refuses runs and measurements made by other code than today's."""
    rows = [row for scores in options.runs for row in run_rows(scores.parent)]
    rows += [row for path in options.measurements for row in measured.read(path)]
    write_rows(rows, options.out)
