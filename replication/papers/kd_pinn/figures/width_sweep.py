"""What a wider student gains, in all and by spatial frequency."""

from typing import Literal

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Width of the student"
CAPTION = (
    "Left: relative L2 error of students of three hidden layers against their number of weights. Right: the distilled "
    "student's error in the low, middle and high frequency band, each relative to the reference's own content of the "
    "band (to the whole where it has none). Lines are medians over seeds, whiskers reach from the best to the worst "
    "seed; log scales."
)
READS = ("table",)
FORMAT = "csv"

ALL = "all"
ARMS = ("kd_student", "scratch_student")
BANDS: dict[str, Literal[":", "--", "-"]] = {"low": ":", "mid": "--", "high": "-"}
NAMES = {"low": "low", "mid": "middle", "high": "high"}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return errors over seeds: hardware, problem, method, band (or all), parameters, median ..."""
    table = sources.table.dropna(subset="value")
    names = table["method"].str.partition("-")
    table = table.assign(base=names[0])[names[0].isin(ARMS) & ((names[2] == "") | names[2].str.startswith("width"))]
    run = ["hardware", "problem", "method", "seed"]
    parameters = table[table["metric"] == "parameters"].set_index(run)["value"].rename("parameters")
    whole = table[(table["metric"] == "relative_l2") & (table["condition"] == "")].assign(band=ALL)
    bands = with_conditions(table[table["metric"] == "band_error"], "band")
    rows = pd.concat([whole, bands]).join(parameters, on=run)
    by = ["hardware", "problem", "base", "band", "parameters"]
    spread = rows.groupby(by)["value"].agg(median="median", low="min", high="max", seeds="size").reset_index()
    widths = spread.groupby(["hardware", "problem"])["parameters"].transform("nunique")
    spread = spread[widths > 1].rename(columns={"base": "method"}).astype({"parameters": int})
    if spread.empty:
        raise NoData("runs of variants such as kd_student-width32")
    return spread


def draw(data: pd.DataFrame) -> Figure:
    """Draw a row for each problem and hardware: all frequencies left, the distilled student's bands right."""
    lines = by_place(data)
    figure, axes = plt.subplots(len(lines), 2, figsize=(style.WIDTH, 1.1 + 2.0 * len(lines)), squeeze=False)
    for (left, right), (title, line) in zip(axes, lines, strict=True):
        left.set_title(title)
        for (method, band), curve in line.groupby(["method", "band"]):
            look = style.look(str(method))
            if band != ALL and method != ARMS[0]:
                continue
            axis, stroke = (left, "-") if band == ALL else (right, BANDS[str(band)])
            whiskers = [curve["median"] - curve["low"], curve["high"] - curve["median"]]
            axis.errorbar(
                curve["parameters"],
                curve["median"],
                whiskers,
                linestyle=stroke,
                color=look.colour,
                marker=look.marker,
                elinewidth=0.9,
                capsize=2,
            )
        left.set_ylabel("relative L2 error")
        right.set_ylabel("error in the band")
        for axis in (left, right):
            axis.set(xscale="log", yscale="log", xlabel="weights of the student")
            sizes = sorted(line["parameters"].unique())
            axis.set_xticks(sizes, [f"{size / 1000:.1f}k" if size >= 1000 else str(size) for size in sizes])
            axis.xaxis.set_minor_locator(NullLocator())
            axis.grid(axis="y")
    style.legend(figure, list(data["method"]))
    handles = [
        Line2D([], [], color=style.MUTED, linestyle=stroke, label=f"{NAMES[band]} band")
        for band, stroke in BANDS.items()
    ]
    figure.legend(handles=handles, loc="outside lower right", ncols=3)
    return figure
