"""Errors on held-out parameters against the reference, beside the best that the span allows, and the neurons' own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from replication.layout import RunKey
from replication.measurement.table import Row, row
from replication.papers.s2gpt_pinn.queries import queries_of
from replication.papers.s2gpt_pinn.trained import Trained
from replication.problems.problem import Array
from replication.runs.outcome import Status

STATISTICS: dict[str, Callable[[Array], float]] = {"median": np.median, "mean": np.mean, "max": np.max}


def query_accuracy(
    folders: Sequence[Path], published: Mapping[str, Array], baselines: Sequence[Path] = ()
) -> list[Row]:
    """Return relative L2 errors: per query, their median, mean and maximum; of arms also the best approximation's.

    `folders` are arms, `baselines` runs of methods that have nothing but a prediction; `published` is the reference
    file: points, axes, u. Rows of the method `pinn` are those of the neurons, each at its own parameters, and of what
    one costs.
    """
    rows = [found for folder in (*folders, *baselines) for found in _errors(folder, published)]
    arms = [Trained.load(folder) for folder in folders]
    for trained in arms:
        parameters, grid = queries_of(published["points"], len(trained.meta.parametric.axes))
        exact = published["u"].reshape(len(parameters), -1)
        orthonormal = np.linalg.qr(trained.columns(grid).numpy())[0]
        best = relative(exact @ orthonormal @ orthonormal.T, exact)
        rows.append(row(trained.key, Status.DONE, "best_approximation_median", float(np.median(best)), "1"))
        outside = trained.meta.parametric.outside(parameters)
        rows.append(row(trained.key, Status.DONE, "queries_outside", float(outside.sum()), "1"))
    return rows + (_neurons(arms, grid) if arms else [])


def query_errors(folder: Path, published: Mapping[str, Array]) -> Array:
    """Return the relative L2 error of every query (M,) in a run's prediction."""
    coordinates = sum(name.startswith("axis_") for name in published)
    parameters, _ = queries_of(published["points"], published["points"].shape[1] - coordinates)
    exact = published["u"].reshape(len(parameters), -1)
    with np.load(folder / "prediction.npz") as file:
        return relative(file["u"].reshape(exact.shape), exact)


def _errors(folder: Path, published: Mapping[str, Array]) -> Iterator[Row]:
    key, errors = RunKey.of_folder(folder), query_errors(folder, published)
    for i, error in enumerate(errors):
        yield row(key, Status.DONE, "query_error", error, "1", f"query={i}")
    for name, statistic in STATISTICS.items():
        yield row(key, Status.DONE, f"query_error_{name}", float(statistic(errors)), "1")


def relative(u: Array, exact: Array) -> Array:
    """Return the relative L2 errors (M,) of solutions (M, N)."""
    return np.linalg.norm(u - exact, axis=1) / np.linalg.norm(exact, axis=1)


def _neurons(arms: Sequence[Trained], grid: Array) -> list[Row]:
    found: dict[tuple[float, ...], tuple[float, float]] = {}
    for trained in arms:
        values = trained.columns(grid).T.numpy()
        for u, record in zip(values, trained.record["neurons"], strict=True):
            parameters = tuple(record["parameters"])
            if parameters not in found:
                exact = trained.meta.parametric.at(parameters).solution(grid)["u"]
                found[parameters] = (float(relative(u[None], exact[None])[0]), record["cpu_s"])
    errors, costs = np.array(list(found.values())).T
    key = pinn(arms[0].key)
    weights = sum(parameter.numel() for parameter in arms[0].networks[0].parameters())
    return [
        *(row(key, Status.DONE, "neuron_error", e, "1", f"neuron={i}") for i, e in enumerate(errors)),
        row(key, Status.DONE, "neuron_error_median", float(np.median(errors)), "1"),
        row(key, Status.DONE, "neuron_error_max", float(errors.max()), "1"),
        row(key, Status.DONE, "parameters", weights, "1"),
        row(key, Status.DONE, "train_cpu", float(costs.mean()), "s", timing=True),
    ]


def pinn(key: RunKey) -> RunKey:
    """Return the key of rows on full PINNs, which have no run folder of their own."""
    return replace(key, method="pinn")
