"""Simulate claims whose truth is known and say how often each kind of test judges them wrongly, or not at all."""

import argparse
from pathlib import Path

from replication.storage.atomic import replacing
from replication.verdicts.calibration import calibration_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--out", required=True, type=Path, help="table to write")


def run(options: argparse.Namespace) -> None:
    """Write the table."""
    with replacing(options.out) as temporary:
        calibration_table().to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
