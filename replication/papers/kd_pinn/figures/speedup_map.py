"""How much faster the distilled student is, over batch size, threads and runtime."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.colors import CenteredNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from replication.papers.kd_pinn import thread_counts
from replication.report import style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Where the published speed-up is found"
CAPTION = (
    "Latency of the teacher divided by that of the distilled student: median over seeds, paired by seed. Rows are "
    "runtimes and threads, columns the points in one call. Colour is the logarithm of the ratio, white where both are "
    "equally fast. Framed cells lie in the published range of 4.8 to 6.9."
)
READS = ("table",)
FORMAT = "csv"

PUBLISHED = (4.8, 6.9)
LUMINANCE = (0.299, 0.587, 0.114)


def data(sources: FigureSources) -> pd.DataFrame:
    """Return speed-ups over seeds: hardware, problem, runtime, threads, batch, median, low, high, seeds."""
    table = sources.table
    rows = table[(table["metric"] == "speedup") & (table["method"] == "kd_student")]
    rows = with_conditions(rows, "batch", "threads", "runtime").dropna(subset="value")
    if rows.empty:
        raise NoData("rows of speedup for kd_student with batch, threads and runtime in their condition")
    rows = rows.astype({"batch": int})
    by = ["hardware", "problem", "runtime", "threads", "batch"]
    spread = rows.groupby(by)["value"].agg(median="median", low="min", high="max", seeds="size")
    return spread.reset_index()


def draw(data: pd.DataFrame) -> Figure:
    """Draw one map for each problem and hardware, one above the other."""
    data = data.astype({"threads": str})
    maps = [(name, _grid(panel)) for name, panel in data.groupby(["problem", "hardware"])]
    heights = [len(grid) for _, grid in maps]
    size = (style.WIDTH, 0.7 + 0.55 * len(maps) + 0.27 * sum(heights))
    figure, axes = plt.subplots(len(maps), 1, figsize=size, squeeze=False, height_ratios=heights)
    reach = max(np.log(PUBLISHED[1]), float(np.abs(np.log(data["median"])).max()))
    for axis, ((problem, hardware), grid) in zip(axes[:, 0], maps, strict=True):
        axis.set_title(f"{style.title(str(problem))}, {hardware}")
        _draw_map(axis, grid, reach)
    axes[-1, 0].set_xlabel("points per call")
    return figure


def _grid(panel: pd.DataFrame) -> pd.DataFrame:
    """Return ratios, a row for each runtime and number of threads, a column for each batch."""
    grid = panel.pivot(index=["runtime", "threads"], columns="batch", values="median")
    counts = thread_counts.ordered(panel["threads"])
    return grid.loc[sorted(grid.index, key=lambda row: (row[0], counts.index(row[1])))]


def _draw_map(axis: plt.Axes, grid: pd.DataFrame, reach: float) -> None:
    ratios = grid.to_numpy()
    image = axis.imshow(np.log(ratios), cmap="PuOr_r", norm=CenteredNorm(0, reach), aspect="auto")
    for (row, column), ratio in np.ndenumerate(ratios):
        if np.isnan(ratio):
            continue
        ink = "white" if np.dot(image.to_rgba(np.log(ratio))[:3], LUMINANCE) < 0.45 else style.INK
        axis.text(column, row, f"{ratio:.1f}", ha="center", va="center", color=ink)
        if PUBLISHED[0] <= ratio <= PUBLISHED[1]:
            corner = (column - 0.46, row - 0.42)
            axis.add_patch(Rectangle(corner, 0.92, 0.84, fill=False, edgecolor=ink, linewidth=1.8))
    axis.set_xticks(range(len(grid.columns)), [_short(int(batch)) for batch in grid.columns])
    names = [f"{runtime}, {threads} thr." for runtime, threads in grid.index]
    axis.set_yticks(range(len(names)), names)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def _short(count: int) -> str:
    """Write 10000 as 10k, 25600 as 25.6k."""
    return f"{count / 1000:.3g}k" if count >= 1000 else str(count)
