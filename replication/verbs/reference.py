"""Publish a problem's evaluation points, and its reference solution on them."""

import argparse
import json
import logging
from pathlib import Path

import numpy as np

from replication.problems.registry import problem_named
from replication.runs import log
from replication.storage.atomic import replacing

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="coefficients and grid, as JSON")
    parser.add_argument("--evaluation", required=True, type=Path, help="file of points that methods may read")
    parser.add_argument("--reference", required=True, type=Path, help="file of points and exact values")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write both files."""
    name = options.reference.stem
    log.start(f"reference {name}", options.log)
    problem = problem_named(name, options.settings["coefficients"])
    axes, points = problem.grid(options.settings["grid"])
    published = {"points": points} | {f"axis_{name}": values for name, values in axes.items()}
    for path, arrays in (
        (options.evaluation, published),
        (options.reference, published | problem.solution(points)),
    ):
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
    logger.info("%d points, fields %s", len(points), ", ".join(problem.fields))
