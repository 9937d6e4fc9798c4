"""Which loss term drives the distilled student, and whether the terms pull in one direction."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Who steers the distilled student"
CAPTION = (
    "Left: share of each weighted loss term in the summed norms of the terms' gradients during Adam, median over "
    "seeds. Right: cosine between the gradient of the distillation term and that of each other term; below zero they "
    "oppose each other. Bands reach from the lowest to the highest seed."
)
READS = ("table",)
FORMAT = "csv"

METHOD = "kd_student"
TERM = "distillation"
COLOURS = {
    "residual": "#26241f",
    "initial": "#56b4e9",
    "boundary": "#d55e00",
    "terminal": "#56b4e9",
    "distillation": "#0072b2",
}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return shares and cosines over seeds: hardware, problem, quantity, term, step, median, low, high, seeds."""
    table = sources.table
    table = table[table["method"] == METHOD].dropna(subset="value")
    shares = with_conditions(table[table["metric"] == "gradient_share"], "term", "step")
    cosines = with_conditions(table[table["metric"] == "gradient_cosine"], "terms", "step")
    if shares.empty:
        raise NoData(f"rows of gradient_share for {METHOD} with term and step in their condition")
    pairs = cosines["terms"].str.split("|", expand=True)
    cosines = cosines[pairs[1] == TERM].assign(term=pairs[0])
    rows = pd.concat([shares.assign(quantity="share"), cosines.assign(quantity="cosine")])
    by = ["hardware", "problem", "quantity", "term", "step"]
    spread = rows.astype({"step": int}).groupby(by)["value"].agg(median="median", low="min", high="max", seeds="size")
    return spread.reset_index()


def draw(data: pd.DataFrame) -> Figure:
    """Draw a row for each problem and hardware: shares left, cosines right."""
    panels = by_place(data)
    figure, axes = plt.subplots(len(panels), 2, figsize=(style.WIDTH, 0.9 + 1.7 * len(panels)), squeeze=False)
    for (left, right), (title, panel) in zip(axes, panels, strict=True):
        left.set_title(title)
        for axis, quantity in ((left, "share"), (right, "cosine")):
            for term, line in panel[panel["quantity"] == quantity].groupby("term"):
                colour = COLOURS.get(str(term), style.MUTED)
                axis.fill_between(line["step"], line["low"], line["high"], color=colour, alpha=0.18, linewidth=0)
                axis.plot(line["step"], line["median"], color=colour, marker=".", label=term)
            axis.set(xlabel="Adam step")
            axis.grid(axis="y")
        left.set(ylabel="share of gradient", ylim=(0, 1))
        right.set(ylabel=f"cosine with {TERM}", ylim=(-1, 1))
        right.axhline(0, color=style.MUTED, linewidth=0.8)
    found = {
        label: handle for axis in axes[:, 0] for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(found.values(), found.keys(), loc="outside upper left", ncols=3)
    return figure
