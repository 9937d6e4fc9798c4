"""Draw the strip of frames of a dataset."""

import argparse
from pathlib import Path

from replication.report.frames import draw


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--strip", required=True, type=Path, help="frames, as the fidelity verb writes them")
    parser.add_argument("--out", required=True, type=Path, help="drawing to write")


def run(options: argparse.Namespace) -> None:
    """Write the drawing; the same frames give the same bytes."""
    draw(options.strip, options.out)
