"""How the validation error falls with training time, WaveLiT beside the networks trained like it."""

import pandas as pd
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources, NoData

TITLE = "Error against training time"
CAPTION = (
    "One-step VRMSE on windows of the validation split against seconds of training on this machine, both on log "
    "scales; every method had the same steps and batches, so that a line which ends earlier is of a faster network. "
    "Lines are medians over seeds, bands reach from the lowest to the highest seed. The joint model is left out, "
    "whose seconds are those of all datasets."
)
READS = ("history",)
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return validation errors over seeds: hardware, problem, method, step, seconds, median, low, high, seeds."""
    runs = []
    for key, path in sources.histories():
        history = pd.read_csv(path)
        if key.method == shown.JOINT or "-" in key.method or not {"seconds", "validation_vrmse"} <= set(history):
            continue
        looked = history[["step", "seconds", "validation_vrmse"]].dropna()
        runs.append(looked.assign(hardware=key.hardware, problem=key.problem, method=key.method))
    if not any(map(len, runs)):
        raise NoData("the history of a finished training with validation errors")
    rows = pd.concat(runs).rename(columns={"validation_vrmse": "value"})
    by = [*shown.RUN, "step"]
    seconds = rows.groupby(by)["seconds"].median().reset_index()
    return shown.spread(rows, by).merge(seconds, on=by).sort_values(by)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each dataset and hardware, two in a row."""
    panels = shown.panels(data)
    figure, axes = style.grid(len(panels), 1.0, 1.6, columns=min(2, len(panels)))
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        started = panel[panel["seconds"] > 0]
        for method in style.ordered(list(started["method"])):
            line, look = started[started["method"] == method], style.look(method)
            axis.fill_between(line["seconds"], line["low"], line["high"], color=look.colour, alpha=0.18, linewidth=0)
            axis.plot(line["seconds"], line["median"], color=look.colour, linewidth=1.2)
            axis.plot(line["seconds"].iloc[-1:], line["median"].iloc[-1:], look.marker, color=look.colour, markersize=5)
        shown.log_scale(axis, "x")
        shown.log_scale(axis, "y")
        axis.grid()
    for axis in axes[-1]:
        axis.set_xlabel("training, s")
    for axis in axes[:, 0]:
        axis.set_ylabel("VRMSE, validation")
    style.legend(figure, list(data["method"]))
    return figure
