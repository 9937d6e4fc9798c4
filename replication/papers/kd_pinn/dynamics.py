"""Training dynamics of a student: swings of its loss, gradients of its terms, shape of the loss where it ended.

The physics loss, on the same points for every arm of a seed, is what arms with and without distillation are compared
by: their total losses differ by a term.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from replication.layout import RunKey
from replication.measurement import gradients, landscape
from replication.measurement.accuracy import Row
from replication.measurement.oscillation import loss_oscillation
from replication.networks.flat import flatten
from replication.networks.mlp import MLP
from replication.networks.saved import load_network
from replication.papers.kd_pinn.objective import DISTILLATION, draw_objective, physics_weights, resized
from replication.problems.problem import Problem
from replication.problems.registry import problem_named
from replication.runs.outcome import read_record
from replication.seeds import generator
from replication.training.fit import ADAM
from replication.training.objective import Objective
from replication.training.snapshots import read_snapshots

METRICS = ("loss_oscillation", "gradient_variance", "gradient_share", "top_hessian_eigenvalue", "landscape_flatness")
"""What a student has in any case."""


@dataclass(frozen=True)
class DynamicsSettings:
    """See `replication.papers.kd_pinn.settings.Dynamics`."""

    snapshots: int
    batches: int
    points: int
    slice_points: int
    slice_radius: float


def dynamics(folder: Path, teacher: nn.Module, settings: DynamicsSettings) -> Iterator[Row]:
    """Yield everything about the finished student in `folder`, which kept snapshots; the slice for the first seed only.

    Gradient rows stand under `term=` or `terms=` with the snapshot's `step=`, and as medians: over all snapshots, or
    for shares over those of a phase (the first tenth of the Adam steps is early, the second half late).
    """
    key, trained = RunKey.of_folder(folder), read_record(folder)["settings"]
    network = cast("MLP", load_network(folder).double())
    student = _Student(key, problem_named(key.problem, trained["coefficients"]), network, teacher, trained)
    history = pd.read_csv(folder / "history.csv")
    adam = history[history["phase"] == ADAM]
    weights = physics_weights(trained)
    terms = [weight * adam[f"loss_{name}"].to_numpy() for name, weight in weights.items() if f"loss_{name}" in adam]
    yield _row("loss_oscillation", loss_oscillation(adam["step"].to_numpy(), np.sum(terms, axis=0)))
    yield from _gradients(student, read_snapshots(folder), settings)
    yield from _shape(student, settings)


@dataclass(frozen=True)
class _Student:
    key: RunKey
    problem: Problem
    network: MLP
    teacher: nn.Module
    settings: dict[str, Any]

    def objective(self, points: int, purpose: str, without: str | None = None) -> Objective:
        """Return the loss on points that depend on problem, seed and purpose alone."""

        def random(kind: str) -> np.random.Generator:
            return generator(self.key.paper, self.key.problem, "dynamics", purpose, kind, self.key.seed)

        return draw_objective(self.problem, self.network, resized(self.settings, points, without), self.teacher, random)


def _gradients(student: _Student, snapshots: dict[int, Tensor], settings: DynamicsSettings) -> Iterator[Row]:
    objectives = [student.objective(settings.points, f"batch {batch}") for batch in range(settings.batches)]
    last = max(snapshots)
    values: dict[tuple[str, str], list[float]] = {}
    for step, flat in snapshots.items():
        found = gradients.term_gradients(objectives, flat)
        phase = gradients.phase_of(step, last)
        for term, share in found.shares(student.settings["weights"]).items():
            yield _row("gradient_share", share, f"term={term};step={step}")
            if phase is not None:
                values.setdefault(("gradient_share", f"term={term};phase={phase}"), []).append(share)
        for term in found.samples:
            yield _row("gradient_variance", variance := found.variance(term), f"term={term};step={step}")
            values.setdefault(("gradient_variance", f"term={term}"), []).append(variance)
        for one, other in found.pairs():
            yield _row("gradient_cosine", cosine := found.cosine(one, other), f"terms={one}|{other};step={step}")
            values.setdefault(("gradient_cosine", f"terms={one}|{other}"), []).append(cosine)
    for (metric, condition), series in values.items():
        yield _row(metric, float(np.median(series)), condition)


def _shape(student: _Student, settings: DynamicsSettings) -> Iterator[Row]:
    loss = landscape.loss_of(student.objective(settings.points, "landscape", without=DISTILLATION))
    flat = flatten(student.network)
    key = student.key
    random = generator(key.paper, key.problem, "directions", key.seed)
    first, second = (landscape.filter_normalised(student.network, flat, random) for _ in range(2))
    start = torch.as_tensor(random.standard_normal(len(flat)))
    yield _row("top_hessian_eigenvalue", landscape.top_hessian_eigenvalue(loss, flat, start))
    steps = np.linspace(-settings.slice_radius, settings.slice_radius, settings.slice_points)
    values = landscape.landscape_slice(loss, flat, first, second, steps)
    yield _row("landscape_flatness", landscape.flatness(values))
    if key.seed == 0:  # a picture needs one seed; the others would only fill the table
        for (row, column), value in np.ndenumerate(values):
            yield _row("landscape_loss", float(value), f"first={steps[row]:.4g};second={steps[column]:.4g}")


def _row(metric: str, value: float | None, condition: str = "") -> Row:
    return {"condition": condition, "metric": metric, "value": value, "unit": "1"}
