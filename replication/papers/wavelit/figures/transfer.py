"""Where the joint model is as good as the dataset's own."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.colors import CenteredNorm
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources, NoData

TITLE = "Transfer: the joint model against each dataset's own"
CAPTION = (
    "VRMSE of the joint model divided by that of the dataset's own model, by window: median over training seeds, "
    "paired by seed. Below 1 the joint model is better. Windows of several steps rest on one rollout a test "
    "trajectory, in mini sets a tenth of all trajectories and at least one (two of 24). Colour is the logarithm of the "
    "ratio, white at 1. Rows stand in the order that was registered before the runs, best transfer expected first; "
    "lines part its three groups."
)
READS = ("table",)
FORMAT = "csv"

REGISTERED = (
    ("helmholtz_staircase", "acoustic_scattering_maze", "gray_scott_reaction_diffusion"),
    ("active_matter", "viscoelastic_instability"),
    ("rayleigh_benard", "shear_flow", "turbulent_radiative_layer_2D"),
)
"""The order of claim W7."""
LUMINANCE = (0.299, 0.587, 0.114)


def data(sources: FigureSources) -> pd.DataFrame:
    """Return ratios over seeds: hardware, problem, metric, median, low, high, seeds."""
    rows = shown.finished(sources.table, *shown.WINDOWS)
    paired = shown.ratios(rows[rows["method"].isin([shown.JOINT, shown.OWN])], shown.OWN)
    joint = paired[paired["method"] == shown.JOINT]
    if joint.empty:
        raise NoData("runs of wavelit_joint beside wavelit at the same seed")
    return shown.spread(joint.assign(value=joint["ratio"]), ["hardware", "problem", "metric"])


def draw(data: pd.DataFrame) -> Figure:
    """Draw one map for each hardware: datasets down, windows across."""
    targets = sorted(set(data["hardware"]))
    expected = [name for group in REGISTERED for name in group]
    names = [name for name in (*expected, *shown.in_order(data["problem"])) if name in set(data["problem"])]
    problems = list(dict.fromkeys(names))
    windows = [metric for metric in shown.WINDOWS if metric in set(data["metric"])]
    height = len(targets) * (0.75 + 0.3 * len(problems))
    figure, axes = plt.subplots(len(targets), 1, figsize=(style.WIDTH, height), squeeze=False)
    reach = max(np.log(1.25), float(np.abs(np.log(data["median"])).max()))
    for axis, hardware in zip(axes[:, 0], targets, strict=True):
        rows = data[data["hardware"] == hardware]
        grid = rows.pivot(index="problem", columns="metric", values="median").reindex(index=problems, columns=windows)
        axis.set_title(f"Joint / own, {hardware}")
        _draw_map(axis, grid, reach)
    return figure


def _draw_map(axis: plt.Axes, grid: pd.DataFrame, reach: float) -> None:
    values = np.log(grid.to_numpy())
    image = axis.imshow(values, cmap="PuOr_r", norm=CenteredNorm(0, reach), aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value):
            continue
        ink = "white" if np.dot(image.to_rgba(value)[:3], LUMINANCE) < 0.45 else style.INK
        axis.text(column, row, f"{np.exp(value):.2f}", ha="center", va="center", color=ink)
    for above, below in zip(grid.index[:-1], grid.index[1:], strict=True):
        if _group(above) != _group(below):
            axis.axhline(list(grid.index).index(below) - 0.5, color=style.INK, linewidth=1.2)
    axis.set_xticks(range(len(grid.columns)), [shown.WINDOWS[metric] for metric in grid.columns])
    axis.set_yticks(range(len(grid.index)), [style.title(name) for name in grid.index])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def _group(problem: str) -> int:
    """Return the place of a dataset's group in the registered order; the last for datasets outside it."""
    return next((place for place, group in enumerate(REGISTERED) if problem in group), len(REGISTERED))
