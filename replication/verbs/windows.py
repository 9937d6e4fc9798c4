"""Publish the test windows of a dataset that methods forecast, and keep what follows them for the harness."""

import argparse
import json
import logging
from pathlib import Path

from replication.forecasting.windows import publish
from replication.runs import log

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--dataset", required=True, type=Path, help="file that says where the dataset lies")
    parser.add_argument("--settings", required=True, type=json.loads, help="history and evaluation windows, as JSON")
    parser.add_argument("--evaluation", required=True, type=Path, help="file of histories that methods may read")
    parser.add_argument("--reference", required=True, type=Path, help="file of what follows")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write both files."""
    lies = json.loads(options.dataset.read_text(encoding="utf-8"))
    log.start(f"windows {lies['dataset']}", options.log)
    settings, folder = options.settings, Path(lies["folder"])
    counts = publish(folder, settings["history"], settings["evaluation"], options.evaluation, options.reference)
    logger.info(
        "%d one-step windows, %d rollouts of up to %d frames",
        counts["one_step"], counts["rollout"], counts["rollout_steps"],
    )  # fmt: skip
