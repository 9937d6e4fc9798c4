"""How long a query takes in both arms, with the published optimiser and with Gauss-Newton."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from replication.report import panels, style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Time of a query"
CAPTION = (
    "Median wall time of one query, the fit of its coefficients and the solution on its grid, alone on one core, arms "
    "in turn, log scale; a point a seed. The optimiser is the published one of the family or Gauss-Newton."
)
READS = ("table",)
FORMAT = "csv"
OPTIMISERS = {"published": "published optimiser", "gauss_newton": "Gauss-Newton"}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a time: hardware, problem, method, seed, optimiser, seconds."""
    table = sources.table
    rows = with_conditions(table[(table["metric"] == "query_latency") & table["value"].notna()], "optimiser")
    if rows.empty:
        raise NoData("rows of query_latency")
    columns = ["hardware", "problem", "method", "seed", "optimiser"]
    return rows[[*columns, "value"]].rename(columns={"value": "seconds"}).sort_values(columns)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family and hardware."""
    places = panels.by_place(data)
    figure, axes = plt.subplots(
        len(places), 1, figsize=(style.WIDTH, 0.8 + 0.8 * len(places)), squeeze=False, sharex=True
    )
    for axis, (title, panel) in zip(axes[:, 0], places, strict=True):
        for place, optimiser in enumerate(OPTIMISERS):
            for method in ("gpt_pinn", "s2gpt_pinn"):
                own = panel[(panel["optimiser"] == optimiser) & (panel["method"] == method)]
                look = style.look(method)
                axis.plot(own["seconds"], [place] * len(own), look.marker, color=look.colour)
        axis.set_yticks(range(len(OPTIMISERS)), list(OPTIMISERS.values()))
        axis.set(xscale="log", ylim=(-0.6, 1.6), title=title)
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.grid(axis="x")
    axes[-1, 0].set_xlabel("seconds a query")
    style.legend(figure, list(data["method"].unique()))
    return figure
