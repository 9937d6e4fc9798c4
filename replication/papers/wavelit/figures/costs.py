"""What a training step and a whole training cost, in time and memory, and how long WaveLiT takes to equal an error."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources, with_conditions

TITLE = "Cost of training"
CAPTION = (
    "What training costs, by method and dataset, log scale: seconds of one step (methods timed in turns, alone on the "
    "machine), its floating-point operations and memory, and CPU seconds of the whole training. Memory is the peak on "
    "a GPU; on a CPU it is no peak but what the backward pass keeps, with the copies of the weights. Times to equal "
    "error: how long WaveLiT trains to the error that the worse of it and another method reached, over how long that "
    "method does; right of 1, WaveLiT is later. Errors are known at validations alone, so that either time may be too "
    "long by up to the interval between two of them. Markers are medians over seeds, bars reach from the lowest to "
    "the highest seed."
)
READS = ("table",)
FORMAT = "csv"

COSTS = {
    "step_wall": "one step, s",
    "step_flops": "one step, floating-point operations",
    "step_memory": "one step, MB, on CPUs no peak",
    "train_cpu": "training, CPU s",
}
EQUAL = "time_to_equal_error"
"""WaveLiT's over another method's, in the rows of that method."""
TITLES = COSTS | {EQUAL: "times to equal error, WaveLiT / method"}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return costs over seeds: hardware, problem, method, metric, median, low, high, seeds."""
    rows = pd.concat([shown.finished(sources.table, *COSTS), _to_equal_error(sources)])
    return shown.spread(shown.without_variants(rows[rows["value"] > 0]), [*shown.RUN, "metric"])


def _to_equal_error(sources: FigureSources) -> pd.DataFrame:
    """Return WaveLiT's time to equal error over each other method's; no rows where none was measured."""
    table = sources.table
    rows = with_conditions(table[table["metric"] == EQUAL], "against").dropna(subset="value")
    run = ["hardware", "problem", "seed"]
    own = rows[rows["method"] == shown.OWN].drop(columns="method").rename(columns={"against": "method"})
    pairs = rows[rows["against"] == shown.OWN].merge(own, on=[*run, "method"], suffixes=("", "_own"))
    pairs = pairs[pairs["value"] > 0]  # a method that never beat its start took no time
    return pairs.assign(value=pairs["value_own"] / pairs["value"])[[*run, "method", "metric", "value"]]


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each cost and hardware, one above the other; a line of markers for each dataset."""
    places = shown.places(data, "metric", TITLES)
    methods = style.ordered(list(data["method"]))
    figure, axes = shown.stacked([panel for *_, panel in places], inches=0.25, margin=2.4)
    for axis, (hardware, metric, panel) in zip(axes, places, strict=True):
        problems = [*shown.in_order([name for name in panel["problem"] if name != "joint"])]
        problems += ["joint"] if "joint" in set(panel["problem"]) else []
        for index, method in enumerate(methods):
            rows, look = panel[panel["method"] == method], style.look(method)
            y = [problems.index(name) + 0.7 * ((index + 0.5) / len(methods) - 0.5) for name in rows["problem"]]
            spread = [rows["median"] - rows["low"], rows["high"] - rows["median"]]
            axis.errorbar(rows["median"], y, xerr=spread, fmt=look.marker, color=look.colour, markersize=4.5)
        if metric == EQUAL:
            axis.axvline(1, color=style.INK, linewidth=0.8)
        axis.set_title(f"{TITLES[metric]} ({hardware})")
        shown.log_scale(axis, "x")
        axis.set_ylim(len(problems) - 0.5, -0.5)
        axis.set_yticks(np.arange(len(problems)), [style.title(name) for name in problems])
        axis.tick_params(axis="y", length=0)
        axis.grid(axis="x")
    style.legend(figure, methods)
    return figure
