"""Errors in time on the problem with two time scales."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData

TITLE = "A stiff problem"
CAPTION = (
    "Reaction and diffusion on two time scales: root-mean-square error over space of the fast activator u and the "
    "slow inhibitor v against time, log scale. Lines are medians over seeds, bands reach from the best to the worst "
    "seed. The dotted line marks the fast time scale's end, ten times the default ε of 0.05. "
    "At t = 0, where the initial condition is given, the method of lines lies below the panels."
)
READS = ("prediction", "reference")
FORMAT = "csv"

PROBLEM = "stiff_reaction_diffusion"
FIELDS = {"u": "u, fast", "v": "v, slow"}
TRANSIENT = 0.5


def data(sources: FigureSources) -> pd.DataFrame:
    """Return errors over seeds: hardware, problem, method, field, t, median, low, high, seeds."""
    references = [path for key, path in sources.references() if key.problem == PROBLEM]
    rows = []
    for path in references:
        with np.load(path, allow_pickle=False) as reference:
            exact, times = {name: reference[name] for name in FIELDS}, reference["axis_t"]
        for key, run in sources.predictions():
            if key.problem != PROBLEM:
                continue
            with np.load(run, allow_pickle=False) as arrays:
                for name in arrays.files:
                    error = (arrays[name] - exact[name]).reshape(-1, len(times))
                    frame = pd.DataFrame({"t": times, "error": np.sqrt(np.mean(error**2, axis=0))})
                    rows.append(frame.assign(hardware=key.hardware, method=key.method, field=name, seed=key.seed))
    if not rows:
        raise NoData(f"finished runs on {PROBLEM}")
    by = ["hardware", "method", "field", "t"]
    spread = pd.concat(rows).groupby(by)["error"].agg(median="median", low="min", high="max", seeds="size")
    return spread.reset_index().assign(problem=PROBLEM)


def draw(data: pd.DataFrame) -> Figure:
    """Draw one panel for each field, a row of them for each hardware."""
    rows = by_place(data)
    figure, axes = style.grid(len(FIELDS) * len(rows), 0.5, 2.5)
    smallest, largest = data.loc[data["t"] > 0, "low"].min(), data["high"].max()
    panels = [(title, name, row[row["field"] == name]) for title, row in rows for name in FIELDS]
    for axis, (title, name, panel) in zip(axes.flat, panels, strict=True):
        axis.set_title(f"{FIELDS[name]}{title.removeprefix(style.title(PROBLEM))}")
        for method in style.ordered(list(panel["method"])):
            look, line = style.look(method), panel[panel["method"] == method]
            axis.fill_between(line["t"], line["low"], line["high"], color=look.colour, alpha=0.18, linewidth=0)
            axis.plot(
                line["t"], line["median"], color=look.colour, marker=look.marker, markevery=max(1, len(line) // 6)
            )
        axis.axvline(TRANSIENT, color=style.MUTED, linestyle=":", linewidth=0.9)
        axis.set(yscale="log", xlabel="t")
        axis.set_ylim(smallest / 2, 2 * largest)
        axis.locator_params(axis="x", nbins=4)
        axis.grid(axis="y")
    for axis in axes[:, 0]:
        axis.set_ylabel("root-mean-square error")
    style.legend(figure, list(data["method"]))
    return figure
