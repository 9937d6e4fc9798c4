"""How much faster the distilled student is, over batch size, threads and runtime."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.cm import ScalarMappable
from matplotlib.colors import CenteredNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from replication.papers.kd_pinn import thread_counts
from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Where the published speed-up is found"
CAPTION = (
    "Latency of the teacher divided by that of the distilled student, paired by seed: geometric mean over seeds, as "
    "in the verdicts. Rows are runtimes and threads with their number of seeds n, columns the points in one call; "
    "eager kept is eager PyTorch with freed memory kept for the next call. "
    "Colour is the logarithm of the ratio, white where both are equally fast. The colour bar shows where the "
    "published range of 4.8 to 6.9 lies; cells in it, if there are any, have a frame."
)
READS = ("table",)
FORMAT = "csv"

PUBLISHED = (4.8, 6.9)
COLOURS = "PuOr_r"
LUMINANCE = (0.299, 0.587, 0.114)


def data(sources: FigureSources) -> pd.DataFrame:
    """Return speed-ups over seeds: hardware, problem, runtime, threads, batch, mean (geometric), low, high, seeds."""
    table = sources.table
    rows = table[(table["metric"] == "speedup") & (table["method"] == "kd_student")]
    rows = with_conditions(rows, "batch", "threads", "runtime").dropna(subset="value")
    if rows.empty:
        raise NoData("rows of speedup for kd_student with batch, threads and runtime in their condition")
    rows = rows.astype({"batch": int})
    by = ["hardware", "problem", "runtime", "threads", "batch"]
    spread = rows.groupby(by)["value"].agg(mean=_geometric_mean, low="min", high="max", seeds="size")
    return spread.reset_index()


def _geometric_mean(ratios: pd.Series) -> float:
    return float(np.exp(np.log(ratios).mean()))


def draw(data: pd.DataFrame) -> Figure:
    """Draw one map for each problem and hardware, one above the other, below the bar of their colours."""
    data = data.astype({"threads": str})
    maps = [(title, _grid(panel)) for title, panel in by_place(data)]
    heights = [0.15, *(0.21 * len(grid) for _, grid in maps)]
    size = (style.WIDTH, 1.0 + 0.5 * len(maps) + sum(heights))
    figure, axes = plt.subplots(len(heights), 1, figsize=size, height_ratios=heights)
    reach = np.log(max(1.1 * PUBLISHED[1], *data["mean"], *1 / data["mean"]))
    for axis, (title, grid) in zip(axes[1:], maps, strict=True):
        axis.set_title(title)
        _draw_map(axis, grid, reach)
    axes[-1].set_xlabel("points per call")
    _draw_bar(axes[0], reach, min(0.8, data["mean"].min()))
    return figure


def _grid(panel: pd.DataFrame) -> pd.DataFrame:
    """Return ratios, a row for each runtime and number of threads (with its seeds), a column for each batch."""
    seeds = panel.groupby(["runtime", "threads"])["seeds"].transform("max")
    grid = panel.assign(seeds=seeds).pivot(index=["runtime", "threads", "seeds"], columns="batch", values="mean")
    counts = thread_counts.ordered(panel["threads"])
    return grid.loc[sorted(grid.index, key=lambda row: (row[0], counts.index(row[1])))]


def _draw_bar(axis: plt.Axes, reach: float, lowest: float) -> None:
    """Draw the colours from the lowest speed-up on, with the published range in a frame."""
    image = ScalarMappable(CenteredNorm(0, reach), COLOURS)
    axis.figure.colorbar(image, cax=axis, orientation="horizontal")
    axis.set_xlim(np.log(lowest), reach)
    ticks = [tick for tick in (0.2, 0.5, 1, 1.5, 2, 3, *PUBLISHED, 10, 20) if lowest <= tick <= np.exp(reach)]
    axis.set_xticks(np.log(ticks), [f"{tick:g}" for tick in ticks])
    axis.minorticks_off()
    low, high = np.log(PUBLISHED)
    axis.add_patch(Rectangle((low, 0), high - low, 1, fill=False, edgecolor=style.INK, linewidth=1.8, clip_on=False))
    axis.annotate("published", ((low + high) / 2, 1), xytext=(0, 3), textcoords="offset points", ha="center")
    axis.set_title("Speed-up of the student")


def _draw_map(axis: plt.Axes, grid: pd.DataFrame, reach: float) -> None:
    ratios = grid.to_numpy()
    image = axis.imshow(np.log(ratios), cmap=COLOURS, norm=CenteredNorm(0, reach), aspect="auto")
    for (row, column), ratio in np.ndenumerate(ratios):
        if np.isnan(ratio):
            continue
        ink = "white" if np.dot(image.to_rgba(np.log(ratio))[:3], LUMINANCE) < 0.45 else style.INK
        axis.text(column, row, f"{ratio:.1f}", ha="center", va="center", color=ink)
        if PUBLISHED[0] <= ratio <= PUBLISHED[1]:
            corner = (column - 0.46, row - 0.42)
            axis.add_patch(Rectangle(corner, 0.92, 0.84, fill=False, edgecolor=ink, linewidth=1.8))
    axis.set_xticks(range(len(grid.columns)), [_short(int(batch)) for batch in grid.columns])
    names = [f"{runtime.replace('_', ' ')}, {threads} thr., n = {seeds}" for runtime, threads, seeds in grid.index]
    axis.set_yticks(range(len(names)), names)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def _short(count: int) -> str:
    """Write 10000 as 10k, 25600 as 25.6k."""
    return f"{count / 1000:.3g}k" if count >= 1000 else str(count)
