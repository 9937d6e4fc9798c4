"""What the offline phase consists of."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.numbers import number
from replication.report import panels, style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Offline cost"
CAPTION = (
    "CPU seconds of the offline phase by part, stacked, the mean over seeds: training the full PINNs (counted in both "
    "arms although they share them), evaluating them on the grid, sweeping all parameters, choosing points. Beside "
    "each bar its sweeps, in brackets those timed again, alone on the machine with the neurons there. Both arms with "
    "Gauss-Newton."
)
READS = ("table",)
FORMAT = "csv"
PARTS = {"pinn": "full PINNs", "precompute": "evaluation", "sweep": "sweeps", "selection": "choice of points"}
COLOURS = (style.MUTED, "#56b4e9", "#d55e00", "#009e73")
ALONE = "sweeps, alone"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a part: hardware, problem, method, part, mean CPU seconds."""
    table = sources.table
    rows = with_conditions(table[(table["metric"] == "offline_cpu") & table["value"].notna()], "part")
    if rows.empty:
        raise NoData("rows of offline_cpu")
    again = table[(table["metric"] == "sweep_cpu") & table["value"].notna()]
    rows = pd.concat([rows.replace({"part": PARTS}), again.assign(part=ALONE)])
    means = rows.groupby(["hardware", "problem", "method", "part"])["value"].mean()
    return means.rename("cpu_s").reset_index()


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family and hardware, a bar for each arm."""
    places = panels.by_place(data)
    figure, axes = plt.subplots(len(places), 1, figsize=(style.WIDTH, 0.6 + 0.95 * len(places)), squeeze=False)
    for axis, (title, panel) in zip(axes[:, 0], places, strict=True):
        seconds = panel.pivot(index="method", columns="part", values="cpu_s")
        parts = seconds.reindex(columns=list(PARTS.values())).fillna(0.0)
        ends = parts.cumsum(axis=1)
        for part, colour in zip(parts, COLOURS, strict=True):
            axis.barh(
                range(len(parts)), parts[part], left=ends[part] - parts[part], color=colour, label=part, linewidth=0
            )
        for place, method in enumerate(parts.index):
            alone = f" ({number(seconds.loc[method, ALONE], 's', digits=2)})" if ALONE in seconds else ""
            text = f"sweeps {number(parts.loc[method, PARTS['sweep']], 's', digits=2)}{alone}"
            axis.annotate(text, (ends.loc[method].iloc[-1], place), (4, 0), textcoords="offset points", va="center")
        axis.set_yticks(range(len(parts)), [style.look(method).label for method in parts.index])
        axis.set(xlim=(0, 1.8 * ends.to_numpy().max()), title=title)
        axis.invert_yaxis()
    axes[-1, 0].set_xlabel("CPU seconds")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper left", ncols=4, columnspacing=1.0)
    return figure
