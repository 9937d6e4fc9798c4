"""Burgers towards small viscosities: where the reduced models fail, and whether their own loss says so."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from replication.papers.s2gpt_pinn.queries import queries_of
from replication.report import panels, style
from replication.report.sources import FigureSources, NoData, condition

TITLE = "Towards sharp fronts"
CAPTION = (
    "Burgers by viscosity, both axes logarithmic, every held-out viscosity and seed. Left: relative L2 error of the "
    "reduced models (markers), of the best approximation in the sparse arm's span (grey line) and of the full PINNs "
    "that are its neurons (circles). Right: the loss at the same answers as the arm sees it, by which it chooses "
    "neurons (hollow), and on the full grid (filled). Left of the dotted line viscosities lie below the range that "
    "neurons are chosen from."
)
READS = ("table", "reference")
FORMAT = "csv"
EQUATION = "burgers"
METHODS = ("gpt_pinn", "s2gpt_pinn")
BY_QUERY = ("query_error", "query_best_approximation", "query_loss", "query_full_loss")


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a value: hardware, problem, method, metric, seed, viscosity, outside, value."""
    asked = {}
    for key, path in sources.references():
        if key.problem.startswith(EQUATION):
            with np.load(path, allow_pickle=False) as published:
                asked[key.problem] = queries_of(published["points"], 1)[0][:, 0]
    table = sources.table
    rows = table[table["problem"].isin(asked) & table["value"].notna() & (table["condition"] != "")]
    parts = [condition(text) for text in rows["condition"]]
    rows = rows.assign(
        query=[part.get("query", "") for part in parts],
        neuron=[part.get("neuron", "") for part in parts],
        outside=["domain" in part for part in parts],
    )
    queries = rows[rows["metric"].isin(BY_QUERY) & (rows["query"] != "") & rows["method"].isin(METHODS)]
    queries = queries.assign(
        viscosity=[asked[problem][int(i)] for problem, i in zip(queries["problem"], queries["query"], strict=True)]
    )
    at = ["hardware", "problem", "seed", "neuron"]
    neurons = rows[rows["metric"] == "neuron_error"].merge(
        rows[rows["metric"] == "neuron_viscosity"][[*at, "value"]].rename(columns={"value": "viscosity"}), on=at
    )
    found = pd.concat([queries, neurons])
    if queries.empty:
        raise NoData("rows of query_loss by viscosity")
    columns = ["hardware", "problem", "method", "metric", "seed", "viscosity", "outside"]
    return found[[*columns, "value"]].sort_values(columns)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a row of two panels for each range of viscosities and hardware."""
    places = panels.by_place(data)
    figure, axes = style.grid(2 * len(places), 0.6, 1.9, columns=2)
    for (title, panel), (errors, losses) in zip(places, axes, strict=True):
        best = panel[(panel["metric"] == "query_best_approximation") & (panel["method"] == "s2gpt_pinn")]
        for _, line in best.groupby("seed"):
            errors.plot(line["viscosity"], line["value"], color=style.MUTED, linewidth=0.9)
        neurons = panel[panel["metric"] == "neuron_error"]
        errors.plot(neurons["viscosity"], neurons["value"], "o", color=style.look("pinn").colour, markersize=3)
        for method in METHODS:
            own, look = panel[panel["method"] == method], style.look(method)
            for axis, metric, hollow in (
                (errors, "query_error", False), (losses, "query_loss", True), (losses, "query_full_loss", False)
            ):  # fmt: skip
                chosen = own[own["metric"] == metric]
                face = "none" if hollow else look.colour
                axis.plot(
                    chosen["viscosity"], chosen["value"], look.marker, color=look.colour, markerfacecolor=face,
                    markersize=4, alpha=0.8,
                )  # fmt: skip
        asked = panel[panel["metric"] == "query_error"]
        beyond, within = (asked[asked["outside"] == outside]["viscosity"] for outside in (True, False))
        for axis in (errors, losses):
            if len(beyond) and len(within):
                axis.axvline(np.sqrt(beyond.max() * within.min()), color=style.MUTED, linestyle=":", linewidth=0.9)
            axis.set(xscale="log", yscale="log", xlabel="viscosity", title=title)
            axis.grid(axis="y")
        errors.set_ylabel("relative L2 error")
        losses.set_ylabel("loss at the answer")
    style.legend(figure, [method for method in ("pinn", *METHODS) if method in set(data["method"])])
    return figure
