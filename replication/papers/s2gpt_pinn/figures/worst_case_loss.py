"""The largest loss over the parameter grid against the number of neurons, and what the sparse indicator says of it."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from replication.papers.s2gpt_pinn.published_losses import LOSSES
from replication.report import style
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

    Published losses, of the problems and methods that were run, have neither hardware nor seed.
    """
    table = sources.table
    rows = with_conditions(table[table["metric"].isin(METRICS) & ~table["method"].str.contains("-")], "n")
    if rows.empty:
        raise NoData("rows of worst_loss by number of neurons")
    rows = rows.assign(n=rows["n"].astype(int), loss=rows["value"])
    columns = ["hardware", "problem", "method", "seed", "metric", "n"]
    found = rows[[*columns, "loss"]].sort_values(columns)
    return pd.concat([found, _published(set(zip(found["problem"], found["method"], strict=True)))])


def _published(ran: set[tuple[str, str]]) -> pd.DataFrame:
    rows = [
        {"problem": problem, "method": method, "metric": PUBLISHED, "n": n, "loss": loss}
        for problem, method in sorted(ran)
        if method in LOSSES.get(problem, {})
        for first, losses in [LOSSES[problem][method]]
        for n, loss in enumerate(losses, start=first)
    ]
    return pd.DataFrame(rows)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family, two in a row."""
    problems = list(data["problem"].unique())
    figure, axes = style.grid(len(problems), 0.7, 1.9, columns=min(2, len(problems)))
    for axis, problem in zip(axes.flat, problems, strict=False):
        panel = data[data["problem"] == problem]
        for method, known in panel[panel["metric"] == PUBLISHED].groupby("method"):
            axis.plot(known["n"], known["loss"], style.look(method).marker, color=style.MUTED, alpha=0.6, markersize=3)
        for (_, method, _, metric), line in panel.groupby(["hardware", "method", "seed", "metric"]):
            if metric == "indicator":
                line = line[line["n"] > 1]
            if metric == "worst_loss" or method == "s2gpt_pinn":
                look = style.look(method)
                axis.plot(line["n"], line["loss"], METRICS[metric], color=look.colour, marker=look.marker, markersize=3)
        axis.set(yscale="log", xlabel="neurons", title=style.title(problem))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(axis="y")
    for axis in axes[:, 0]:
        axis.set_ylabel("largest loss")
    style.legend(figure, list(data["method"].unique()))
    return figure
