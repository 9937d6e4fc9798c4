"""Where small networks stand below the machine's ceilings, and the speed-up that follows."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Roofline"
CAPTION = (
    "Left: operations per second that teacher and student reach at the largest batch timed with one thread, against "
    "their operations per byte, below the machine's ceilings (grey: measured bandwidth and peak, one thread). Every "
    "runtime is put at the traffic without fusion, which is that of eager PyTorch; where full fusion would put it is "
    "marked on the axis. A point far below the grey line is bound by neither ceiling: what it costs to evaluate the "
    "activation is no operation here. Right: measured speed-up of the student against points per call, one thread; "
    "dashed, what the ceilings predict fused and unfused. Markers stand for runtimes, colours for networks. Medians "
    "over seeds."
)
READS = ("table",)
FORMAT = "csv"

NONE = "none"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return medians over seeds: hardware, problem, method, runtime, batch, quantity, value.

    Quantities: `peak` and `bandwidth` of the machine; `fused` and `unfused` intensity and predicted speed-up
    (`predicted_fused`, `predicted_unfused`); `attained` operations per second and `speedup` by runtime and batch.
    """
    table = sources.table.dropna(subset="value")
    machine = table[table["metric"].isin(["peak_flops", "bandwidth"])]
    if machine.empty:
        raise NoData("rows of peak_flops and bandwidth")
    placed = machine.assign(quantity=machine["metric"].replace("peak_flops", "peak"))
    intensities = with_conditions(table[table["metric"] == "arithmetic_intensity"], "fusion")
    predicted = with_conditions(table[table["metric"] == "predicted_speedup"], "fusion")
    timed = table[table["metric"].isin(["latency", "speedup"])]
    timed = with_conditions(timed, "batch", "threads", "runtime").astype({"batch": int})
    timed = timed[(timed["threads"] == "1") & timed["problem"].isin(machine["problem"])]
    speedups = timed[timed["metric"] == "speedup"]
    by = ["hardware", "problem", "method", "seed"]
    operations = table[table["metric"] == "flops_per_point"].set_index(by)["value"].rename("flops")
    attained = timed[timed["metric"] == "latency"].join(operations, on=by)
    attained = attained.assign(value=attained["flops"] * attained["batch"] / attained["value"])
    rows = pd.concat(
        [
            placed,
            intensities.assign(quantity=intensities["fusion"]),
            predicted.assign(quantity="predicted_" + predicted["fusion"]),
            speedups.assign(quantity="speedup"),
            attained.assign(quantity="attained"),
        ]
    )
    rows[["runtime", "batch"]] = rows[["runtime", "batch"]].fillna({"runtime": NONE, "batch": 0})
    by = ["hardware", "problem", "method", "runtime", "batch", "quantity"]
    return rows.groupby(by)["value"].median().reset_index().astype({"batch": int})


def draw(data: pd.DataFrame) -> Figure:
    """Draw a row for each problem and hardware."""
    lines = by_place(data)
    figure, axes = plt.subplots(len(lines), 2, figsize=(style.WIDTH, 1.0 + 2.2 * len(lines)), squeeze=False)
    for (left, right), (title, line) in zip(axes, lines, strict=True):
        left.set_title(title)
        _draw_ceilings(left, line)
        _draw_speedups(right, line)
    style.legend(figure, list(data["method"]), markers=False)
    style.runtime_legend(figure, data["runtime"])
    return figure


def _value(line: pd.DataFrame, quantity: str) -> float:
    return float(line.loc[line["quantity"] == quantity, "value"].median())


def _draw_ceilings(axis: plt.Axes, line: pd.DataFrame) -> None:
    peak, bandwidth = _value(line, "peak"), _value(line, "bandwidth")
    intensity = np.geomspace(0.3, 3000, 200)
    axis.plot(intensity, np.minimum(peak, bandwidth * intensity) / 1e9, color=style.BAND, linewidth=3)
    for method in style.ordered(list(line["method"])):
        own, look = line[line["method"] == method], style.look(method)
        attained = own[own["quantity"] == "attained"]
        for _, point in attained[attained["batch"] == attained["batch"].max()].iterrows():
            marker = style.RUNTIME_MARKERS[point["runtime"]]
            axis.plot(_value(own, "unfused"), point["value"] / 1e9, marker, color=look.colour)
        axis.plot(_value(own, "fused"), 0, "|", color=look.colour, transform=axis.get_xaxis_transform(), markersize=14)
    axis.set(xscale="log", yscale="log", xlabel="operations per byte", ylabel="10⁹ operations per second")
    axis.grid(axis="both")


def _draw_speedups(axis: plt.Axes, line: pd.DataFrame) -> None:
    measured = line[line["quantity"] == "speedup"]
    for (method, runtime), curve in measured.groupby(["method", "runtime"]):
        marker = style.RUNTIME_MARKERS[str(runtime)]
        axis.plot(curve["batch"], curve["value"], color=style.look(str(method)).colour, marker=marker)
    predicted = {fusion: _value(line, f"predicted_{fusion}") for fusion in ("fused", "unfused")}
    for fusion, level in predicted.items():
        axis.axhline(level, color=style.MUTED, linestyle="--", linewidth=0.9)
        axis.annotate(
            fusion,
            (0.02, level),
            xycoords=axis.get_yaxis_transform(),
            xytext=(0, 2),
            textcoords="offset points",
            fontsize=8,
        )
    axis.set(xscale="log", xlabel="points per call", ylabel="speed-up")
    axis.set_ylim(0, 1.2 * max(*predicted.values(), measured["value"].max()))
    axis.grid(axis="y")
