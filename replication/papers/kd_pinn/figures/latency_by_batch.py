"""Latency of one forward pass against the number of points in it."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.measurement.latency import FLOOR
from replication.papers.kd_pinn import thread_counts
from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Latency against batch size"
CAPTION = (
    "Median time of one forward pass in milliseconds against the points in it, both on log scales, for each problem "
    "and number of threads. Colours stand for networks, markers for runtimes (eager kept: eager PyTorch with freed "
    "memory kept for the next call). Lines are medians over seeds, bands reach from the fastest to the slowest seed. "
    "Dotted: the 10 ms that the paper calls ultra-low latency, and its average of 5.3 ms, published without a batch "
    "size. Floor: a network of a single hidden unit, whose time is that of the call and not of arithmetic."
)
READS = ("table",)
FORMAT = "csv"

PUBLISHED_MS = {"10 ms": 10.0, "5.3 ms": 5.3}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return latency over seeds in ms: hardware, problem, method, runtime, threads, batch, median, low, high, seeds.

    The method `floor` is the smallest network.
    """
    table = sources.table[sources.table["metric"].isin(["latency", "latency_floor"])]
    table = table.assign(method=table["method"].where(table["metric"] == "latency", FLOOR))
    rows = with_conditions(table, "batch", "threads", "runtime").dropna(subset="value")
    if rows.empty:
        raise NoData("rows of latency with batch, threads and runtime in their condition")
    rows = rows.astype({"batch": int}).assign(value=1e3 * rows["value"])
    by = ["hardware", "problem", "method", "runtime", "threads", "batch"]
    spread = rows.groupby(by)["value"].agg(median="median", low="min", high="max", seeds="size")
    return spread.reset_index()


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem, hardware and number of threads, two in a row."""
    data = data.astype({"threads": str})
    threads = thread_counts.ordered(data["threads"])
    panels = [
        (title, count, part[part["threads"] == count])
        for title, part in by_place(data)
        for count in threads
        if count in set(part["threads"])
    ]
    figure, axes = style.grid(len(panels), 0.9, 1.85)
    low, high = data["low"].min(), max(PUBLISHED_MS["10 ms"], data["high"].max())
    for axis, (title, count, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        _draw_panel(axis, panel)
        axis.set_ylim(low / 2, 3 * high)
        axis.set_xlabel(f"points per call ({thread_counts.label(count)})")
    for axis in axes[:, 0]:
        axis.set_ylabel("latency (ms)")
    style.legend(figure, list(data["method"]), columns=3, markers=False)
    style.runtime_legend(figure, data["runtime"])
    return figure


def _draw_panel(axis: plt.Axes, panel: pd.DataFrame) -> None:
    for method in reversed(style.ordered(list(panel["method"]))):
        colour = style.look(method).colour
        for runtime, line in panel[panel["method"] == method].groupby("runtime"):
            axis.fill_between(line["batch"], line["low"], line["high"], color=colour, alpha=0.15, linewidth=0)
            marker = style.RUNTIME_MARKERS[str(runtime)]
            stroke = ":" if method == FLOOR else "-"
            axis.plot(line["batch"], line["median"], stroke, marker=marker, markersize=3.5, color=colour, linewidth=1.2)
    for label, level in PUBLISHED_MS.items():
        axis.axhline(level, color=style.MUTED, linestyle=":", linewidth=0.9)
        axis.annotate(
            label,
            (0.02, level),
            xycoords=axis.get_yaxis_transform(),
            va="bottom" if level == max(PUBLISHED_MS.values()) else "top",
            color=style.MUTED,
            fontsize=8,
        )
    axis.set(xscale="log", yscale="log")
    axis.grid(axis="both")
