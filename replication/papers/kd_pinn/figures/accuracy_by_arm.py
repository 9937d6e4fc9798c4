"""Relative L2 error of every arm, seed by seed."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.kd_pinn.arms import METHODS, variant_of
from replication.papers.kd_pinn.variants import SWEEP_NAME
from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData
from replication.verdicts.interval import StudentMean

TITLE = "Accuracy by arm"
CAPTION = (
    "Relative L2 error against the reference solution, log scale. Every point is one seed; grey lines join the arms "
    "that share a seed (same collocation points, same teacher). The marker beside them is the geometric mean with its "
    "95 % Student t interval on the logarithms, given from two seeds on. Runs that did not finish are counted under "
    "the axis."
)
READS = ("table",)
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a run, sweeps apart: hardware, problem, method, seed, status, relative_l2."""
    table = sources.table
    rows = table[(table["metric"] == "relative_l2") & (table["condition"] == "")]
    rows = rows[~rows["method"].map(variant_of).str.fullmatch(SWEEP_NAME)]
    if not rows["value"].notna().any():
        raise NoData("headline rows of relative_l2")
    columns = ["hardware", "problem", "method", "seed", "status", "value"]
    return rows[columns].rename(columns={"value": "relative_l2"}).sort_values(columns[:4])


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem and hardware, two in a row."""
    panels = by_place(data)
    figure, axes = style.grid(len(panels), 0.9, 2.2, columns=min(2, len(panels)))
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        _draw_panel(axis, panel)
    for axis in axes[:, 0]:
        axis.set_ylabel("relative L2 error")
    style.legend(figure, list(data["method"]))
    return figure


def _draw_panel(axis: plt.Axes, panel: pd.DataFrame) -> None:
    methods = style.ordered(list(panel["method"]))
    errors = panel.pivot(index="seed", columns="method", values="relative_l2").reindex(columns=methods)
    places = np.arange(len(methods))
    arms = [place for place, method in enumerate(methods) if method in METHODS]
    for _, paired in errors.iterrows():
        axis.plot(arms, paired.iloc[arms], color=style.BAND, linewidth=0.8, zorder=1)
    for place, method in zip(places, methods, strict=True):
        look = style.look(method)
        finished = errors[method].dropna()
        axis.plot(np.full(len(finished), place), finished, look.marker, color=look.colour, alpha=0.55, zorder=2)
        if len(finished) > 1:
            logarithms = StudentMean.of(np.log(finished.to_numpy()))
            mean, (low, high) = np.exp(logarithms.mean), np.exp(logarithms.interval(0.025))
            spread = [[mean - low], [high - mean]]
            axis.errorbar(
                place + 0.28, mean, spread, fmt=look.marker, color=look.colour, capsize=3, elinewidth=1.5, zorder=3
            )
    failed = (panel["status"] != "done").groupby(panel["method"]).agg(["sum", "size"]).reindex(methods)
    axis.set_xticks(places, [f"{lost}/{runs}\nfailed" if lost else "" for lost, runs in failed.to_numpy()])
    axis.set(yscale="log", xlim=(-0.4, len(methods) - 0.35))
    axis.grid(axis="y")
