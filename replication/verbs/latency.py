"""Time inference of a teacher and its students, alone on the machine, and count its operations."""

import argparse
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from torch import nn

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.flops import flops
from replication.measurement.latency import LatencySettings, Timing, headline, latency, summary
from replication.measurement.table import Row, row
from replication.networks.saved import load_network
from replication.runs import log
from replication.runs.neighbours import Neighbours
from replication.runs.outcome import Status, read_record
from replication.seeds import generator

logger = logging.getLogger(__name__)

OPERATIONS = "flops_per_point"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="batches, threads, runtimes ..., as JSON")
    parser.add_argument("--baseline", required=True, type=Path, help="run folder that speed-ups are relative to")
    parser.add_argument("--others", required=True, nargs="+", type=Path, help="run folders timed beside it")
    parser.add_argument("--hardware", required=True, type=Path, help="what the probe found out about the target")
    parser.add_argument("--cores", required=True, type=int, help="threads that the condition `threads=all` means")
    parser.add_argument("--out", required=True, type=Path, help="rows to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write a row per network, condition and statistic, and one of its operations; without values if one is missing.

    Operations are counted for every target; times are measured on CPUs alone.
    """
    folders = [options.baseline, *options.others]
    keys = {folder: RunKey.of_folder(folder) for folder in folders}
    first = keys[options.baseline]
    log.start(f"latency {first.problem}/seed{first.seed}", options.log)
    settings = LatencySettings(**options.settings)
    if first.seed == 0:
        settings = replace(settings, runtimes=settings.runtimes + settings.first_seed_runtimes)
    statuses = {folder: read_record(folder)["status"] for folder in folders}
    device = json.loads(options.hardware.read_text(encoding="utf-8"))["device"]
    by_method = {key.method: key for key in keys.values()}
    neighbours = Neighbours()
    if all(status == Status.DONE for status in statuses.values()):
        networks = {keys[folder].method: load_network(folder) for folder in folders}
        box = json.loads((options.baseline / "model.json").read_text(encoding="utf-8"))
        low, high = np.array(box["low"]), np.array(box["high"])
        rows = [
            row(by_method[method], Status.DONE, OPERATIONS, _operations(network, len(low)), "1")
            for method, network in networks.items()
        ]
        if device == "cpu":
            random = generator(first.paper, first.problem, "latency", first.seed)
            with neighbours:
                timings = latency(networks, low, high, settings, options.cores, random)
            rows += _timed(timings, by_method, first.method)
        else:
            logger.warning("skipped: inference is timed on CPUs only, as the paper claims it, not on %s", device)
            rows += _untimed(dict.fromkeys(by_method.values(), Status.SKIPPED), first.method)
    else:
        missing = {key: statuses[folder] for folder, key in keys.items()}
        rows = [measured.without_value(key, status, OPERATIONS, "1") for key, status in missing.items()]
        rows += _untimed(missing, first.method)
    measured.write(rows, options.out, options.settings, neighbours.cores)


def _operations(network: nn.Module, inputs: int) -> int:
    """Return the operations of one forward pass on one point."""
    return flops(partial(network, next(network.parameters()).new_zeros(1, inputs)))


def _timed(timings: Iterable[Timing], keys: Mapping[str, RunKey], baseline: str) -> Iterator[Row]:
    for timing in timings:
        for method, metric, value, unit in summary(timing, baseline):
            reached = Status.SKIPPED if value is None else Status.DONE
            yield row(keys[method], reached, metric, value, unit, timing.condition, timing=True)


def _untimed(statuses: Mapping[RunKey, str], baseline: str) -> list[Row]:
    return [
        measured.without_value(key, status, metric, unit, timing=True)
        for key, status in statuses.items()
        for metric, unit in headline(key.method, baseline).items()
    ]
