"""The arms of S²GPT-PINN and their variants; imports no torch, since the Snakefile reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

Points = Literal["grid", "sparse", "interpolation", "random"]
Conditions = Literal["data", "sparse"]
Start = Literal["equal", "interpolated", "nearest"]
Optimiser = Literal["gauss_newton", "published"]


@dataclass(frozen=True)
class Arm:
    """What a meta-network is trained on and how.

    `points`: the full grid; n interpolation and n - 1 residual points; the n interpolation points alone; 2n - 1 random
    ones. `conditions`: the initial and boundary data, or the family's sparse substitute for them. `start`: 1/n each;
    the newest neuron's interpolation in the others; the neuron with the nearest parameters.
    """

    points: Points
    conditions: Conditions
    start: Start
    optimiser: Optimiser = "gauss_newton"
    orthogonal_residuals: bool | None = None
    interpolation: Literal["float32", "float64"] = "float64"


PINN = "pinn"
"""The method that is no meta-network: a full PINN for each query."""

METHODS: dict[str, Arm] = {
    path.stem: Arm(module.POINTS, module.CONDITIONS, module.START)
    for path in sorted((Path(__file__).parent / "methods").glob("[a-z]*.py"))
    if path.stem != PINN
    for module in [import_module(f"replication.papers.s2gpt_pinn.methods.{path.stem}")]
}
"""Every meta-network by its name."""

VARIANTS: dict[str, Mapping[str, Any]] = {
    "published": {"optimiser": "published"},
    "interpolation_points": {"points": "interpolation"},
    "random_points": {"points": "random"},
    "grid": {"points": "grid"},
    "data": {"conditions": "data"},
    "equal_start": {"start": "equal"},
    "nearest_start": {"start": "nearest"},
    "plain_residuals": {"orthogonal_residuals": False},
    "orthogonal_residuals": {"orthogonal_residuals": True},
    "float32": {"interpolation": "float32"},
}
"""What each variant changes of its method."""


def arm(method: str) -> Arm:
    """Return the arm of a method or variant such as `s2gpt_pinn-random_points`."""
    base, _, variant = method.partition("-")
    return replace(METHODS[base], **VARIANTS[variant]) if variant else METHODS[base]


def check(method: str) -> None:
    """Raise ValueError where a method or its variant is not known."""
    base, _, variant = method.partition("-")
    if method != PINN and base not in METHODS:
        raise ValueError(f"method {method!r} is not known; allowed: {', '.join([*METHODS, PINN])}")
    if variant and variant not in VARIANTS:
        raise ValueError(f"variant {method!r} is not known; allowed after the dash: {', '.join(VARIANTS)}")
