"""Publish the held-out parameters of a parametric problem with their points, and the reference solutions there."""

import argparse
import json
import logging
from pathlib import Path

import numpy as np

from replication.papers.s2gpt_pinn.queries import evaluation, reference
from replication.runs import log
from replication.storage.atomic import replacing

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="family, grid and held-out count, as JSON")
    parser.add_argument("--evaluation", required=True, type=Path, help="file of points that methods may read")
    parser.add_argument("--reference", required=True, type=Path, help="file of points and exact values")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write both files."""
    log.start(f"queries {options.reference.stem}", options.log)
    published = evaluation(options.settings)
    for path, arrays in (
        (options.evaluation, published),
        (options.reference, published | reference(options.settings, published["points"])),
    ):
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
    logger.info("%d points", len(published["points"]))
