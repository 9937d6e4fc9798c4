"""Errors on held-out parameters against the reference, beside the best that the span allows, and the neurons' own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from replication.layout import RunKey
from replication.measurement.table import Row, row
from replication.papers.s2gpt_pinn.arms import PINN
from replication.papers.s2gpt_pinn.queries import queries_of
from replication.papers.s2gpt_pinn.trained import Trained
from replication.problems.problem import Array
from replication.runs.outcome import Status

STATISTICS: dict[str, Callable[[Array], float]] = {"median": np.median, "mean": np.mean, "max": np.max}


def query_accuracy(
    folders: Sequence[Path], published: Mapping[str, Array], baselines: Sequence[Path] = ()
) -> list[Row]:
    """Return relative L2 errors: per query, their median, mean and maximum; of arms also the best approximation's.

    `folders` are arms and, maybe, the full PINNs that answer a few queries; `baselines` are runs of methods that have
    nothing but a prediction; `published` is the reference file: points, axes, u. The row of a query outside the trained
    parameters says so, and the statistics leave it out. With one free parameter each query of an arm also has the loss
    that the arm sees (`query_loss`), that of the full grid with all data (`query_full_loss`) and the error of the best
    approximation. Rows of the method `pinn` hold the neurons too, each at its own parameters.
    """
    arms = [Trained.load(folder) for folder in folders if RunKey.of_folder(folder).method != PINN]
    if not arms:
        return [found for folder in (*folders, *baselines) for found in _errors(folder, published)]
    outside = arms[0].meta.parametric.outside(_queries(published)[0])
    rows = [found for folder in (*folders, *baselines) for found in _errors(folder, published, outside)]
    for trained in arms:
        parameters, grid = _queries(published)
        exact = published["u"].reshape(len(parameters), -1)
        orthonormal = np.linalg.qr(trained.columns(grid).numpy())[0]
        best = relative(exact @ orthonormal @ orthonormal.T, exact)
        median = float(np.median(best[counted(outside)]))
        rows.append(row(trained.key, Status.DONE, "best_approximation_median", median, "1"))
        rows.append(row(trained.key, Status.DONE, "queries_outside", float(outside.sum()), "1"))
        rows.append(row(trained.key, Status.DONE, "neurons_dropped", len(trained.record["dropped"]), "1"))
        if parameters.shape[1] == 1:
            values = {"query_best_approximation": best, **_losses(trained, parameters)}
            for metric, found in values.items():
                rows += _by_query(trained.key, metric, found, outside)
    return [*rows, *_neurons(arms, grid)]


def query_errors(folder: Path, published: Mapping[str, Array]) -> Array:
    """Return the relative L2 error of every query (M,) in a run's prediction, or of the first ones that it answers."""
    parameters, grid = _queries(published)
    exact = published["u"].reshape(len(parameters), len(grid))
    with np.load(folder / "prediction.npz") as file:
        answers = file["u"].reshape(-1, len(grid))
    return relative(answers, exact[: len(answers)])


def counted(outside: Array) -> Array:
    """Return which queries statistics are over (M,): those in the trained box, or all where none is."""
    return ~outside | outside.all()


def _queries(published: Mapping[str, Array]) -> tuple[Array, Array]:
    coordinates = sum(name.startswith("axis_") for name in published)
    return queries_of(published["points"], published["points"].shape[1] - coordinates)


def _errors(folder: Path, published: Mapping[str, Array], outside: Array | None = None) -> Iterator[Row]:
    key, errors = RunKey.of_folder(folder), query_errors(folder, published)
    outside = np.zeros(len(errors), dtype=bool) if outside is None else outside[: len(errors)]
    yield from _by_query(key, "query_error", errors, outside)
    for name, statistic in STATISTICS.items():
        value = float(statistic(errors[counted(outside)]))
        yield row(key, Status.DONE, f"query_error_{name}", value, "1")


def _by_query(key: RunKey, metric: str, values: Array, outside: Array) -> Iterator[Row]:
    for i, value in enumerate(values):
        condition = f"query={i};domain=outside" if outside[i] else f"query={i}"
        yield row(key, Status.DONE, metric, float(value), "1", condition)


def _losses(trained: Trained, parameters: Array) -> dict[str, Array]:
    """Return the arm's own loss and the full grid's at its answers, (M,) each."""
    at = torch.as_tensor(parameters)
    fitted = trained.meta.fit(at)
    full = trained.meta.full_loss().value(at, fitted.coefficients)
    return {"query_loss": fitted.losses.numpy(), "query_full_loss": full.numpy()}


def relative(u: Array, exact: Array) -> Array:
    """Return the relative L2 errors (M,) of solutions (M, N)."""
    return np.linalg.norm(u - exact, axis=1) / np.linalg.norm(exact, axis=1)


def _neurons(arms: Sequence[Trained], grid: Array) -> Iterator[Row]:
    """Yield each neuron's error and parameters once, whichever arms it belongs to, and what a neuron costs."""
    key, names = replace(arms[0].key, method=PINN), list(arms[0].meta.parametric.axes)
    found: dict[tuple[float, ...], tuple[float, float]] = {}
    for trained in arms:
        values = trained.columns(grid).T.numpy()
        for u, record in zip(values, trained.record["neurons"], strict=True):
            parameters = tuple(record["parameters"])
            if parameters not in found:
                exact = trained.meta.parametric.at(parameters).solution(grid)["u"]
                found[parameters] = (float(relative(u[None], exact[None])[0]), record["cpu_s"])
    for i, (parameters, (error, _)) in enumerate(found.items()):
        yield row(key, Status.DONE, "neuron_error", error, "1", f"neuron={i}")
        for name, value in zip(names, parameters, strict=True):
            yield row(key, Status.DONE, f"neuron_{name}", value, "1", f"neuron={i}")
    errors, costs = np.array(list(found.values())).T
    yield row(key, Status.DONE, "neuron_error_median", float(np.median(errors)), "1")
    yield row(key, Status.DONE, "neuron_error_max", float(errors.max()), "1")
    yield row(key, Status.DONE, "neuron_train_cpu", float(costs.mean()), "s", timing=True)
