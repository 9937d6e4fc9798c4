"""Draw one figure from its data file alone, as SVG, PDF and PNG."""

import argparse
from pathlib import Path

from replication.report import figure


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--paper", required=True, help="the paper's slug")
    parser.add_argument("--figure", required=True, help="the figure's name")
    parser.add_argument("--data", required=True, type=Path, help="the figure's data")
    parser.add_argument("--out", required=True, type=Path, help="path of the drawings without suffix")


def run(options: argparse.Namespace) -> None:
    """Draw; the same data gives the same bytes."""
    figure.draw(options.paper, options.figure, options.data, options.out)
