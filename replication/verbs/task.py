"""Write down, for baselines, what one problem of a paper asks of a method on one hardware target."""

import argparse
import json
from pathlib import Path

from replication.baselines import task


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="what the task says, as JSON")
    parser.add_argument("--hardware", required=True, type=Path, help="what the probe found out about the target")
    parser.add_argument("--out", required=True, type=Path, help="task file: .../target/paper/problem.json")


def run(options: argparse.Namespace) -> None:
    """Write the file."""
    task.write(options.settings, json.loads(options.hardware.read_text(encoding="utf-8")), options.out)
