"""Where the sparse set's points lie, over a solution."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.s2gpt_pinn.queries import queries_of
from replication.report import panels, style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Points of the sparse set"
CAPTION = (
    "All points that S²GPT-PINN's loss is taken at, every seed: crosses are interpolation points (largest remainder of "
    "a new neuron), stars residual points (largest remainder of a residual). The axes are the equation's coordinates. "
    "Beneath them, blue below zero and red above, the reference solution at the held-out parameters nearest to the "
    "middle of all of them; each panel has its own scale of colours."
)
READS = ("table", "reference")
FORMAT = "csv"
MARKERS = {"interpolation": ("x", style.INK), "residual": ("*", "#d55e00")}

SOLUTION = "solution"
FIELD = 25
"""Values of the solution along each coordinate, at most."""


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a point: hardware, problem, seed, kind, n, first, second, and the names of the two coordinates.

    Rows of the kind `solution`, the same for each hardware, have its `value` at a point instead of seed and n.
    """
    table = sources.table
    chosen = table[table["metric"].str.startswith("point_") & (table["method"] == "s2gpt_pinn")]
    rows = with_conditions(chosen, "kind", "n")
    if rows.empty:
        raise NoData("rows of sparse points")
    rows = rows.assign(n=rows["n"].astype(int), coordinate=rows["metric"].str.removeprefix("point_"))
    keys = ["hardware", "problem", "seed", "kind", "n"]
    points = []
    for key, point in rows.groupby(keys):
        names = sorted(point["coordinate"], key=lambda name: "xyt".index(name))
        values = point.set_index("coordinate")["value"]
        coordinates = {"first_name": names[0], "second_name": names[1]}
        points.append(
            dict(zip(keys, key, strict=True)) | {"first": values[names[0]], "second": values[names[1]]} | coordinates
        )
    frame = pd.DataFrame(points).sort_values(keys)
    solutions = [
        _solution(key.problem, path).assign(hardware=hardware)
        for key, path in sources.references()
        for hardware in frame[frame["problem"] == key.problem]["hardware"].unique()
    ]
    return pd.concat([frame, *solutions])


def _solution(problem: str, path: Path) -> pd.DataFrame:
    """Return the reference solution nearest to the middle, on every few lines of its grid."""
    with np.load(path, allow_pickle=False) as published:
        axes = [published[name] for name in published if name.startswith("axis_")]
        parameters, _ = queries_of(published["points"], published["points"].shape[1] - len(axes))
        solutions = published["u"].reshape(len(parameters), *map(len, axes))
    low, high = parameters.min(axis=0), parameters.max(axis=0)
    middle = np.linalg.norm((2 * parameters - low - high) / np.where(high > low, high - low, 1.0), axis=1).argmin()
    kept = [np.linspace(0, len(axis) - 1, min(FIELD, len(axis))).round().astype(int) for axis in axes]
    first, second = np.meshgrid(*(axis[chosen] for axis, chosen in zip(axes, kept, strict=True)), indexing="ij")
    values = solutions[middle][np.ix_(*kept)]
    columns = {"first": first.ravel(), "second": second.ravel(), "value": values.ravel()}
    return pd.DataFrame({"problem": problem, "kind": SOLUTION} | columns)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family and hardware."""
    places = panels.by_place(data)
    figure, axes = style.grid(len(places), 0.4, 2.1, columns=min(2, len(places)))
    for axis, (title, panel) in zip(axes.flat, places, strict=False):
        _draw_solution(axis, panel[panel["kind"] == SOLUTION])
        for kind, (marker, colour) in MARKERS.items():
            own = panel[panel["kind"] == kind]
            axis.plot(
                own["second"], own["first"], marker, color=colour, label=f"{kind} points", linestyle="none",
                clip_on=False,
            )  # fmt: skip
        axis.set(xlabel=panel["second_name"].iloc[0], ylabel=panel["first_name"].iloc[0], title=title)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2)
    return figure


def _draw_solution(axis: plt.Axes, rows: pd.DataFrame) -> None:
    if rows.empty:
        return
    field = rows.pivot(index="first", columns="second", values="value")
    largest = float(np.abs(field.to_numpy()).max())
    levels = np.linspace(-largest, largest, 8)
    axis.contourf(field.columns, field.index, field, levels=levels, cmap="RdBu_r", alpha=0.45)
