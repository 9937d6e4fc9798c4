"""What accuracy costs: error of every method against the CPU time that led to it."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from replication.baselines.declaration import baselines
from replication.papers.kd_pinn.arms import METHODS, TEACHER
from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData

TITLE = "Error against cost"
CAPTION = (
    "Relative L2 error against CPU seconds of training, or of solving for methods without training, both log scales; "
    "compiling a training's step is not counted (it stands in the table of costs). "
    "A small marker is one seed, a large one the geometric mean over seeds. A distilled student costs what it and its "
    "teacher cost together, and so does any method that reads another's run. The line is the Pareto front of the "
    "means: no method is both cheaper and more accurate."
)
READS = ("table",)
FORMAT = "csv"

KEY = ["hardware", "problem", "method", "seed"]


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a finished run of a method, variants apart: hardware, problem, method, seed, cost, error."""
    table = sources.table
    rows = table[(table["condition"] == "") & ~table["method"].str.contains("-") & table["value"].notna()]
    runs = rows.pivot_table(index=KEY, columns="metric", values="value")
    if not {"relative_l2", "train_cpu"} <= set(runs):
        raise NoData("finished runs with relative_l2 and train_cpu")
    runs = runs.reset_index().rename(columns={"relative_l2": "error", "train_cpu": "cost"})
    own = runs.set_index(KEY)["cost"]
    for method, others in _needs().items():
        reads = runs["method"] == method
        for other in others:
            read = pd.MultiIndex.from_frame(runs[reads].assign(method=other)[KEY])
            runs.loc[reads, "cost"] += own.reindex(read).to_numpy()
    return runs[[*KEY, "cost", "error"]].dropna().sort_values(KEY)


def _needs() -> dict[str, list[str]]:
    """Return by method the methods whose runs it reads."""
    declared = {name: baseline.header.needs for name, baseline in baselines().items()}
    return declared | {name: [TEACHER] for name, arm in METHODS.items() if arm.DISTILLATION}


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem and hardware, two in a row."""
    panels = by_place(data)
    figure, axes = style.grid(len(panels), 1.0, 2.3, columns=min(2, len(panels)))
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        logs = panel[["method"]].join(panel[["cost", "error"]].map(np.log))
        means = logs.groupby("method").mean().map(np.exp)
        for method in style.ordered(list(means.index)):
            look, own = style.look(method), panel[panel["method"] == method]
            axis.plot(own["cost"], own["error"], look.marker, color=look.colour, markersize=3, alpha=0.5)
            axis.plot(*means.loc[method], look.marker, color=look.colour, markersize=7)
        front = pareto_front(means)
        axis.plot(front["cost"], front["error"], color=style.MUTED, linewidth=0.8, drawstyle="steps-post", zorder=1)
        axis.set(xscale="log", yscale="log", xlabel="CPU seconds")
        axis.set(xlim=decades(panel["cost"]), ylim=decades(panel["error"]))
        axis.xaxis.set_minor_formatter(NullFormatter())  # within one decade they would overprint
        axis.grid(axis="both")
    for axis in axes[:, 0]:
        axis.set_ylabel("relative L2 error")
    style.legend(figure, list(data["method"]))
    return figure


def decades(values: pd.Series) -> tuple[float, float]:
    """Return the powers of ten around values, with room for markers."""
    return 10 ** np.floor(np.log10(values.min() / 1.3)), 10 ** np.ceil(np.log10(values.max() * 1.3))


def pareto_front(means: pd.DataFrame) -> pd.DataFrame:
    """Return the rows (cost, error) that none of the cheaper ones beats, the cheapest first."""
    ordered = means.sort_values(["cost", "error"])
    return ordered[ordered["error"] < ordered["error"].cummin().shift(fill_value=np.inf)]
