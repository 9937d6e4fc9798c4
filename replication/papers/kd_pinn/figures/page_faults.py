"""How far the C library's handling of memory decides the speed-up of eager PyTorch."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from replication.papers.kd_pinn.arms import DISTILLED, TEACHER
from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Speed-up against page faults"
CAPTION = (
    "Latency of the teacher divided by that of the distilled student against the page faults of a call per point, "
    "teacher's minus student's. One marker is one session of timings with one batch; eager PyTorch on one thread. "
    "A page fault is a page of memory that had been given back to the system and is asked for again. Eager kept is "
    "the same with freed memory kept by the process: what is left is the speed-up of the arithmetic."
)
READS = ("table",)
FORMAT = "csv"

RUNTIMES = ("eager", "eager_kept")
FEWEST_POINTS = 10_000
"""Smaller batches have results small enough to be kept anyway."""
COLOURS = "cividis_r"
KEY = ["hardware", "problem", "runtime", "batch", "seed"]


def data(sources: FigureSources) -> pd.DataFrame:
    """Return sessions of large batches: hardware, problem, runtime, batch, seed, faults (per point), speedup."""
    table = sources.table
    table = table[table["metric"].isin(["speedup", "page_faults"]) & table["method"].isin([TEACHER, DISTILLED])]
    rows = with_conditions(table, "batch", "threads", "runtime").dropna(subset="value").astype({"batch": int})
    rows = rows[(rows["threads"] == "1") & rows["runtime"].isin(RUNTIMES) & (rows["batch"] >= FEWEST_POINTS)]
    sessions = rows.pivot_table(index=KEY, columns=["metric", "method"], values="value")
    if "page_faults" not in sessions:
        raise NoData(f"rows of page_faults of eager PyTorch on one thread with {FEWEST_POINTS} points or more")
    faults = sessions["page_faults"]
    points = sessions.index.get_level_values("batch")
    found = pd.DataFrame(
        {
            "faults": (faults[TEACHER] - faults[DISTILLED]) / points,
            "speedup": sessions["speedup"][DISTILLED],
        }
    )
    return found.dropna().reset_index()


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem and hardware, two in a row."""
    panels = by_place(data)
    figure, axes = style.grid(len(panels), 0.9, 2.0, columns=min(2, len(panels)))
    batches = sorted(set(data["batch"]))
    shades = colormaps[COLOURS](np.linspace(0.25, 1, len(batches)))
    colours = dict(zip(batches, shades, strict=True))
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        for (runtime, batch), sessions in panel.groupby(["runtime", "batch"]):
            marker = style.RUNTIME_MARKERS[str(runtime)]
            axis.plot(sessions["faults"], sessions["speedup"], marker, color=colours[batch], alpha=0.8)
        axis.set(xlabel="page faults per point", ylim=(0, 1.1 * data["speedup"].max()))
        axis.grid(axis="both")
    for axis in axes[:, 0]:
        axis.set_ylabel("speed-up")
    handles = [
        Line2D([], [], color=colour, marker="s", linestyle="", label=f"{batch:,} points")
        for batch, colour in colours.items()
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=3)
    style.runtime_legend(figure, data["runtime"])
    return figure
