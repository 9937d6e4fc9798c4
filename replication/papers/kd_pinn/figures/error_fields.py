"""The solution, what the networks make of it, and where they are wrong."""

from textwrap import fill
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from replication.layout import RunKey
from replication.papers.kd_pinn.arms import DISTILLED, TEACHER, variant_of
from replication.report import style
from replication.report.sources import FigureSources, NoData

TITLE = "Fields and errors"
CAPTION = (
    "One seed, the lowest that most arms finished, without their variants. For each problem: cuts through the "
    "solution, every arm over the reference (thick grey); the reference solution and the fields of the teacher and of "
    "the distilled student; the absolute error of every arm, on one log colour scale. Of problems with three "
    "coordinates the last instant is shown, of several fields the first. All quantities are dimensionless."
)
READS = ("prediction", "reference")
FORMAT = "npz"

FIELD_VALUES = 60_000
"""Values kept of all maps together, so that the file stays under its limit."""
CUTS = 3
DECADES = 3
TITLE_WIDTH = 26
"""Characters that fit above a panel, beside the next one's title."""


def data(sources: FigureSources) -> dict[str, np.ndarray]:
    """Return for each problem, under `<problem>/...`: two axes, the seed, a coarse map and three cuts per method.

    Keys: `axes` (2,) and `field`, names; `seed`; `hardware`; `first` and `second`, coordinates of the coarse map;
    `fine`, first coordinate of the cuts; `at`, second coordinate of the cuts; `map/<method>` (len(first), len(second))
    and `cut/<method>` (CUTS, len(fine)).
    """
    references = {key.problem: path for key, path in sources.references()}
    runs: dict[str, list[tuple[RunKey, dict[str, np.ndarray]]]] = {problem: [] for problem in references}
    for key, path in sources.predictions():
        with np.load(path, allow_pickle=False) as arrays:
            if arrays.files and key.problem in runs and not variant_of(key.method):
                runs[key.problem].append((key, dict(arrays)))
    runs = {problem: finished for problem, finished in runs.items() if finished}
    if not runs:
        raise NoData("the prediction of any finished run whose problem has a reference solution")
    maps = sum(1 + len({key.method for key, _ in finished}) for finished in runs.values())
    content: dict[str, np.ndarray] = {}
    for problem, finished in runs.items():
        with np.load(references[problem], allow_pickle=False) as arrays:
            part = _one_problem(dict(arrays), _one_seed(finished), FIELD_VALUES // maps)
        content |= {f"{problem}/{name}": array for name, array in part.items()}
    return content


def _one_seed(finished: list[tuple[RunKey, dict[str, np.ndarray]]]) -> list[tuple[RunKey, dict[str, np.ndarray]]]:
    """Keep the lowest seed that most methods finished, on the first hardware."""
    groups: dict[tuple[str, int], list[tuple[RunKey, dict[str, np.ndarray]]]] = {}
    for key, arrays in finished:
        groups.setdefault((key.hardware, key.seed), []).append((key, arrays))
    return min(groups.items(), key=lambda group: (-len(group[1]), group[0]))[1]


def _one_problem(
    reference: dict[str, np.ndarray], finished: list[tuple[RunKey, dict[str, np.ndarray]]], largest: int
) -> dict[str, np.ndarray]:
    names = [name.removeprefix("axis_") for name in reference if name.startswith("axis_")]
    axes = [reference[f"axis_{name}"] for name in names]
    field = next(name for name in reference if name != "points" and not name.startswith("axis_"))
    values = {"reference": reference[field]} | {key.method: arrays[field] for key, arrays in finished}
    shape = tuple(len(axis) for axis in axes)
    grids = {method: array.reshape(shape) for method, array in values.items()}
    if len(axes) == 3:  # (x, y, t): the last instant
        grids = {method: grid[:, :, -1] for method, grid in grids.items()}
    first, second = axes[:2]
    step = int(np.ceil(np.sqrt(len(first) * len(second) / largest)))
    at = np.linspace(0, len(second) - 1, CUTS + 2).round().astype(int)[1:-1]
    part = {
        "axes": np.array(names[:2]),
        "field": np.array(field),
        "seed": np.array(finished[0][0].seed),
        "hardware": np.array(finished[0][0].hardware),
        "first": first[::step],
        "second": second[::step],
        "fine": first,
        "at": second[at],
    }
    for method, grid in grids.items():
        part[f"map/{method}"] = grid[::step, ::step]
        part[f"cut/{method}"] = grid[:, at].T
    return part


def draw(data: dict[str, np.ndarray]) -> Figure:
    """Draw a block of panels for each problem, two in a row: cuts and fields above, errors below."""
    problems = list(dict.fromkeys(name.partition("/")[0] for name in data))
    parts = {problem: _part(data, problem) for problem in problems}
    blocks = {problem: _panels(part) for problem, part in parts.items()}
    rows = sum(len(block) for block in blocks.values())
    figure, axes = plt.subplots(rows, 2, figsize=(style.WIDTH, 0.9 + 1.4 * rows), squeeze=False)
    top = 0
    for problem, block in blocks.items():
        _draw_block(figure, axes[top : top + len(block)], parts[problem], block)
        axes[top, 0].set_title(_title(problem, parts))
        top += len(block)
    style.legend(figure, [method for part in parts.values() for method in _arms(part)])
    return figure


def _part(data: dict[str, np.ndarray], problem: str) -> dict[str, np.ndarray]:
    return {name.partition("/")[2]: array for name, array in data.items() if name.startswith(f"{problem}/")}


def _title(problem: str, parts: dict[str, dict[str, np.ndarray]]) -> str:
    """Name a problem and its seed, and the hardware where the problems ran on several."""
    several = len({str(part.get("hardware")) for part in parts.values()}) > 1
    told = [style.title(problem), *([str(parts[problem]["hardware"])] if several else [])]
    return fill(", ".join([*told, f"seed {parts[problem]['seed']}"]), TITLE_WIDTH)


def _arms(part: dict[str, np.ndarray]) -> list[str]:
    methods = [name.removeprefix("map/") for name in part if name.startswith("map/")]
    return style.ordered([method for method in methods if method != "reference"])


def _panels(part: dict[str, np.ndarray]) -> list[list[tuple[str, str]]]:
    """Return what stands in each panel, row by row: (kind, method)."""
    arms = _arms(part)
    shown = ["reference", *(method for method in (TEACHER, DISTILLED) if method in arms)]
    fields = [("cuts", ""), *(("field", method) for method in shown)]
    errors = [("error", method) for method in arms]
    return [kinds[start : start + 2] for kinds in (fields, errors) for start in range(0, len(kinds), 2)]


def _draw_block(
    figure: Figure, axes: np.ndarray, part: dict[str, np.ndarray], block: list[list[tuple[str, str]]]
) -> None:
    reference = part["map/reference"]
    low, high = float(reference.min()), float(reference.max())
    signed = {"cmap": "RdBu_r", "vmin": -max(-low, high), "vmax": max(-low, high)}
    fields = signed if low < 0 < high else {"cmap": "viridis", "vmin": low, "vmax": high}
    largest = max(float(np.abs(part[f"map/{method}"] - reference).max()) for method in _arms(part))
    smallest = largest / 10**DECADES
    norm = LogNorm(smallest, largest)
    images: dict[str, QuadMesh] = {}
    for line, kinds in zip(axes, block, strict=True):
        line[1].set_visible(len(kinds) == 2)
        for axis, (kind, method) in zip(line, kinds, strict=False):
            if kind == "cuts":
                _draw_cuts(axis, part)
                continue
            values = part[f"map/{method}"]
            if kind == "field":
                images[kind] = _image(axis, part, values, **fields)
            else:
                error = np.maximum(np.abs(values - reference), smallest)
                images[kind] = _image(axis, part, error, cmap="magma", norm=norm)
            axis.set_title(method if method == "reference" else style.look(method).label, fontweight="normal")
    first_error = [kinds[0][0] == "error" for kinds in block].index(True)
    name = str(part["field"])
    figure.colorbar(images["field"], ax=list(axes[:first_error, 1]), label=name, aspect=30)
    figure.colorbar(
        images["error"], ax=list(axes[first_error:, 1]), label=f"absolute error of {name}", aspect=30, extend="min"
    )


def _image(axis: plt.Axes, part: dict[str, np.ndarray], values: np.ndarray, **colours: Any) -> QuadMesh:
    """Draw values (first, second) with the second coordinate to the right, as x is usually drawn over t."""
    axis.set(ylabel=part["axes"][0], xlabel=part["axes"][1])
    return axis.pcolormesh(part["second"], part["first"], values, rasterized=True, shading="nearest", **colours)


def _draw_cuts(axis: plt.Axes, part: dict[str, np.ndarray]) -> None:
    for index in range(len(part["at"])):
        axis.plot(part["fine"], part["cut/reference"][index], color=style.BAND, linewidth=5, solid_capstyle="butt")
        for method in _arms(part):
            axis.plot(part["fine"], part[f"cut/{method}"][index], color=style.look(method).colour, linewidth=0.9)
    places = ", ".join(f"{place:.2g}" for place in part["at"])
    axis.set(xlabel=f"{part['axes'][0]}   (at {part['axes'][1]} = {places})", ylabel=part["field"])
