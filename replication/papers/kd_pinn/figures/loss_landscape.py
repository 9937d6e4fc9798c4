"""The physics loss around the trained weights, with and without distillation."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Loss landscape"
CAPTION = (
    "The same physics loss (no distillation term) around the weights where each student's training ended, seed 0, "
    "along two random directions that are the same for both up to normalisation: a step of one moves every neuron's "
    "weights by as much as they weigh. Colour is log10 of the loss, one scale a row. Above each panel the largest "
    "eigenvalue of this loss's Hessian at the centre, median over seeds."
)
READS = ("table",)
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return the slice: hardware, problem, method, first, second, loss, eigenvalue."""
    table = sources.table.dropna(subset="value")
    rows = with_conditions(table[table["metric"] == "landscape_loss"], "first", "second")
    if rows.empty:
        raise NoData("rows of landscape_loss")
    by = ["hardware", "problem", "method"]
    top = table[table["metric"] == "top_hessian_eigenvalue"].groupby(by)["value"].median().rename("eigenvalue")
    rows = rows.astype({"first": float, "second": float}).rename(columns={"value": "loss"})
    columns = [*by, "first", "second", "loss", "eigenvalue"]
    return rows.merge(top.reset_index(), on=by)[columns].sort_values(columns[:5])


def draw(data: pd.DataFrame) -> Figure:
    """Draw a row for each problem and hardware, a column for each arm."""
    methods = style.ordered(list(data["method"]))
    lines = by_place(data)
    figure, axes = plt.subplots(
        len(lines), len(methods), figsize=(style.WIDTH, 0.5 + 1.9 * len(lines)), squeeze=False, sharex=True, sharey=True
    )
    for row, (title, line) in zip(axes, lines, strict=True):
        logarithm = np.log10(line["loss"])
        levels = np.linspace(logarithm.min(), logarithm.max(), 13)
        for axis, method in zip(row, methods, strict=True):
            panel = line[line["method"] == method]
            if panel.empty:
                axis.remove()
                continue
            grid = panel.pivot(index="second", columns="first", values="loss")
            image = axis.contourf(grid.columns, grid.index, np.log10(grid), levels=levels, cmap="viridis")
            axis.plot(0, 0, "+", color="white")
            eigenvalue = panel["eigenvalue"].iloc[0]
            axis.set_title(f"{style.look(method).label}\neigenvalue {eigenvalue:,.1f}", fontweight="normal")
            axis.set_aspect("equal")
        figure.colorbar(image, ax=list(row), label="log10 of the loss", format="%.1f")
        row[0].set_ylabel(f"{title}\nsecond direction")
    for axis in axes[-1]:
        axis.set_xlabel("first direction")
    return figure
