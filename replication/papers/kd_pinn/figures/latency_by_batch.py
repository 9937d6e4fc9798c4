"""Latency of one forward pass against the number of points in it."""

from typing import Literal

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from replication.measurement.latency import FLOOR
from replication.papers.kd_pinn import thread_counts
from replication.report import style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Latency against batch size"
CAPTION = (
    "Median time of one forward pass in milliseconds against the points in it, both on log scales, for each runtime "
    "and number of threads. Lines are medians over seeds, bands reach from the fastest to the slowest seed. Dotted: "
    "the 10 ms that the paper calls ultra-low latency, and its average of 5.3 ms, published without a batch size. "
    "Floor: a network of a single hidden unit, whose time is that of the call and not of arithmetic."
)
READS = ("table",)
FORMAT = "csv"

Stroke = Literal["-", "--", "-.", ":"]
PUBLISHED_MS = {"10 ms": 10.0, "5.3 ms": 5.3}
STROKES: tuple[Stroke, ...] = ("-", "--", "-.", ":")


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
    """Draw a row of panels for each hardware and runtime, a column for each number of threads."""
    data = data.astype({"threads": str})
    threads = thread_counts.ordered(data["threads"])
    lines = list(data.groupby(["hardware", "runtime"]))
    size = (style.WIDTH, 1.0 + 1.75 * len(lines))
    figure, axes = plt.subplots(len(lines), len(threads), figsize=size, squeeze=False, sharex=True, sharey=True)
    problems = sorted(data["problem"].unique())
    for row, ((hardware, runtime), line) in zip(axes, lines, strict=True):
        for axis, count in zip(row, threads, strict=True):
            panel = line[line["threads"] == count]
            where = f"{hardware}, " if data["hardware"].nunique() > 1 else ""
            axis.set_title(f"{where}{runtime}, {thread_counts.label(count)}")
            _draw_panel(axis, panel, problems)
        row[0].set_ylabel("latency (ms)")
    for axis in axes[-1]:
        axis.set_xlabel("points per call")
    axes[0, 0].set_ylim(top=max(4 * PUBLISHED_MS["10 ms"], 2 * data["high"].max()))
    style.legend(figure, list(data["method"]))
    if len(problems) > 1:
        strokes = [
            Line2D([], [], color=style.MUTED, linestyle=stroke(problems, name), label=style.title(name))
            for name in problems
        ]
        figure.legend(handles=strokes, loc="outside lower left", ncols=2)
    return figure


def stroke(problems: list[str], problem: str) -> Stroke:
    """Return the stroke of a problem's lines."""
    return STROKES[problems.index(problem) % len(STROKES)]


def _draw_panel(axis: plt.Axes, panel: pd.DataFrame, problems: list[str]) -> None:
    for method in style.ordered(list(panel["method"])):
        look = style.look(method)
        for problem, line in panel[panel["method"] == method].groupby("problem"):
            axis.fill_between(line["batch"], line["low"], line["high"], color=look.colour, alpha=0.15, linewidth=0)
            axis.plot(
                line["batch"], line["median"], stroke(problems, str(problem)), marker=look.marker, color=look.colour
            )
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
