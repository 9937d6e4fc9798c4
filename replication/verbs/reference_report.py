"""Render the reference report from what is published, and from that alone."""

import argparse
from pathlib import Path

from replication import layout
from replication.report.reference import build


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--parts", type=Path, default=layout.REFERENCE, help="folder of published parts")
    parser.add_argument("--out", type=Path, default=layout.REFERENCE, help="folder to write; parts are copied into it")


def run(options: argparse.Namespace) -> None:
    """Write page, verdicts and tables."""
    print(f"The page is {build(options.parts, options.out).resolve()}")
