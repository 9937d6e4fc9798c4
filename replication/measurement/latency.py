"""How long one forward pass takes, networks interleaved, by batch, threads and runtime."""

import logging
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import psutil
import torch
from torch import nn

from replication.measurement.runtimes import RUNTIMES, Call, CannotCompile
from replication.networks.mlp import MLP
from replication.numbers import duration

log = logging.getLogger(__name__)

FEWEST_CALLS = 20
COUNTED_CALLS = 5
"""Of each network, in which page faults are counted: where memory is handed back they recur from call to call."""
FLOOR = "floor"
"""Stands for the smallest network of the same inputs: what a call costs before there is any arithmetic to do."""


@dataclass(frozen=True)
class LatencySettings:
    """What is timed; `threads` holds numbers or `all`, `seconds` bounds one condition beyond its first twenty calls.

    `first_seed_runtimes` are those that the first seed has beside `runtimes`: they compile for minutes, and what a
    runtime costs does not depend on the weights.
    """

    batches: list[int]
    threads: list[int | str]
    runtimes: list[str]
    first_seed_runtimes: list[str]
    warm_up: int
    repeats: int
    seconds: float


@dataclass(frozen=True)
class Timing:
    """Call times in seconds of every network under one condition; equal positions were measured side by side.

    Without any times if the condition did not fit the memory or the runtime could not compile. `page_faults` is the
    mean number of pages that a call of each network had to ask the system for, counted apart from the times.
    """

    condition: str
    seconds: Mapping[str, np.ndarray]
    page_faults: Mapping[str, float] = field(default_factory=dict)


def latency(
    networks: Mapping[str, nn.Module],
    low: np.ndarray,
    high: np.ndarray,
    settings: LatencySettings,
    cores: int,
    random: np.random.Generator,
) -> list[Timing]:
    """Time every network on batches of random points of the box [low, high], (B, d) in float32.

    For each condition all networks are warmed up, then called in turn (A B C A B C ...), so that what slows the machine
    for a while slows all of them. Beside them runs the `FLOOR`, a network with a single hidden unit.
    """
    timings = []
    smallest = MLP(low.tolist(), high.tolist(), [1], 1, "tanh").eval().requires_grad_(False)
    networks = {**networks, FLOOR: smallest}
    total = len(settings.runtimes) * len(settings.threads) * len(settings.batches)
    start = time.monotonic()
    for runtime in (name for name in RUNTIMES if name in settings.runtimes):
        # Inference is timed in single precision, whatever precision a network was trained in.
        prepared = {name: RUNTIMES[runtime](network.to(torch.float32)) for name, network in networks.items()}
        for threads, batch in product(settings.threads, settings.batches):
            condition = f"batch={batch};threads={threads};runtime={runtime}"
            skipped = Timing(condition, {name: np.empty(0) for name in networks})
            needed = max(bytes_needed(network, len(low), batch) for network in networks.values())
            if needed > (free := psutil.virtual_memory().available):
                timings.append(skipped)
                log.warning("%s skipped: needs %.0f GB, %.0f GB are free", condition, needed / 1e9, free / 1e9)
                continue
            torch.compiler.reset()  # what earlier conditions compiled would count against the limit of recompilations
            points = random.uniform(low, high, (batch, len(low))).astype(np.float32)
            count = cores if threads == "all" else int(threads)
            try:
                calls = {name: prepare(points, count) for name, prepare in prepared.items()}
            except CannotCompile as error:
                timings.append(skipped)
                log.warning("%s skipped: %s", condition, error)
                continue
            timings.append(Timing(condition, _interleaved(calls, settings), _page_faults(calls)))
            log.info("%d/%d %s  %s", len(timings), total, condition, duration(time.monotonic() - start))
    return timings


def bytes_needed(network: nn.Module, inputs: int, batch: int) -> int:
    """Return what a forward pass holds at its widest: the points, a layer's product and its activation."""
    widest = max(layer.out_features for layer in network.modules() if isinstance(layer, nn.Linear))
    return 4 * batch * (inputs + 2 * widest)


def _interleaved(calls: Mapping[str, Call], settings: LatencySettings) -> dict[str, np.ndarray]:
    clock = time.perf_counter
    end = clock() + settings.seconds
    for _ in range(settings.warm_up):
        for call in calls.values():
            call()
        if clock() > end:
            break
    times: dict[str, list[float]] = {name: [] for name in calls}
    end = clock() + settings.seconds
    for repeat in range(settings.repeats):
        if repeat >= FEWEST_CALLS and clock() > end:
            break
        for name, call in calls.items():
            start = clock()
            call()
            times[name].append(clock() - start)
    return {name: np.array(values) for name, values in times.items()}


def _page_faults(calls: Mapping[str, Call]) -> dict[str, float]:
    faults = dict.fromkeys(calls, 0)
    for _ in range(COUNTED_CALLS):
        for name, call in calls.items():
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            call()
            faults[name] += resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    return {name: count / COUNTED_CALLS for name, count in faults.items()}


def headline(network: str, baseline: str) -> dict[str, str]:
    """Return what every condition tells of a network, timed or not: metrics with their units."""
    return {"latency": "s"} if network == baseline else {"latency": "s", "speedup": "1"}


def summary(timing: Timing, baseline: str) -> list[tuple[str, str, float | None, str]]:
    """Return (network, metric, value, unit): median, mean, 95th percentile, page faults, speed-up over `baseline`.

    The speed-up is the median over rounds of the ratio of two calls made side by side. Where the condition was skipped
    there is no value, and no mean or percentile. The floor, `latency_floor`, is a row of `baseline`.
    """
    rows: list[tuple[str, str, float | None, str]] = []
    for name, seconds in timing.seconds.items():
        if name == FLOOR:
            rows.append((baseline, "latency_floor", float(np.median(seconds)) if len(seconds) else None, "s"))
            continue
        if not len(seconds):
            rows += [(name, metric, None, unit) for metric, unit in headline(name, baseline).items()]
            continue
        rows += [
            (name, "latency", float(np.median(seconds)), "s"),
            (name, "latency_mean", float(np.mean(seconds)), "s"),
            (name, "latency_p95", float(np.percentile(seconds, 95)), "s"),
            (name, "page_faults", timing.page_faults[name], "1"),
        ]
        if name != baseline:
            rows.append((name, "speedup", float(np.median(timing.seconds[baseline] / seconds)), "1"))
    return rows
