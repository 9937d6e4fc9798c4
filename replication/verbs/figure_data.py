"""Collect the data of one figure into a small file."""

import argparse
from pathlib import Path

from replication.report import figure
from replication.report.sources import FigureSources


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--paper", required=True, help="the paper's slug")
    parser.add_argument("--figure", required=True, help="the figure's name")
    parser.add_argument("--sources", nargs="*", default=[], type=Path, help="the files it may read")
    parser.add_argument("--out", required=True, type=Path, help="file to write, .csv or .npz as the figure declares")


def run(options: argparse.Namespace) -> None:
    """Write the data; where there is none yet, the file says what is missing."""
    sources = FigureSources(Path(), options.sources)
    figure.write_data(options.paper, options.figure, sources, options.out)
