"""What parameters buy: error against size, every method and every size that was trained."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources, NoData

TITLE = "Parameters against error"
CAPTION = (
    "One-step VRMSE against trained parameters, both on log scales. Markers are medians over seeds, bars reach from "
    "the lowest to the highest seed; a line joins a method's sizes. The grey staircase is the front: no method has "
    "both fewer parameters and a lower error. Dashed lines are methods without trained parameters."
)
READS = ("table",)
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return parameters and error over seeds: hardware, problem, method, parameters, median, low, high, seeds."""
    table = sources.table
    errors = shown.spread(shown.finished(table, "vrmse_one_step"), shown.RUN)
    sizes = shown.finished(table, "parameters").groupby(shown.RUN)["value"].median().rename("parameters")
    sized = errors.merge(sizes.reset_index(), on=shown.RUN)
    if sized.empty:
        raise NoData("runs with a headline vrmse_one_step and their number of parameters")
    return sized.sort_values(shown.RUN)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each dataset and hardware, two in a row."""
    panels = shown.panels(data)
    figure, axes = style.grid(len(panels), 1.1, 1.7, columns=min(2, len(panels)))
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        _draw_panel(axis, panel)
    for axis in axes[-1]:
        axis.set_xlabel("parameters")
    for axis in axes[:, 0]:
        axis.set_ylabel("one-step VRMSE")
    style.legend(figure, list(data["method"].str.partition("-")[0]))
    return figure


def front(parameters: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of the front by rising parameters: each has a lower error than all smaller ones."""
    order = np.lexsort((errors, parameters))
    best = np.minimum.accumulate(errors[order])
    kept = order[np.r_[True, best[1:] < best[:-1]]]
    return parameters[kept], errors[kept]


def _draw_panel(axis: plt.Axes, panel: pd.DataFrame) -> None:
    trained = panel[panel["parameters"] > 0]
    if len(trained):
        x, y = front(trained["parameters"].to_numpy(float), trained["median"].to_numpy(float))
        end = max(trained["parameters"].max(), x[-1]) * 1.2
        axis.step([*x, end], [*y, y[-1]], where="post", color=style.BAND, linewidth=4, zorder=1)
    for base, sizes in trained.groupby(trained["method"].str.partition("-")[0]):
        look, by_size = style.look(str(base)), sizes.sort_values("parameters")
        spread = [by_size["median"] - by_size["low"], by_size["high"] - by_size["median"]]
        axis.errorbar(
            by_size["parameters"], by_size["median"], yerr=spread, color=look.colour, marker=look.marker,
            markersize=5, linewidth=0.9 if _sweep(sizes) else 0, elinewidth=1, zorder=3,
        )  # fmt: skip
    for row in panel[panel["parameters"] == 0].to_dict("records"):
        axis.axhline(row["median"], color=style.look(row["method"]).colour, linestyle="--", linewidth=0.9)
    shown.log_scale(axis, "x")
    shown.log_scale(axis, "y")
    axis.grid()


def _sweep(sizes: pd.DataFrame) -> bool:
    """Tell whether the runs of a method differ in size, so that a line through them means something."""
    return len(sizes) > 1 and sizes["parameters"].is_unique
