"""How errors grow along a rollout."""

import pandas as pd
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources

TITLE = "Error against lead step"
CAPTION = (
    "VRMSE of rollouts on the test split against the lead step: median over trajectories, mean over fields. Rollouts "
    "are as few as the test trajectories, in mini sets a tenth of all and at least one (two of 24). Lines are medians "
    "over training seeds, bands reach from the lowest to the highest seed and say nothing about other trajectories; "
    "log scale. The dashed line at 1 is the error of the field's own mean. The vertical line parts the two windows of "
    "the scores, steps 1 to 20 and 21 to 60."
)
READS = ("table",)
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return errors over seeds: hardware, problem, method, step, median, low, high, seeds."""
    rows = shown.without_variants(shown.swept(sources, "vrmse_rollout", "step")).astype({"step": int})
    return shown.spread(rows, [*shown.RUN, "step"]).sort_values([*shown.RUN, "step"])


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each dataset and hardware, two in a row."""
    panels = shown.panels(data)
    figure, axes = style.grid(len(panels), 1.0, 1.6, columns=min(2, len(panels)))
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        for method in style.ordered(list(panel["method"])):
            line, look = panel[panel["method"] == method], style.look(method)
            if (line["low"] < line["high"]).any():
                axis.fill_between(line["step"], line["low"], line["high"], color=look.colour, alpha=0.18, linewidth=0)
            every = max(1, len(line) // 5)
            axis.plot(
                line["step"], line["median"], color=look.colour, marker=look.marker, markevery=every, markersize=4
            )
        axis.axhline(1, color=style.MUTED, linewidth=0.8, linestyle="--")
        axis.axvline(20.5, color=style.BAND, linewidth=1, zorder=0)
        shown.log_scale(axis, "y")
        axis.grid(axis="y")
    for axis in axes[-1]:
        axis.set_xlabel("lead step")
    for axis in axes[:, 0]:
        axis.set_ylabel("VRMSE")
    style.legend(figure, list(data["method"]))
    return figure
