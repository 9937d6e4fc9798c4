"""Score one forecast against the frames that followed."""

import argparse
import logging
from pathlib import Path

import h5py
import numpy as np

from replication.errors import UserError
from replication.layout import RunKey
from replication.measurement.forecast import scores
from replication.runs import log
from replication.runs.outcome import Status, read_record
from replication.storage.atomic import write_json

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--run", dest="folder", required=True, type=Path, help="run folder with a forecast")
    parser.add_argument("--reference", type=Path, help="file of what followed; absent where the run forecasts nothing")
    parser.add_argument("--out", required=True, type=Path, help="scores.json to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write the scores; a run that is not `done` gets rows without values, a training without forecasts none."""
    key = RunKey.of_folder(options.folder)
    log.start(f"score {key.problem}/{key.method}/seed{key.seed}", options.log)
    status = read_record(options.folder)["status"]
    rows = []
    if options.reference is not None:
        with h5py.File(options.reference) as file:
            fields = [str(name) for name in file.attrs["fields"]]
            reference = {name: file[name]["target"][:] for name in ("one_step", "rollout")}
        forecast = {name: np.zeros_like(target) for name, target in reference.items()}
        if status == Status.DONE:
            with h5py.File(options.folder / "forecast.h5") as file:
                forecast = {name: file[name][:] for name in file}
        try:
            rows = scores(forecast, reference, fields)
        except ValueError as error:
            raise UserError(f"{options.folder}/forecast.h5: {error}") from None
    if status != Status.DONE:
        rows = [row | {"value": None} for row in rows]
    write_json(options.out, rows)
    logger.info(", ".join(f"{row['metric']} {row['value']:.3e}" for row in rows[:1]) if status == "done" else status)
