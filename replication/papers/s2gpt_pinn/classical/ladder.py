"""The classical solver of an equation at all its resolutions."""

from collections.abc import Callable, Mapping
from typing import Any

from replication.papers.s2gpt_pinn.classical import allen_cahn_periodic, burgers, helmholtz, klein_gordon
from replication.papers.s2gpt_pinn.classical.semilinear import Equation, Semilinear
from replication.problems.problem import Array

SEMILINEAR: dict[str, Any] = {
    "allen_cahn_periodic": allen_cahn_periodic,
    "burgers": burgers,
    "klein_gordon": klein_gordon,
}
"""Modules that implement `Equation`; imported by name, so that code versions cover them."""

Solve = Callable[[Any], Array]


def solvers(equation: str, axes: Mapping[str, Array]) -> dict[int, Solve]:
    """Return by resolution, coarsest first, what solves a problem on a grid: u (N,). Empty if there is no solver."""
    if equation == "helmholtz":
        return {resolution: helmholtz.prepare(axes, resolution) for resolution in helmholtz.RESOLUTIONS}
    if equation not in SEMILINEAR:
        return {}
    module = SEMILINEAR[equation]
    return {modes: Semilinear.full(module, modes).prepare(axes, steps(module, modes)) for modes in module.RESOLUTIONS}


def steps(equation: Equation, modes: int) -> int:
    """Return the time steps that go with a number of modes."""
    return max(2, round(equation.STEPS_PER_MODE * modes))
