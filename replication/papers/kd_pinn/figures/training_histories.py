"""Every loss term during training, arm by arm."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.kd_pinn.arms import variant_of
from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData

TITLE = "Training histories"
CAPTION = (
    "Each loss term, named beside its axis, against the optimiser step (Adam, then iterations of L-BFGS), log scale, "
    "of the main arms. Lines are medians over seeds, bands reach from the lowest to the highest seed. The dashed "
    "vertical line marks where Adam hands over to L-BFGS. An arm appears in a panel only if its loss has that term."
)
READS = ("history",)
FORMAT = "csv"

POINTS = 100
"""Steps kept of each line; the finest that is still visible at this width."""


def data(sources: FigureSources) -> pd.DataFrame:
    """Return loss terms of the arms: hardware, problem, method, term, phase, step, median, low, high, seeds."""
    runs = []
    for key, path in sources.histories():
        history = pd.read_csv(path)
        if history.empty or variant_of(key.method):
            continue
        history["step"] += history["phase"].map(_starts(history))
        terms = [name for name in map(str, history) if name.startswith("loss_")]
        long = history.melt(["phase", "step"], terms, var_name="term", value_name="value").dropna(subset="value")
        runs.append(long.assign(hardware=key.hardware, problem=key.problem, method=key.method, seed=key.seed))
    if not runs:
        raise NoData("the history of any finished run")
    rows = pd.concat(runs)
    rows["term"] = rows["term"].str.removeprefix("loss_")
    by = ["hardware", "problem", "method", "term", "phase", "step"]
    spread = rows.groupby(by)["value"].agg(median="median", low="min", high="max", seeds="size").reset_index()
    return pd.concat(_thinned(line) for _, line in spread.groupby(by[:-2]))


def _starts(history: pd.DataFrame) -> dict[str, int]:
    """Return where each phase starts on the common axis, since every phase counts its own steps."""
    lengths = history.groupby("phase", sort=False)["step"].max()
    return dict(zip(lengths.index, [0, *lengths.cumsum()], strict=False))


def _thinned(line: pd.DataFrame) -> pd.DataFrame:
    line = line.sort_values("step")
    return line.iloc[np.unique(np.linspace(0, len(line) - 1, POINTS).round().astype(int))]


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem and loss term, two in a row, a problem starting its own row."""
    places = [
        (title, term, part[part["term"] == term])
        for title, part in by_place(data)
        for term in _padded(list(dict.fromkeys(part.sort_values("method")["term"])))
    ]
    figure, axes = style.grid(len(places), 1.0, 1.45)
    titled = set()
    for axis, (title, term, panel) in zip(axes.flat, places, strict=True):
        if term is None:
            axis.remove()
            continue
        _draw_panel(axis, panel)
        axis.set(xlabel="step", ylabel=term.replace("_", " "))
        if title not in titled:
            axis.set_title(title)
            titled.add(title)
    style.legend(figure, list(data["method"]))
    return figure


def _padded(terms: list[str]) -> list[str | None]:
    return [*terms, None] if len(terms) % 2 else [*terms]


def _draw_panel(axis: plt.Axes, panel: pd.DataFrame) -> None:
    for method in style.ordered(list(panel["method"])):
        line = panel[panel["method"] == method].sort_values("step")
        look = style.look(method)
        axis.fill_between(line["step"], line["low"], line["high"], color=look.colour, alpha=0.18, linewidth=0)
        every = max(1, len(line) // 6)
        axis.plot(line["step"], line["median"], color=look.colour, marker=look.marker, markevery=every)
    adam = panel[panel["phase"] == "adam"]
    if len(adam) < len(panel) and len(adam):
        axis.axvline(adam["step"].max(), color=style.MUTED, linestyle="--", linewidth=0.8)
    axis.set_yscale("log")
    axis.grid(axis="y")
