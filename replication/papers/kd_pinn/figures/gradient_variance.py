"""How much the gradient of each loss term varies from batch to batch, along the training."""

import pandas as pd
from matplotlib.figure import Figure

from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Variance of the gradients"
CAPTION = (
    "Variance of a loss term's gradient over resampled batches of equal size, divided by the squared norm of its "
    "mean, against the Adam step; log scale. Lines are medians over seeds, bands reach from the lowest to the highest "
    "seed. Only the distilled student has the distillation term."
)
READS = ("table",)
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return variances over seeds: hardware, problem, method, term, step, median, low, high, seeds."""
    table = sources.table
    rows = with_conditions(table[table["metric"] == "gradient_variance"], "term", "step").dropna(subset="value")
    if rows.empty:
        raise NoData("rows of gradient_variance with term and step in their condition")
    by = ["hardware", "problem", "method", "term", "step"]
    spread = rows.astype({"step": int}).groupby(by)["value"].agg(median="median", low="min", high="max", seeds="size")
    return spread.reset_index()


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem, hardware and loss term, two in a row."""
    panels = [
        (title, term, rows) for title, place in by_place(data) for term, rows in place.groupby("term", sort=False)
    ]
    figure, axes = style.grid(len(panels), 1.0, 1.8)
    for axis, (title, term, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(f"{title}\n{term}")
        for method, line in panel.groupby("method"):
            look = style.look(str(method))
            axis.fill_between(line["step"], line["low"], line["high"], color=look.colour, alpha=0.18, linewidth=0)
            axis.plot(line["step"], line["median"], color=look.colour, marker=look.marker)
        axis.set(yscale="log", xlabel="Adam step")
        axis.grid(axis="y")
    for axis in axes[:, 0]:
        axis.set_ylabel("relative variance")
    style.legend(figure, list(data["method"]))
    return figure
