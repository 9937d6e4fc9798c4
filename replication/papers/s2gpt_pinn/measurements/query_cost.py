"""What a query and a sweep cost in both arms, timed alone on the machine, and after how many queries an arm pays."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from replication.layout import RunKey
from replication.measurement.table import Row, row
from replication.papers.s2gpt_pinn.arms import Optimiser
from replication.papers.s2gpt_pinn.measurements.matched_solver import Rung, matched_seconds, rungs
from replication.papers.s2gpt_pinn.measurements.query_accuracy import counted, query_errors
from replication.papers.s2gpt_pinn.queries import queries_of
from replication.papers.s2gpt_pinn.trained import Trained
from replication.problems.problem import Array
from replication.reduced_basis.meta_loss import BLOCK
from replication.runs.outcome import Status

OPTIMISERS: tuple[Optimiser, ...] = ("gauss_newton", "published")
Answer = Callable[[Array], object]


def query_cost(folders: Sequence[Path], published: Mapping[str, Array], settings: Mapping[str, Any]) -> list[Row]:
    """Return rows of both arms (GPT-PINN first): query times by optimiser, offline parts, sweeps, break-even counts.

    `published` is the reference file: points, axes, u. A query is the fit of its coefficients and the solution on its
    grid. Arms and classical solvers are timed in turn (A B A B ...), one answer before that does not count; `speedup`
    is the ratio to GPT-PINN's time with the same optimiser. The classical solver that an arm is compared with is as
    accurate as that arm: `matched_latency`, and how often it goes into that the arm's own time, `query_speedup`.
    Queries outside the trained parameters count in none of these.
    """
    rows: list[Row] = []
    latency: dict[tuple[str, str], float] = {}
    ladder: list[Rung] = []
    solver_seconds: list[float] = []
    errors: dict[Path, float] = {}
    for optimiser in OPTIMISERS:
        arms = [Trained.load(folder, optimiser) for folder in folders]
        parametric = arms[0].meta.parametric
        parameters, grid = queries_of(published["points"], len(parametric.axes))
        inside = counted(parametric.outside(parameters))
        answers: list[Answer] = [_answer(trained, grid) for trained in arms]
        if optimiser == "gauss_newton":
            axes = {name: published[f"axis_{name}"] for name in arms[0].meta.columns.coordinates}
            errors = {folder: float(np.median(query_errors(folder, published)[inside])) for folder in folders}
            exact = published["u"].reshape(len(parameters), -1)[inside]
            ladder = rungs(parametric, axes, parameters[inside], exact, min(errors.values()))
            answers += ladder
        timed = parameters[inside][: settings["queries"]]
        seconds = _interleaved(answers, timed, settings)
        condition = f"optimiser={optimiser}"
        for trained, spent in zip(arms, seconds, strict=False):
            latency[trained.key.method, optimiser] = float(np.median(spent))
            rows.append(row(trained.key, Status.DONE, "query_latency", float(np.median(spent)), "s", condition, True))
            ratio = float(np.median(seconds[0] / spent))
            rows.append(row(trained.key, Status.DONE, "query_speedup", ratio, "1", condition, True))
        if optimiser == "gauss_newton":
            rows += _sweeps(arms, condition)
            solver_seconds = [float(np.median(spent)) for spent in seconds[len(arms) :]]
        rows += _answers_at_once(arms, torch.as_tensor(timed), condition)
    rows += _ladder(arms[0].key, ladder, solver_seconds)
    full = float(np.mean([record["cpu_s"] for trained in arms for record in trained.record["neurons"]]))
    for folder, trained in zip(folders, arms, strict=True):
        matched = matched_seconds(errors[folder], [rung.error for rung in ladder], solver_seconds)
        answer = latency[trained.key.method, "gauss_newton"]
        status = Status.SKIPPED if matched is None else Status.DONE  # no resolution is as accurate
        speedup = matched and matched / answer
        for metric, value, unit in (("matched_latency", matched, "s"), ("query_speedup", speedup, "1")):
            rows.append(row(trained.key, status, metric, value, unit, "against=classical", True))
        rows += _offline(trained.key, trained.record, answer, {"pinn": full, "classical": matched})
    return rows


def baseline_cost(folder: Path) -> list[Row]:
    """Return rows of a baseline that says in its `training.json` what an answer took, in its own run (`query_s`)."""
    key, record = RunKey.of_folder(folder), json.loads((folder / "training.json").read_text(encoding="utf-8"))
    if "query_s" not in record:
        return []
    offline = sum(phase["cpu_s"] for name, phase in record["phases"].items() if name != "queries")
    return [
        row(key, Status.DONE, "query_latency", record["query_s"], "s", "timed=in_run", True),
        row(key, Status.DONE, "offline_cpu", offline, "s", "", True),
    ]


def _answer(trained: Trained, grid: Array) -> Answer:
    columns = trained.columns(grid) @ trained.meta.change
    loss = trained.meta.loss()
    return lambda values: columns @ trained.meta.fit(torch.as_tensor(values[None]), loss).coefficients.T


def _interleaved(answers: Sequence[Answer], parameters: Array, settings: Mapping[str, Any]) -> list[Array]:
    """Return each answer's times (calls,), equal positions measured side by side."""
    for answer in answers:
        answer(parameters[0])
    found: list[list[float]] = [[] for _ in answers]
    started = time.perf_counter()
    for values in np.tile(parameters, (settings["repeats"], 1)):
        for answer, spent in zip(answers, found, strict=True):
            begin = time.perf_counter()
            answer(values)
            spent.append(time.perf_counter() - begin)
        if time.perf_counter() - started > settings["seconds"]:
            break
    return [np.array(spent) for spent in found]


