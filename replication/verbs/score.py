"""Score one run: its prediction against the reference solution."""

import argparse
import logging
from pathlib import Path

import numpy as np

from replication.errors import UserError
from replication.layout import RunKey
from replication.measurement.accuracy import accuracy
from replication.runs import log
from replication.runs.outcome import Status, read_record
from replication.storage.atomic import write_json

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--run", dest="folder", required=True, type=Path, help="run folder with a prediction")
    parser.add_argument("--reference", required=True, type=Path, help="file of points and exact values")
    parser.add_argument("--out", required=True, type=Path, help="scores.json to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write the scores; a run that is not `done` gets rows without values.

    A run whose record names `answered_points` answers the first evaluation points alone, and is scored on these.
    """
    key = RunKey.of_folder(options.folder)
    log.start(f"score {key.problem}/{key.method}/seed{key.seed}", options.log)
    record = read_record(options.folder)
    with np.load(options.reference) as file:
        fields = [name for name in file.files if name != "points" and not name.startswith("axis_")]
        reference = {name: file[name][: record.get("answered_points")] for name in fields}
    with np.load(options.folder / "prediction.npz") as file:
        prediction = {name: file[name] for name in file.files}
    done = record["status"] == Status.DONE
    try:
        rows = accuracy(prediction if done else reference, reference)
    except ValueError as error:
        raise UserError(f"{options.folder}/prediction.npz: {error}") from None
    write_json(options.out, rows if done else [row | {"value": None} for row in rows])
    logger.info(", ".join(f"{row['metric']} {row['value']:.3e}" for row in rows[:2]) if done else record["status"])
