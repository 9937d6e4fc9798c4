"""Error of an answer against the time it takes: meta-networks, comparison methods, a classical solver by resolution."""

import pandas as pd
from matplotlib.figure import Figure

from replication.report import panels, style
from replication.report.sources import FigureSources, NoData

TITLE = "Error against the time of an answer"
CAPTION = (
    "Median relative L2 error over the held-out parameters against the seconds of one answer, offline phases not "
    "counted, both axes logarithmic, median over seeds. The line is a classical solver by resolution, ending where it "
    "is as accurate as the better of the two meta-networks; lower left is better. Meta-networks and that solver are "
    "timed in turn, the others in their own runs; a full PINN is the mean neuron at its own parameters."
)
READS = ("table",)
FORMAT = "csv"
LADDER = "resolution="
ANSWER = ["hardware", "problem", "method", "resolution"]


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a method or resolution: hardware, problem, method, resolution (0 if none), query_s, error."""
    rows = sources.table[sources.table["value"].notna()]
    seconds = rows[rows["metric"].eq("query_latency") & ~rows["condition"].str.contains("published")]
    errors = rows[rows["metric"].eq("query_error_median")]
    full = rows[rows["method"].eq("pinn")]
    found = pd.concat([_by_answer(seconds, "query_s"), _by_answer(errors, "error")], axis=1)
    neurons = [
        full[full["metric"].eq(metric) & full["condition"].eq("")]
        .assign(resolution=0)
        .groupby(ANSWER)["value"]
        .median()
        .rename(name)
        for metric, name in (("neuron_train_cpu", "query_s"), ("neuron_error_median", "error"))
    ]
    frame = pd.concat([found, pd.concat(neurons, axis=1)]).dropna().reset_index()
    if frame.empty:
        raise NoData("rows of query_latency and query_error_median")
    return frame.sort_values(ANSWER)


def _by_answer(rows: pd.DataFrame, name: str) -> pd.Series:
    resolution = rows["condition"].where(rows["condition"].str.startswith(LADDER), LADDER + "0")
    numbers = resolution.str.removeprefix(LADDER).astype(int)
    return rows.assign(resolution=numbers).groupby(ANSWER)["value"].median().rename(name)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family and hardware: a point a method, a line for the solver."""
    places = panels.by_place(data)
    figure, axes = style.grid(len(places), 0.9, 1.9, columns=min(2, len(places)))
    for axis, (title, panel) in zip(axes.flat, places, strict=False):
        for method, own in panel.groupby("method", sort=False):
            look = style.look(str(method))
            axis.plot(own["query_s"], own["error"], "-", color=look.colour, marker=look.marker)
        axis.set(xscale="log", yscale="log", xlabel="seconds an answer", title=title)
        axis.grid()
    for axis in axes[:, 0]:
        axis.set_ylabel("relative L2 error")
    style.legend(figure, style.ordered(list(data["method"].unique())))
    return figure