def _answers_at_once(arms: Sequence[Trained], parameters: torch.Tensor, condition: str) -> list[Row]:
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


def _sweeps(arms: Sequence[Trained], condition: str) -> Iterator[Row]:
    """Time the greedy search's sweeps again, alone and with the neurons there: CPU seconds of all of them.

    With each number of neurons the arms are timed in turn: on all parameters that were swept, or on so many, evenly out
    of them, that their residuals make one block; then the time is scaled to all.
    """
    spent = dict.fromkeys((trained.key for trained in arms), 0.0)
    for n in range(1, max(trained.count for trained in arms) + 1):
        for trained in (arm for arm in arms if arm.count >= n):
            swept = trained.arrays[f"swept_{n}"]
            earlier = trained.meta.first(n)
            count = max(1, BLOCK // len(earlier.loss().columns.points))
            chosen = swept[:: max(1, len(swept) // count)]
            begin = time.process_time()
            earlier.fit(torch.as_tensor(trained.meta.parametric.grid()[chosen]))
            spent[trained.key] += (time.process_time() - begin) * len(swept) / len(chosen)
    for key, seconds in spent.items():
        yield row(key, Status.DONE, "sweep_cpu", seconds, "s", condition, True)


def _ladder(key: RunKey, ladder: Sequence[Rung], seconds: Sequence[float]) -> Iterator[Row]:
    classical = replace(key, method="classical")
    for rung, spent in zip(ladder, seconds, strict=True):
        condition = f"resolution={rung.resolution}"
        if np.isfinite(rung.error):
            yield row(classical, Status.DONE, "query_error_median", rung.error, "1", condition)
        yield row(classical, Status.DONE, "query_latency", spent, "s", condition, True)


def _offline(key: RunKey, record: Mapping[str, Any], answer: float, alone: Mapping[str, float | None]) -> Iterator[Row]:
    """Yield the offline parts, their sum, and against what others take for an answer alone: whether it ever pays.

    `break_even` is the number of queries after which it does; a row only where it does.
    """
    parts = {name: phase["cpu_s"] for name, phase in record["phases"].items()}
    total = sum(parts.values())
    for name, spent in parts.items():
        yield row(key, Status.DONE, "offline_cpu", spent, "s", f"part={name}", True)
    yield row(key, Status.DONE, "offline_cpu", total, "s", "", True)
    for against, seconds in alone.items():
        if seconds is None:
            continue
        condition = f"against={against}"
        yield row(key, Status.DONE, "pays_off", float(seconds > answer), "1", condition, True)
        if seconds > answer:
            yield row(key, Status.DONE, "break_even", total / (seconds - answer), "1", condition, True)
