"""Lay a dataset's statistics beside the published ones of the real set, and cut a strip of frames from it."""

import argparse
import json
from pathlib import Path

from replication.storage.atomic import replacing
from replication.well.fidelity import card, write_strip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--dataset", required=True, type=Path, help="file that says where the dataset lies")
    parser.add_argument("--card", required=True, type=Path, help="statistics to write")
    parser.add_argument("--strip", required=True, type=Path, help="frames to write")


def run(options: argparse.Namespace) -> None:
    """Write both files."""
    folder = Path(json.loads(options.dataset.read_text(encoding="utf-8"))["folder"])
    with replacing(options.card) as temporary:
        card(folder).to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
    write_strip(options.strip, folder)
