"""What each variant of the two arms changes: error, worst loss, optimism of its own loss, sum of its coefficients."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from replication.report import panels, style
from replication.report.sources import FigureSources, NoData

TITLE = "Ablations"
CAPTION = (
    "Both arms, all seeds, and below each its variants, mostly of a single seed: a difference smaller than the spread "
    "of the arm's own points means nothing. From the left, all log scale: median relative L2 error on held-out "
    "parameters; largest loss on the full grid over the parameters swept (the published optimiser sweeps a share of "
    "them); that loss over the largest one that the variant saw itself (1: its indicator is right, more: optimistic); "
    "distance of the sum of the coefficients from 1 where the variant's own loss is largest."
)
READS = ("table",)
FORMAT = "csv"
METRICS = {
    "query_error_median": "error",
    "worst_loss": "worst loss",
    "indicator_optimism": "optimism",
    "sum_gap": "|sum - 1|",
}
ARMS = ("gpt_pinn", "s2gpt_pinn")
LABELS = {"published": "published optimiser", "grid": "full grid", "data": "data, not sum", "float32": "float32 points"}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a value at the last number of neurons: hardware, problem, method, seed, metric, value."""
    table = sources.table
    rows = table[(table["condition"] == "") & table["value"].notna() & table["method"].str.split("-").str[0].isin(ARMS)]
    gaps = rows[rows["metric"] == "coefficient_sum"]
    gaps = gaps.assign(metric="sum_gap", value=(gaps["value"] - 1).abs())
    found = pd.concat([rows[rows["metric"].isin(METRICS)], gaps])
    varied = found[found["method"].str.contains("-")]["problem"].unique()
    if not len(varied):
        raise NoData("runs of a variant of gpt_pinn or s2gpt_pinn")
    columns = ["hardware", "problem", "method", "seed", "metric"]
    return found[found["problem"].isin(varied)][[*columns, "value"]].sort_values(columns)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a row of panels for each family and hardware, a panel a metric, a line for each variant."""
    rows = [(title, part, _ordered(part["method"])) for title, part in panels.by_place(data)]
    counts = [len(methods) for *_, methods in rows]
    figure, axes = plt.subplots(
        len(rows), len(METRICS), figsize=(style.WIDTH, 0.3 + sum(0.55 + 0.2 * count for count in counts)),
        squeeze=False, height_ratios=counts, sharey="row",
    )  # fmt: skip
    for line, (title, part, methods) in zip(axes, rows, strict=True):
        for axis, metric in zip(line, METRICS, strict=True):
            values = part[part["metric"] == metric]
            for place, method in enumerate(methods):
                own, look = values[values["method"] == method]["value"], style.look(method.partition("-")[0])
                axis.plot(own, [place] * len(own), look.marker, color=look.colour, alpha=0.8, clip_on=False)
            axis.set(xscale="log", ylim=(len(methods) - 0.5, -0.5))
            _whole_decades(axis, values["value"])
            axis.grid()
        line[0].set_yticks(range(len(methods)), map(_label, methods))
        line[0].set_title(title)
    for axis, name in zip(axes[-1], METRICS.values(), strict=True):
        axis.set_xlabel(name)
    style.legend(figure, [arm for arm in ARMS if data["method"].str.startswith(arm).any()])
    return figure


def _whole_decades(axis: plt.Axes, values: pd.Series) -> None:
    """Let x run over whole decades and name the first and the last, since panels are narrow; at most six lines."""
    exponents = np.log10(values[values > 0])
    low = int(np.floor(exponents.min()))
    high = max(low + 1, int(np.ceil(exponents.max())))
    step = -(-(high - low) // 5)
    high = low + step * -(-(high - low) // step)
    marked = np.arange(low, high + 1, step)
    axis.set_xticks(10.0**marked, [f"$10^{{{low}}}$", *[""] * (len(marked) - 2), f"$10^{{{high}}}$"])
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xlim(10.0**low, 10.0**high)
    first, *_, last = axis.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")


def _ordered(methods: pd.Series) -> list[str]:
    """Return each arm before its variants."""
    return sorted(set(methods), key=lambda method: (ARMS.index(method.partition("-")[0]), method))


def _label(method: str) -> str:
    variant = method.partition("-")[2]
    return LABELS.get(variant, variant.replace("_", " ")) if variant else style.look(method).label
