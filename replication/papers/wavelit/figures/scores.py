"""Errors of every method on every dataset, by window."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources

TITLE = "Errors by dataset and window"
CAPTION = (
    "VRMSE on the test split, log scale, in three windows: one step (median over the starts that were forecast), "
    "steps 1 to 20 and 21 to 60 of one rollout a trajectory (mean over steps of the median over trajectories). "
    "Rollouts are as few as the test trajectories, in mini sets a tenth of all and at least one (two of 24). Markers "
    "are medians over training seeds, bars reach from the lowest to the highest seed and say nothing about other "
    "trajectories. The line at 1 is the error of the field's own mean. The rotation is the exact solution of the "
    "Helmholtz staircase. Datasets are sorted by dynamics: waves, neither, advection."
)
READS = ("table",)
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return errors over seeds: hardware, problem, method, metric, median, low, high, seeds."""
    rows = shown.without_variants(shown.finished(sources.table, *shown.WINDOWS))
    return shown.spread(rows, [*shown.RUN, "metric"])


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each window (and hardware), one above the other; a line of markers for each dataset."""
    places = shown.places(data, "metric", shown.WINDOWS)
    methods = style.ordered(list(data["method"]))
    figure, axes = shown.stacked([panel for *_, panel in places], inches=0.27, margin=1.9)
    for axis, (hardware, metric, panel) in zip(axes, places, strict=True):
        problems = shown.in_order(panel["problem"])
        where = f", {hardware}" if data["hardware"].nunique() > 1 else ""
        axis.set_title(f"{shown.WINDOWS[metric].capitalize()}{where}")
        for index, method in enumerate(methods):
            _draw_method(axis, panel[panel["method"] == method], problems, (index + 0.5) / len(methods) - 0.5)
        axis.axvline(1, color=style.MUTED, linewidth=0.8, linestyle="--")
        shown.log_scale(axis, "x")
        axis.set_yticks(range(len(problems)), [style.title(name) for name in problems])
        axis.set_ylim(len(problems) - 0.5, -0.5)
        axis.set_yticks(np.arange(len(problems) - 1) + 0.5, minor=True)
        axis.tick_params(axis="y", which="both", length=0)
        axis.grid(axis="y", which="minor")
        axis.grid(axis="x")
    axes[-1].set_xlabel("VRMSE")
    style.legend(figure, methods)
    return figure


def _draw_method(axis: plt.Axes, rows: pd.DataFrame, problems: list[str], shift: float) -> None:
    if rows.empty:
        return
    look = style.look(str(rows["method"].iloc[0]))
    y = [problems.index(name) + 0.8 * shift for name in rows["problem"]]
    spread = [rows["median"] - rows["low"], rows["high"] - rows["median"]]
    axis.errorbar(
        rows["median"], y, xerr=spread, fmt=look.marker, color=look.colour, markersize=4.5, elinewidth=1, zorder=3
    )
