"""Errors on held-out parameters, beside those of the neurons and of the best approximation."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.report import panels, style
from replication.report.sources import FigureSources, NoData

TITLE = "Errors on held-out parameters"
CAPTION = (
    "Relative L2 error against the reference, log scale: a box over all seeds and all held-out parameters within the "
    "trained range, whiskers to the extremes. The PINN's box holds the neurons, each at its own parameters. A grey bar "
    "is the median error of the best approximation in the span of the same neurons, which no choice of coefficients "
    "can beat. A dotted line is S²GPT-PINN's median in its authors' notebooks, at the published number of neurons: for "
    "Klein-Gordon and Burgers against another PINN, for Helmholtz against the solution."
)
READS = ("table",)
FORMAT = "csv"
METRICS = ("query_error", "neuron_error", "best_approximation_median")
PUBLISHED = {"klein_gordon": 0.0089, "burgers": 0.0025, "helmholtz": 0.0028}
"""Medians over held-out parameters [code: the plotting notebooks of S²GPT-PINN]."""


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row an error: hardware, problem, method, metric, seed, condition, value.

    Variants have a figure of their own.
    """
    table = sources.table
    inside = ~table["condition"].str.contains("domain=outside")
    variant = table["method"].str.contains("-")
    rows = table[table["metric"].isin(METRICS) & table["value"].notna() & inside & ~variant]
    if rows.empty:
        raise NoData("rows of query_error")
    columns = ["hardware", "problem", "method", "metric", "seed", "condition"]
    return rows[[*columns, "value"]].sort_values(columns)


def draw(data: pd.DataFrame) -> Figure:
    """Draw one horizontal panel for each family and hardware."""
    places = panels.by_place(data)
    heights = [panel["method"].nunique() for _, panel in places]
    figure, axes = plt.subplots(
        len(places), 1, figsize=(style.WIDTH, 0.5 * len(places) + 0.3 * sum(heights)), squeeze=False,
        height_ratios=heights, sharex=True,
    )  # fmt: skip
    for axis, (title, panel) in zip(axes[:, 0], places, strict=True):
        problem = panel["problem"].iloc[0]
        methods = style.ordered(list(panel["method"]))
        for place, method in enumerate(methods):
            own = panel[panel["method"] == method]
            errors = own[own["metric"] != "best_approximation_median"]["value"]
            box = axis.boxplot(
                errors, positions=[place], orientation="horizontal", whis=(0, 100), widths=0.55, patch_artist=True
            )
            box["boxes"][0].set(facecolor=style.look(method).colour, alpha=0.6)
            box["medians"][0].set_color(style.INK)
            best = own[own["metric"] == "best_approximation_median"]["value"]
            axis.plot(best, [place] * len(best), "|", color=style.MUTED, markersize=14)
        if problem in PUBLISHED:
            axis.axvline(PUBLISHED[problem], color=style.look("s2gpt_pinn").colour, linestyle=":", linewidth=1)
        axis.set(xscale="log", title=title)
        axis.set_yticks(range(len(methods)), [style.look(method).label for method in methods])
        axis.invert_yaxis()
        axis.grid(axis="x")
    axes[-1, 0].set_xlabel("relative L2 error")
    return figure
