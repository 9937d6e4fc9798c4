"""Record what every run cost and on what it ran, in one small file that a page can be made from."""

import argparse
from pathlib import Path

from replication.report import runs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--runs", nargs="*", default=[], type=Path, help="training.json of every run")
    parser.add_argument("--measurements", nargs="*", default=[], type=Path, help="files of measured rows")
    parser.add_argument("--config", nargs="*", default=[], metavar="KEY=VALUE", help="settings that were changed")
    parser.add_argument("--out", required=True, type=Path, help="runs.json to write")


def run(options: argparse.Namespace) -> None:
    """Write the file."""
    runs.write(options.runs, options.measurements, options.out, options.config)
