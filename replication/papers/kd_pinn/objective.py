"""The loss of an arm on points drawn for it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from torch import nn

from replication.networks.mlp import MLP
from replication.networks.saved import predict
from replication.problems.problem import Condition, Prescribed, Problem
from replication.training.objective import Objective
from replication.training.term import RESIDUAL

DISTILLATION = "distillation"


def draw_objective(
    problem: Problem,
    network: MLP,
    settings: Mapping[str, Any],
    teacher: nn.Module | None,
    random: Callable[[str], np.random.Generator],
) -> Objective:
    """Return the loss that `settings` (`Settings.training_settings`) describe, on freshly drawn points.

    `random(purpose)` gives the generator of each kind of points. Distillation points are drawn independently of the
    collocation points; the teacher is frozen, its values there are targets. Conditions that the network fulfils by
    construction have no term.
    """
    counts = settings["points"]
    built_in = problem.hard if settings["conditions"] == "hard" else ()
    conditions: dict[str, Condition] = {}
    if counts["conditions"]:
        drawn = problem.conditions(counts["conditions"], random("conditions"))
        conditions |= {name: condition for name, condition in drawn.items() if name not in built_in}
    if DISTILLATION in counts:
        assert teacher is not None
        points = problem.collocation(counts[DISTILLATION], random(DISTILLATION))
        conditions[DISTILLATION] = Prescribed(points, predict(teacher, problem.fields, points))
    collocation = problem.collocation(counts["collocation"], random("collocation")) if "collocation" in counts else None
    return Objective(problem, network, collocation, conditions, settings["weights"])


def resized(settings: Mapping[str, Any], points: int, without: str | None = None) -> dict[str, Any]:
    """Return training settings with `points` points in each term, and one term left out if named."""
    counts = settings["points"]
    sizes = {name: points for name in counts if name not in {"conditions", without}}
    return {**settings, "points": {**sizes, "conditions": dict.fromkeys(counts["conditions"], points)}}


def physics_weights(settings: Mapping[str, Any]) -> dict[str, float]:
    """Return the weights of the terms that arms with and without distillation share."""
    assert RESIDUAL in settings["weights"]
    return {name: weight for name, weight in settings["weights"].items() if name != DISTILLATION}
