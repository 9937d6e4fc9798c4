"""Total cost against the number of queries: meta-networks, full PINNs, a classical solver, POD-Galerkin."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from replication.report import panels, style
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
    """Return one row a way to answer: hardware, problem, way, offline and per query, in seconds."""
    table = sources.table
    found = []
    for place, rows in table[table["value"].notna()].groupby(["hardware", "problem"]):

        def mean(method: str, metric: str, condition: str = "", rows: pd.DataFrame = rows) -> float:
            chosen = rows[(rows["method"] == method) & (rows["metric"] == metric) & (rows["condition"] == condition)]
            return float(chosen["value"].mean())

        for method in ARMS:
            answer = mean(method, "query_latency", "optimiser=gauss_newton")
            found.append((*place, method, mean(method, "offline_cpu"), answer))
        found.append((*place, "pinn", 0.0, mean("pinn", "neuron_train_cpu")))
        found.append((*place, "classical", 0.0, mean("s2gpt_pinn", "matched_latency", "against=classical")))
        reduced = mean("pod_galerkin", "offline_cpu"), mean("pod_galerkin", "query_latency", "timed=in_run")
        found.append((*place, "pod_galerkin", *reduced))
    frame = pd.DataFrame(found, columns=["hardware", "problem", "way", "offline_s", "query_s"]).dropna()
    if frame.empty:
        raise NoData("rows of offline_cpu and query_latency")
    return frame


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family and hardware."""
    places = panels.by_place(data)
    figure, axes = style.grid(len(places), 0.9, 1.9, columns=min(2, len(places)))
    queries = np.logspace(0, 6, 61)
    for axis, (title, panel) in zip(axes.flat, places, strict=False):
        for way, offline, query in zip(panel["way"], panel["offline_s"], panel["query_s"], strict=True):
            line = "--" if way == "s2gpt_pinn" else "-"
            axis.plot(queries, offline + queries * query, line, color=style.look(way).colour)
        axis.set(xscale="log", yscale="log", xlabel="queries", title=title)
        axis.grid()
    for axis in axes[:, 0]:
        axis.set_ylabel("seconds in total")
    style.legend(figure, list(data["way"].unique()))
    return figure
