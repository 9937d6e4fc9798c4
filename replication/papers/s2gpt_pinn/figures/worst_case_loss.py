"""The largest loss over the parameter grid against the number of neurons, and what the sparse indicator says of it."""

from collections.abc import Iterable

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from replication.papers.s2gpt_pinn.published_losses import LOSSES
from replication.report import panels, style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Worst case over all parameters"
CAPTION = (
    "Largest loss over the parameter grid against the number of neurons, log scale. Solid: mean squared residual on "
    "the full grid plus initial and boundary errors, over all parameters. Dotted: the loss that S²GPT-PINN itself sees "
    "on its few points, by which it chooses, from two neurons on (one point tells nothing). One line a seed. Grey "
    "marks without a line are the values in the authors' code, in the shape of their arm: all but Helmholtz's are "
    "losses of the modified equations that the code solves (see the errata), and those of S²GPT-PINN are taken at one "
    "parameter, without initial and boundary errors."
)
READS = ("table",)
FORMAT = "csv"
METRICS = {"worst_loss": "-", "indicator": ":"}
PUBLISHED = "published_loss"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a number of neurons: hardware, problem, method, seed, metric, n, loss.

    Published losses, of the problems and methods that were run and the same for each hardware, have no seed.
    """
    table = sources.table
    rows = with_conditions(table[table["metric"].isin(METRICS) & ~table["method"].str.contains("-")], "n")
    if rows.empty:
        raise NoData("rows of worst_loss by number of neurons")
    rows = rows.assign(n=rows["n"].astype(int), loss=rows["value"])
    columns = ["hardware", "problem", "method", "seed", "metric", "n"]
    found = rows[[*columns, "loss"]].sort_values(columns)
    ran = found[["hardware", "problem", "method"]].drop_duplicates()
    return pd.concat([found, _published(sorted(ran.itertuples(index=False, name=None)))])


def _published(ran: Iterable[tuple[str, str, str]]) -> pd.DataFrame:
    rows = [
        {"hardware": hardware, "problem": problem, "method": method, "metric": PUBLISHED, "n": n, "loss": loss}
        for hardware, problem, method in ran
        if method in LOSSES.get(problem, {})
        for first, losses in [LOSSES[problem][method]]
        for n, loss in enumerate(losses, start=first)
    ]
    return pd.DataFrame(rows)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family and hardware, two in a row."""
    places = panels.by_place(data)
    figure, axes = style.grid(len(places), 0.7, 1.9, columns=min(2, len(places)))
    for axis, (title, panel) in zip(axes.flat, places, strict=False):
        for method, known in panel[panel["metric"] == PUBLISHED].groupby("method"):
            marker = style.look(str(method)).marker
            axis.plot(known["n"], known["loss"], marker, color=style.MUTED, alpha=0.6, markersize=3)
        for key, line in panel.groupby(["method", "seed", "metric"]):
            method, _, metric = map(str, key)
            if metric == "indicator":
                line = line[line["n"] > 1]
            if metric == "worst_loss" or method == "s2gpt_pinn":
                look, dashes = style.look(method), METRICS[metric]
                axis.plot(line["n"], line["loss"], dashes, color=look.colour, marker=look.marker, markersize=3)
        axis.set(yscale="log", xlabel="neurons", title=title)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(axis="y")
    for axis in axes[:, 0]:
        axis.set_ylabel("largest loss")
    style.legend(figure, list(data["method"].unique()))
    return figure
