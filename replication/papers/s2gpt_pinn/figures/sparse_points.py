"""Where the sparse set's points lie."""

import pandas as pd
from matplotlib.figure import Figure

from replication.report import style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Points of the sparse set"
CAPTION = (
    "All points that S²GPT-PINN's loss is taken at, every seed: crosses are interpolation points (largest remainder of "
    "a new neuron), stars residual points (largest remainder of a residual). The axes are the equation's coordinates."
)
READS = ("table",)
FORMAT = "csv"
MARKERS = {"interpolation": ("x", style.INK), "residual": ("*", "#d55e00")}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a point: problem, seed, kind, n, first, second, and the names of the two coordinates."""
    table = sources.table
    chosen = table[table["metric"].str.startswith("point_") & (table["method"] == "s2gpt_pinn")]
    rows = with_conditions(chosen, "kind", "n")
    if rows.empty:
        raise NoData("rows of sparse points")
    rows = rows.assign(n=rows["n"].astype(int), coordinate=rows["metric"].str.removeprefix("point_"))
    keys = ["hardware", "problem", "seed", "kind", "n"]
    points = []
    for key, point in rows.groupby(keys):
        names = sorted(point["coordinate"], key=lambda name: "xyt".index(name))
        values = point.set_index("coordinate")["value"]
        coordinates = {"first_name": names[0], "second_name": names[1]}
        points.append(
            dict(zip(keys, key, strict=True)) | {"first": values[names[0]], "second": values[names[1]]} | coordinates
        )
    return pd.DataFrame(points).sort_values(keys)


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each family."""
    problems = list(data["problem"].unique())
    figure, axes = style.grid(len(problems), 0.4, 2.1, columns=min(2, len(problems)))
    for axis, problem in zip(axes.flat, problems, strict=False):
        panel = data[data["problem"] == problem]
        for kind, (marker, colour) in MARKERS.items():
            own = panel[panel["kind"] == kind]
            axis.plot(own["second"], own["first"], marker, color=colour, label=f"{kind} points", linestyle="none")
        axis.set(xlabel=panel["second_name"].iloc[0], ylabel=panel["first_name"].iloc[0], title=style.title(problem))
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2)
    return figure
