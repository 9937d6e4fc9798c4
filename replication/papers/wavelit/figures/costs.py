"""What a training step and a whole training cost, in time and memory."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources

TITLE = "Cost of training"
CAPTION = (
    "What training costs, by method and dataset, log scale: seconds of one step (methods timed in turns, alone on the "
    "machine), its floating-point operations and memory, and CPU seconds of the whole training. Markers are "
    "medians over seeds, bars reach from the lowest to the highest seed."
)
READS = ("table",)
FORMAT = "csv"

COSTS = {
    "step_wall": "one step, s",
    "step_flops": "one step, floating-point operations",
    "step_memory": "one step, memory in MB",
    "train_cpu": "training, CPU s",
}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return costs over seeds: hardware, problem, method, metric, median, low, high, seeds."""
    rows = shown.without_variants(shown.finished(sources.table, *COSTS))
    return shown.spread(rows[rows["value"] > 0], [*shown.RUN, "metric"])


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each cost and hardware, one above the other; a line of markers for each dataset."""
    metrics = [metric for metric in COSTS if metric in set(data["metric"])]
    places = [(metric, hardware) for hardware in sorted(set(data["hardware"])) for metric in metrics]
    problems = [*shown.in_order([name for name in data["problem"] if name != "joint"])]
    problems += ["joint"] if "joint" in set(data["problem"]) else []
    methods = style.ordered(list(data["method"]))
    height = 1.0 + len(places) * (0.6 + 0.25 * len(problems))
    figure, axes = plt.subplots(len(places), 1, figsize=(style.WIDTH, height), squeeze=False)
    for axis, (metric, hardware) in zip(axes[:, 0], places, strict=True):
        panel = data[(data["metric"] == metric) & (data["hardware"] == hardware)]
        for index, method in enumerate(methods):
            rows, look = panel[panel["method"] == method], style.look(method)
            y = [problems.index(name) + 0.7 * ((index + 0.5) / len(methods) - 0.5) for name in rows["problem"]]
            spread = [rows["median"] - rows["low"], rows["high"] - rows["median"]]
            axis.errorbar(rows["median"], y, xerr=spread, fmt=look.marker, color=look.colour, markersize=4.5)
        axis.set_title(f"{COSTS[metric]} ({hardware})")
        shown.log_scale(axis, "x")
        axis.set_ylim(len(problems) - 0.5, -0.5)
        axis.set_yticks(np.arange(len(problems)), [style.title(name) for name in problems])
        axis.tick_params(axis="y", length=0)
        axis.grid(axis="x")
    style.legend(figure, methods)
    return figure
