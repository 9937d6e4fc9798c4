"""How exactly the inverse transform gives back what the wavelet tokenizer was given."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources

TITLE = "Exactness of the wavelet tokenizer"
CAPTION = (
    "Largest error of the inverse transform of the transform over the largest value, log scale, random fields on the "
    "grid of each dataset, in both precisions; points are seeds. Dashed lines are the bounds of the claim."
)
READS = ("table",)
FORMAT = "csv"

BOUNDS = {"float32": 1e-6, "float64": 1e-13}
MARKERS = {"float32": "o", "float64": "s"}
SMALLEST = 1e-17
"""Where an error of exactly zero stands, which has no logarithm."""


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a seed and precision: hardware, problem, dtype, seed, error."""
    rows = shown.swept(sources, "round_trip_error", "dtype").rename(columns={"value": "error"})
    columns = ["hardware", "problem", "dtype", "seed", "error"]
    return rows[columns].sort_values(columns[:-1])


def draw(data: pd.DataFrame) -> Figure:
    """Draw datasets down and the error across."""
    problems = shown.in_order(data["problem"])
    figure, axis = plt.subplots(figsize=(style.WIDTH, 0.9 + 0.25 * len(problems)))
    for dtype, rows in data.groupby("dtype"):
        colour = shown.CLASS_COLOURS["wave" if dtype == "float32" else "advection"]
        places = [problems.index(name) for name in rows["problem"]]
        errors = np.maximum(rows["error"], SMALLEST)
        axis.plot(errors, places, MARKERS[str(dtype)], color=colour, label=dtype, markersize=4.5)
        axis.axvline(BOUNDS[str(dtype)], color=colour, linestyle="--", linewidth=0.9)
    axis.set(xscale="log", xlabel="relative error", ylim=(len(problems) - 0.5, -0.5))
    axis.set_yticks(range(len(problems)), [style.title(name) for name in problems])
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
    figure.legend(loc="outside upper left", ncols=2)
    return figure
