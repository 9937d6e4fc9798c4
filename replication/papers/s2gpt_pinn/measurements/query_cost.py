"""What a query and a sweep cost in both arms, timed alone on the machine, and after how many queries an arm pays."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from replication.measurement.table import Row, row
from replication.papers.s2gpt_pinn.arms import Optimiser
from replication.papers.s2gpt_pinn.measurements.query_accuracy import pinn
from replication.papers.s2gpt_pinn.queries import queries_of
from replication.papers.s2gpt_pinn.trained import Trained
from replication.problems.problem import Array
from replication.runs.outcome import Status

OPTIMISERS: tuple[Optimiser, ...] = ("gauss_newton", "published")
NO_SOLVER = {"helmholtz"}
"""Equations whose reference is a formula: no classical solver stands behind it."""


def query_cost(folders: Sequence[Path], points: Array, settings: Mapping[str, Any]) -> list[Row]:
    """Return rows of both arms (GPT-PINN first): query times by optimiser, offline parts, sweeps, break-even counts.

    A query is the fit of its coefficients and the solution on its grid. Arms are timed in turn (A B A B ...), one
    answer before that does not count; `speedup` is the ratio to GPT-PINN's time with the same optimiser.
    """
    rows: list[Row] = []
    latency: dict[tuple[str, str], float] = {}
    for optimiser in OPTIMISERS:
        arms = [Trained.load(folder, optimiser) for folder in folders]
        parameters, grid = queries_of(points, len(arms[0].meta.parametric.axes))
        timed = parameters[: settings["queries"]]
        seconds = _interleaved([_answer(trained, grid) for trained in arms], timed, settings)
        condition = f"optimiser={optimiser}"
        for trained, spent in zip(arms, seconds, strict=True):
            latency[trained.key.method, optimiser] = float(np.median(spent))
            rows.append(row(trained.key, Status.DONE, "query_latency", float(np.median(spent)), "s", condition, True))
            ratio = float(np.median(seconds[0] / spent))
            rows.append(row(trained.key, Status.DONE, "query_speedup", ratio, "1", condition, True))
        rows += _sweeps(arms, torch.as_tensor(timed), condition)
    rows += _offline(arms, grid, timed, latency)
    return rows


def _answer(trained: Trained, grid: Array) -> Callable[[torch.Tensor], object]:
    columns = trained.columns(grid) @ trained.meta.change
    loss = trained.meta.loss()
    return lambda mu: columns @ trained.meta.fit(mu, loss).coefficients.T


def _interleaved(
    answers: Sequence[Callable[[torch.Tensor], object]], parameters: Array, settings: Mapping[str, Any]
) -> list[Array]:
    """Return each arm's times (calls,), equal positions measured side by side."""
    queries = [torch.as_tensor(mu[None]) for mu in parameters]
    for answer in answers:
        answer(queries[0])
    found: list[list[float]] = [[] for _ in answers]
    started = time.perf_counter()
    for query in queries * settings["repeats"]:
        for answer, spent in zip(answers, found, strict=True):
            begin = time.perf_counter()
            answer(query)
            spent.append(time.perf_counter() - begin)
        if time.perf_counter() - started > settings["seconds"]:
            break
    return [np.array(spent) for spent in found]


def _sweeps(arms: Sequence[Trained], parameters: torch.Tensor, condition: str) -> list[Row]:
    """Time one batch of parameters: CPU seconds for each of them, and the largest loss that was reached."""
    rows = []
    for trained in arms:
        loss = trained.meta.loss()
        begin = time.process_time()
        fitted = trained.meta.fit(parameters, loss)
        spent = (time.process_time() - begin) / len(parameters)
        rows.append(row(trained.key, Status.DONE, "sweep_cpu_per_parameter", spent, "s", condition, True))
        rows.append(row(trained.key, Status.DONE, "sweep_loss", float(fitted.losses.max()), "1", condition))
    return rows


def _offline(
    arms: Sequence[Trained], grid: Array, parameters: Array, latency: Mapping[tuple[str, str], float]
) -> list[Row]:
    rows = []
    neurons = [record["cpu_s"] for trained in arms for record in trained.record["neurons"]]
    full, solver = float(np.mean(neurons)), _classical(arms[0], grid, parameters)
    if solver is not None:
        rows.append(row(pinn(arms[0].key), Status.DONE, "classical_latency", solver, "s", timing=True))
    for trained in arms:
        parts = {name: phase["cpu_s"] for name, phase in trained.record["phases"].items()}
        for name, spent in parts.items():
            rows.append(row(trained.key, Status.DONE, "offline_cpu", spent, "s", f"part={name}", True))
        total = sum(parts.values())
        rows.append(row(trained.key, Status.DONE, "offline_cpu", total, "s", "", True))
        answer = latency[trained.key.method, "gauss_newton"]
        for against, alone in (("pinn", full), ("classical", solver)):
            if alone is not None:
                pays = alone > answer
                rows.append(row(trained.key, Status.DONE, "pays_off", float(pays), "1", f"against={against}", True))
                if pays:
                    count = total / (alone - answer)
                    rows.append(row(trained.key, Status.DONE, "break_even", count, "1", f"against={against}", True))
    return rows


def _classical(trained: Trained, grid: Array, parameters: Array) -> float | None:
    """Return the median time of the reference solver, which is far more accurate than any arm: an upper bound."""
    if trained.meta.parametric.equation in NO_SOLVER:
        return None
    spent = []
    for values in parameters:
        begin = time.perf_counter()
        trained.meta.parametric.at(values).solution(grid)
        spent.append(time.perf_counter() - begin)
    return float(np.median(spent))
