"""Errors inside and beyond the trained domain, arm by arm."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Extrapolation"
CAPTION = (
    "Relative L2 error inside the trained domain and on domains beyond it, log scale. Lines are medians over seeds, "
    "bars reach from the best to the worst seed. Mild right is 1 to 1.25 times the trained extent, hard right 1.25 to "
    "1.5, extreme 1.5 to 2: in price for Black-Scholes, downstream for Kovasznay flow, in time elsewhere. No network "
    "was trained there."
)
READS = ("table",)
FORMAT = "csv"

INSIDE = "inside"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return errors over seeds: hardware, problem, method, domain, median, low, high, seeds."""
    table = sources.table
    errors = table[(table["metric"] == "relative_l2") & ~table["method"].str.contains("-")].dropna(subset="value")
    beyond = with_conditions(errors, "domain")
    if beyond.empty:
        raise NoData("rows of relative_l2 with a domain in their condition")
    inside = errors[(errors["condition"] == "") & errors["problem"].isin(beyond["problem"])].assign(domain=INSIDE)
    by = ["hardware", "problem", "method", "domain"]
    rows = pd.concat([inside, beyond]).groupby(by)["value"]
    return rows.agg(median="median", low="min", high="max", seeds="size").reset_index()


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem and hardware, two in a row."""
    panels = by_place(data)
    figure, axes = style.grid(len(panels), 0.9, 1.9)
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        _draw_panel(axis, panel)
    for axis in axes[:, 0]:
        axis.set_ylabel("relative L2 error")
    style.legend(figure, list(data["method"]))
    return figure


def _draw_panel(axis: plt.Axes, panel: pd.DataFrame) -> None:
    known = [INSIDE, "mild_right", "hard_right", "extreme"]
    domains = sorted(set(panel["domain"]), key=lambda name: (known.index(name) if name in known else len(known), name))
    methods = style.ordered(list(panel["method"]))
    for index, method in enumerate(methods):
        look = style.look(method)
        line = panel[panel["method"] == method].set_index("domain").reindex(domains)
        places = [place + 0.08 * (index - (len(methods) - 1) / 2) for place in range(len(domains))]
        spread = [line["median"] - line["low"], line["high"] - line["median"]]
        axis.errorbar(places, line["median"], spread, color=look.colour, marker=look.marker, elinewidth=0.9)
    axis.set_xticks(range(len(domains)), [name.removesuffix("_right").replace("_", "\n") for name in domains])
    axis.set_yscale("log")
    axis.grid(axis="y")
