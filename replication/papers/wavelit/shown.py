"""What WaveLiT's figures have in common: rows of the table by dataset, and panels by dataset."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TYPE_CHECKING, Literal

import pandas as pd

from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions
from replication.well.catalogue import DATASETS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OWN, JOINT, DATA = "wavelit", "wavelit_joint", "data"
"""The dataset's own model, the model of all datasets, and what stands for the dataset itself."""

WINDOWS = {"vrmse_one_step": "one step", "vrmse_1_20": "steps 1 to 20", "vrmse_21_60": "steps 21 to 60"}
TRAINED = ("fno", "unet", "convnext_unet", "vit", "plain_cnn")
"""The networks trained beside WaveLiT with which its claims compare it, registered before the runs."""

CLASSES = {"wave": "waves", "other": "neither", "advection": "advection"}
"""The catalogue's kinds of dynamics, in the order in which the claims rank them."""
CLASS_COLOURS = {"wave": "#0072b2", "other": "#77736a", "advection": "#d55e00"}

RUN = ["hardware", "problem", "method"]


def finished(table: pd.DataFrame, *metrics: str) -> pd.DataFrame:
    """Return the headline rows of `metrics` that have a value. Raises NoData, naming the metrics, if there are none."""
    rows = table[table["metric"].isin(metrics) & (table["condition"] == "")].dropna(subset="value")
    return _some(rows, f"headline rows of {', '.join(metrics)}")


def swept(sources: FigureSources, metric: str, *names: str) -> pd.DataFrame:
    """Return the rows of a metric whose condition names exactly `names`, each in a column (as text)."""
    table = sources.table
    rows = with_conditions(table[table["metric"] == metric], *names).dropna(subset="value")
    return _some(rows, f"rows of {metric} by {', '.join(names)}")


def spread(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return median, low, high and the number of seeds of `value` for each group."""
    found = rows.groupby(list(by), sort=False)["value"].agg(median="median", low="min", high="max", seeds="size")
    return found.reset_index()


def ratios(rows: pd.DataFrame, reference: str | Sequence[str]) -> pd.DataFrame:
    """Return `ratio`, the value of each run over that of `reference` at the same seed.

    Of several references the lowest value at that seed counts. Raises NoData if no pair is there.
    """
    pair = ["hardware", "problem", "seed", "metric"]
    below = rows[rows["method"].isin([reference] if isinstance(reference, str) else list(reference))]
    lowest = below.groupby(pair)["value"].min().rename("below").reset_index()
    paired = rows.merge(lowest, on=pair)
    name = reference if isinstance(reference, str) else " or ".join(reference)
    return _some(paired.assign(ratio=paired["value"] / paired["below"]), f"runs beside {name} at the same seed")


def _some(rows: pd.DataFrame, what: str) -> pd.DataFrame:
    if rows.empty:
        raise NoData(what)
    return rows


def without_variants(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of methods themselves, not of their variants."""
    return rows[~rows["method"].str.contains("-")]


def kind(problem: str) -> str:
    """Return the class of a dataset's dynamics."""
    return DATASETS[problem].kind if problem in DATASETS else "other"


def in_order(problems: Iterable[str]) -> list[str]:
    """Return datasets by class, then by name as the catalogue has them."""
    known = {name: place for place, name in enumerate(DATASETS)}
    return sorted(set(problems), key=lambda name: (list(CLASSES).index(kind(name)), known.get(name, len(known)), name))


def panels(data: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return (title, rows) for each dataset and hardware, datasets in order."""
    return by_place(data, in_order(data["problem"]))


def places(data: pd.DataFrame, column: str, order: Iterable[str]) -> list[tuple[str, str, pd.DataFrame]]:
    """Return (hardware, value of `column`, rows) for each pair that has rows, values in the given order."""
    found = {place: rows for place, rows in data.groupby(["hardware", column])}
    return [(*place, found[place]) for place in product(sorted(set(data["hardware"])), order) if place in found]


def stacked(parts: Sequence[pd.DataFrame], inches: float, margin: float) -> tuple["Figure", list["Axes"]]:
    """Return a figure with a panel for each part, one above the other, as high as the part has datasets.

    A dataset takes so many `inches`, title and axis of a panel as much as `margin` datasets.
    """
    import matplotlib.pyplot as plt

    lines = [margin + part["problem"].nunique() for part in parts]
    size = style.WIDTH, 1.0 + inches * sum(lines)
    figure, axes = plt.subplots(len(parts), 1, figsize=size, squeeze=False, height_ratios=lines)
    return figure, list(axes[:, 0])


def class_legend(figure: "Figure", axis: "Axes", kinds: Iterable[str]) -> None:
    """Name the colours of the classes that are there, above the figure."""
    for name in (name for name in CLASSES if name in set(kinds)):
        axis.plot([], [], "o", color=CLASS_COLOURS[name], label=CLASSES[name])
    figure.legend(loc="outside upper left", ncols=3)


def log_scale(axis: "Axes", which: Literal["x", "y"]) -> None:
    """Make an axis logarithmic, with plain numbers where it spans little, else with powers of ten alone."""
    axis.set(**{f"{which}scale": "log"})
    style.label_short_log_axis(axis, which)
