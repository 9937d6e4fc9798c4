"""What each ingredient is worth: the error with one of them taken out or changed."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources, NoData

TITLE = "Ablations and variants"
CAPTION = (
    "One-step VRMSE of each variant divided by that of the full model on the same dataset, paired by seed, log scale: "
    "to the right of 1 the variant is worse. Bars reach to the geometric mean, points are single seeds. Four variants "
    "take out one ingredient of the claim (filled bars); the others change a setting (open bars)."
)
READS = ("table",)
FORMAT = "csv"

INGREDIENTS = {
    "patch_tokens": "no wavelets: patches",
    "plain_attention": "plain linear attention",
    "single_scale": "one scale",
    "no_wavelet_loss": "no wavelet loss",
}
"""Variants of claim W8."""
SETTINGS = {"history1": "one frame of history", "history6": "six frames of history", "l2_loss": "squared wavelet loss"}
"""Variants of the presets whose names are not words."""


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a run of a variant: hardware, problem, variant, seed, ratio."""
    rows = shown.finished(sources.table, "vrmse_one_step")
    own = rows[rows["method"].str.partition("-")[0] == shown.OWN]
    paired = shown.ratios(own, shown.OWN)
    variants = paired[paired["method"] != shown.OWN]
    if variants.empty:
        raise NoData("runs of a variant of wavelit beside wavelit at the same seed")
    named = variants.assign(variant=variants["method"].str.partition("-")[2])
    return named[["hardware", "problem", "variant", "seed", "ratio"]].sort_values(["problem", "variant", "seed"])


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each dataset and hardware, one above the other; a bar for each variant."""
    panels = shown.panels(data)
    counts = [part["variant"].nunique() for _, part in panels]
    size = (style.WIDTH, 0.4 + sum(0.5 + 0.25 * count for count in counts))
    figure, axes = plt.subplots(len(panels), 1, figsize=size, squeeze=False, height_ratios=counts)
    for axis, (title, panel) in zip(axes[:, 0], panels, strict=True):
        axis.set_title(title)
        _draw_panel(axis, panel)
    axes[-1, 0].set_xlabel("error over that of the full model")
    return figure


def _draw_panel(axis: plt.Axes, panel: pd.DataFrame) -> None:
    known = [name for name in INGREDIENTS if name in set(panel["variant"])]
    variants = [*known, *sorted(set(panel["variant"]) - set(INGREDIENTS))]
    colour = style.look(shown.OWN).colour
    for place, variant in enumerate(variants):
        ratios = panel.loc[panel["variant"] == variant, "ratio"].to_numpy(float)
        mean = float(np.exp(np.log(ratios).mean()))
        filled = colour if variant in INGREDIENTS else "none"
        axis.barh(place, mean - 1, left=1, height=0.6, color=filled, edgecolor=colour, alpha=0.6, linewidth=1)
        axis.plot(ratios, np.full(len(ratios), place), "o", color=style.INK, markersize=3)
    axis.axvline(1, color=style.INK, linewidth=0.8)
    shown.log_scale(axis, "x")
    axis.set_ylim(len(variants) - 0.5, -0.5)
    labels = INGREDIENTS | SETTINGS
    axis.set_yticks(range(len(variants)), [labels.get(name, name.replace("_", " ")) for name in variants])
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
