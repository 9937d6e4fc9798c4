"""Total cost against the number of queries: meta-networks, full PINNs, a classical solver, POD-Galerkin."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from replication.report import style
from replication.report.sources import FigureSources, NoData

TITLE = "Total cost against queries"
CAPTION = (
    "Seconds of one core for offline phase and queries together, both axes logarithmic, means over seeds. Full PINN: "
    "one training a query, at the mean cost of the neurons. Classical: a solver with the median error of S²GPT-PINN, "
    "timed in turn with it. POD-Galerkin: snapshots of a classical solver at all training parameters, timed in its own "
    "run; its error is another one, see the figure of errors against time."
)
READS = ("table",)
FORMAT = "csv"
ARMS = ("gpt_pinn", "s2gpt_pinn")


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a way to answer: problem, way, offline and per query, in seconds."""
    table = sources.table
    found = []
    for problem, rows in table[table["value"].notna()].groupby("problem"):

        def mean(method: str, metric: str, condition: str = "", rows: pd.DataFrame = rows) -> float:
            chosen = rows[(rows["method"] == method) & (rows["metric"] == metric) & (rows["condition"] == condition)]
            return float(chosen["value"].mean())

        for method in ARMS:
            answer = mean(method, "query_latency", "optimiser=gauss_newton")
            found.append((problem, method, mean(method, "offline_cpu"), answer))
        found.append((problem, "pinn", 0.0, mean("pinn", "neuron_train_cpu")))
        found.append((problem, "classical", 0.0, mean("s2gpt_pinn", "matched_latency", "against=classical")))
        reduced = mean("pod_galerkin", "offline_cpu"), mean("pod_galerkin", "query_latency", "timed=in_run")
        found.append((problem, "pod_galerkin", *reduced))
    frame = pd.DataFrame(found, columns=["problem", "way", "offline_s", "query_s"]).dropna()
    if frame.empty:
        raise NoData("rows of offline_cpu and query_latency")
    return frame


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family."""
    problems = list(data["problem"].unique())
    figure, axes = style.grid(len(problems), 0.9, 1.9, columns=min(2, len(problems)))
    queries = np.logspace(0, 6, 61)
    for axis, problem in zip(axes.flat, problems, strict=False):
        for way in data[data["problem"] == problem].itertuples():
            look = style.look(str(way.way))
            line = "--" if way.way == "s2gpt_pinn" else "-"
            axis.plot(queries, way.offline_s + queries * way.query_s, line, color=look.colour)
        axis.set(xscale="log", yscale="log", xlabel="queries", title=style.title(problem))
        axis.grid()
    for axis in axes[:, 0]:
        axis.set_ylabel("seconds in total")
    style.legend(figure, list(data["way"].unique()))
    return figure
