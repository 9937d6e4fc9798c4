"""The student's error against the weight of the distillation term."""

import pandas as pd
from matplotlib.figure import Figure

from replication.papers.kd_pinn.arms import DISTILLED, SCRATCH, base_method, variant_of
from replication.papers.kd_pinn.variants import MAIN_WEIGHT, weight_of
from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData

TITLE = "Weight of the distillation term"
CAPTION = (
    "RMSE of the student divided by that of its teacher, same seed, against the weight of the distillation term (the "
    "main arm's is 1); log scale. Lines join the arms of a seed, markers are medians over seeds, of those seeds at "
    "which weights other than 0 and 1 were run. Below the dashed line the student is better than its teacher."
)
READS = ("table",)
FORMAT = "csv"

MAIN = {SCRATCH: 0.0, DISTILLED: MAIN_WEIGHT}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a run: hardware, problem, method, weight, seed, ratio."""
    table = sources.table
    errors = table[(table["metric"] == "rmse") & (table["condition"] == "")].dropna(subset="value")
    weights = {name: weight for name in set(errors["method"]) if (weight := _weight(name)) is not None}
    if len(weights) <= len(MAIN):
        raise NoData("runs of variants such as kd_student-w10")
    by = ["hardware", "problem", "seed"]
    teachers = errors[errors["method"] == "teacher"].set_index(by)["value"].rename("teacher")
    students = errors[errors["method"].isin(weights)].join(teachers, on=by, how="inner")
    rows = students.assign(weight=students["method"].map(weights), ratio=students["value"] / students["teacher"])
    swept = rows.groupby(by)["weight"].transform(lambda weights: (~weights.isin(MAIN.values())).any())
    return rows[swept][["hardware", "problem", "method", "weight", "seed", "ratio"]].sort_values(
        ["hardware", "problem", "weight", "seed"]
    )


def _weight(method: str) -> float | None:
    swept = weight_of(variant_of(method)) if base_method(method) == DISTILLED else None
    return MAIN.get(method) if swept is None else swept


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem and hardware, two in a row."""
    panels = by_place(data)
    figure, axes = style.grid(len(panels), 0.9, 1.9)
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        grid = panel.pivot(index="weight", columns="seed", values="ratio").sort_index()
        places = range(len(grid))
        for seed in grid:
            axis.plot(places, grid[seed], color=style.MUTED, marker=".", markersize=4, linewidth=0.8, alpha=0.6)
        methods = panel.drop_duplicates("weight").set_index("weight")["method"]
        for place, weight in enumerate(grid.index):
            look = style.look(str(methods[weight]).partition("-")[0])
            axis.plot(place, grid.loc[weight].median(), look.marker, color=look.colour)
        axis.axhline(1, color=style.MUTED, linestyle="--", linewidth=0.8)
        axis.set_xticks(places, [f"{weight:g}" for weight in grid.index])
        axis.set(yscale="log", xlabel="weight $w_{KD}$")
        style.label_short_log_axis(axis, "y")
        axis.grid(axis="y")
    for axis in axes[:, 0]:
        axis.set_ylabel("RMSE / teacher's RMSE")
    style.legend(figure, list(MAIN))
    return figure
