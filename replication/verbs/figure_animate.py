"""Animate one figure from its data file alone, as WebP."""

import argparse
from pathlib import Path

from replication.report import figure


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--paper", required=True, help="the paper's slug")
    parser.add_argument("--figure", required=True, help="the figure's name")
    parser.add_argument("--data", required=True, type=Path, help="the figure's data")
    parser.add_argument("--out", required=True, type=Path, help="animation to write")


def run(options: argparse.Namespace) -> None:
    """Animate; the same data gives the same bytes."""
    figure.animate(options.paper, options.figure, options.data, options.out)
