"""What the coefficients cost with the published optimiser and with Gauss-Newton, and the loss that each ends at."""

import pandas as pd
from matplotlib.figure import Figure

from replication.report import panels, style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Gauss-Newton against the published optimiser"
CAPTION = (
    "CPU seconds for the coefficients at one parameter against the largest loss that is left over the parameters, "
    "both axes logarithmic; lower left is better. Hollow: the published optimiser with its number of steps (Burgers: "
    "L-BFGS, one parameter after the other; the others: Adam). Filled: Gauss-Newton. Same neurons, same points and "
    "same held-out parameters, all in one batch, alone on one core; each arm's own loss. A line joins the two of a "
    "seed; the number is how many times less Gauss-Newton costs, the median over seeds."
)
READS = ("table",)
FORMAT = "csv"
METRICS = {"sweep_cpu_per_parameter": "cpu_s", "sweep_loss": "loss"}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a fit: hardware, problem, method, seed, optimiser, cpu_s for one parameter, loss."""
    table = sources.table
    rows = with_conditions(table[table["metric"].isin(METRICS) & table["value"].notna()], "optimiser")
    if rows.empty:
        raise NoData("rows of sweep_cpu_per_parameter and sweep_loss")
    columns = ["hardware", "problem", "method", "seed", "optimiser"]
    return rows.pivot(index=columns, columns="metric", values="value").rename(columns=METRICS).dropna().reset_index()


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family and hardware, a line from published to Gauss-Newton for each arm and seed."""
    places = panels.by_place(data)
    figure, axes = style.grid(len(places), 1.0, 1.8, columns=min(2, len(places)))
    for axis, (title, panel) in zip(axes.flat, places, strict=False):
        for method, own in panel.groupby("method"):
            look = style.look(str(method))
            fits = own.pivot(index="seed", columns="optimiser", values=["cpu_s", "loss"]).dropna()
            cpu, loss = fits["cpu_s"], fits["loss"]
            names = ["gauss_newton", "published"]
            axis.plot(cpu[names].T, loss[names].T, "-", color=look.colour, linewidth=0.9)
            for name, face in zip(names, (look.colour, "none"), strict=True):
                axis.plot(cpu[name], loss[name], look.marker, color=look.colour, markerfacecolor=face)
            ratio = (cpu["published"] / cpu["gauss_newton"]).median()
            above = method == "gpt_pinn"
            corner = cpu["published"].max(), loss["published"].max() if above else loss["published"].min()
            text = f"{ratio:.0f} times"
            axis.annotate(
                text, corner, (4, 6 if above else -12), textcoords="offset points", ha="right", color=look.colour
            )
        axis.set(xscale="log", yscale="log", title=title, xlabel="CPU seconds a parameter")
        axis.margins(y=0.35)
        axis.grid()
    for axis in axes[:, 0]:
        axis.set_ylabel("largest loss")
    style.legend(figure, list(data["method"].unique()))
    return figure
