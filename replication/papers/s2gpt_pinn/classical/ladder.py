"""The classical solver of an equation at all its resolutions."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from replication.papers.s2gpt_pinn.classical.semilinear import Semilinear
from replication.problems.problem import Array


def solvers(equation: str, axes: Mapping[str, Array]) -> dict[int, Callable[[Any], Array]]:
    """Return by resolution, coarsest first, what solves a problem on a grid: u (N,). Empty if there is no solver."""
    if not (Path(__file__).parent / f"{equation}.py").is_file():
        return {}
    module = import_module(f"{__package__}.{equation}")
    if hasattr(module, "prepare"):
        return {resolution: module.prepare(axes, resolution) for resolution in module.RESOLUTIONS}
    return {
        modes: Semilinear.full(module, modes).prepare(axes, max(2, round(module.STEPS_PER_MODE * modes)))
        for modes in module.RESOLUTIONS
    }
