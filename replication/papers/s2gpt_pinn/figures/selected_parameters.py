"""Which parameters the greedy search chose, in order."""

import pandas as pd
from matplotlib.figure import Figure

from replication.report import panels, style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Parameters chosen"
CAPTION = (
    "Parameters of the neurons in the order of their choice, a panel for each family and parameter, every seed. "
    "The first neuron stands in the middle of the parameter box."
)
READS = ("table",)
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a parameter of a neuron: hardware, problem, parameter, method, seed, n, value."""
    table = sources.table
    rows = with_conditions(table[table["metric"].str.startswith("selected_") & ~table["method"].str.contains("-")], "n")
    if rows.empty:
        raise NoData("rows of selected parameters")
    rows = rows.assign(n=rows["n"].astype(int), parameter=rows["metric"].str.removeprefix("selected_"))
    columns = ["hardware", "problem", "parameter", "method", "seed", "n"]
    return rows[[*columns, "value"]].sort_values(columns)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each parameter of each family and hardware, the order of choice along x."""
    places = [
        (title, str(parameter), panel)
        for title, rows in panels.by_place(data)
        for parameter, panel in rows.groupby("parameter")
    ]
    figure, axes = style.grid(len(places), 0.7, 1.6, columns=min(2, len(places)))
    for axis, (title, parameter, panel) in zip(axes.flat, places, strict=False):
        for method, chosen in panel.groupby("method"):
            look = style.look(str(method))
            shift = 0.15 if method == "s2gpt_pinn" else -0.15
            axis.plot(chosen["n"] + shift, chosen["value"], look.marker, color=look.colour, alpha=0.8)
        axis.set(xlabel="neuron", title=title, ylabel=parameter.replace("_", " "))
        axis.grid(axis="y")
    style.legend(figure, list(data["method"].unique()))
    return figure
