"""Describe a dataset, lay its statistics beside the published ones of the real set, and cut a strip of frames."""

import argparse
import json
from pathlib import Path

from replication.storage.atomic import replacing, write_json
from replication.well.fidelity import about, card, write_strip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--dataset", required=True, type=Path, help="file that says where the dataset lies")
    parser.add_argument("--card", required=True, type=Path, help="statistics to write")
    parser.add_argument("--strip", required=True, type=Path, help="frames to write")
    parser.add_argument("--about", required=True, type=Path, help="description to write")


def run(options: argparse.Namespace) -> None:
    """Write the three files."""
    where = json.loads(options.dataset.read_text(encoding="utf-8"))
    folder = Path(where["folder"])
    write_json(options.about, {"source": where["source"], **about(folder)})
    with replacing(options.card) as temporary:
        card(folder).to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
    write_strip(options.strip, folder)
