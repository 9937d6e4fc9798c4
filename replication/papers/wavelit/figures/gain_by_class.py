"""Where WaveLiT gains most over the strongest network trained beside it."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources, NoData

TITLE = "Gain by class of dynamics"
CAPTION = (
    "One-step VRMSE of the strongest trained baseline of each seed (of the five that the claim names: FNO, U-Net, "
    "ConvNeXt U-Net, ViT, plain CNN) divided by WaveLiT's, log scale: above 1 WaveLiT is better. Points are seeds, "
    "grey lines the median over the datasets of a class; datasets are sorted by class (waves, neither, advection) as "
    "the catalogue has it. The claim ranks the waves above advection."
)
READS = ("table",)
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a seed: hardware, problem, kind, seed, gain."""
    rows = shown.finished(sources.table, "vrmse_one_step")
    paired = shown.ratios(rows[rows["method"].isin([shown.OWN, *shown.TRAINED])], shown.TRAINED)
    own = paired[paired["method"] == shown.OWN]
    if own.empty:
        raise NoData("runs of wavelit beside a trained baseline at the same seed")
    gains = own.assign(gain=1 / own["ratio"], kind=own["problem"].map(shown.kind))
    return gains[["hardware", "problem", "kind", "seed", "gain"]].sort_values(["hardware", "problem", "seed"])


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each hardware: datasets across, by class."""
    targets = sorted(set(data["hardware"]))
    figure, axes = plt.subplots(len(targets), 1, figsize=(style.WIDTH, 0.2 + 2.9 * len(targets)), squeeze=False)
    for axis, hardware in zip(axes[:, 0], targets, strict=True):
        panel = data[data["hardware"] == hardware]
        problems = shown.in_order(panel["problem"])
        axis.set_title(f"Gain over the strongest trained baseline, {hardware}")
        for name in (name for name in shown.CLASSES if name in set(panel["kind"])):
            of_class = panel[panel["kind"] == name]
            places = [problems.index(problem) for problem in of_class["problem"]]
            middle = float(of_class.groupby("problem")["gain"].median().median())
            axis.hlines(middle, min(places) - 0.4, max(places) + 0.4, color=style.BAND, linewidth=5, zorder=1)
            axis.plot(places, of_class["gain"], "o", color=shown.CLASS_COLOURS[name], markersize=5)
        axis.axhline(1, color=style.INK, linewidth=0.8)
        axis.set_yscale("log")
        axis.margins(y=0.15)
        style.label_short_log_axis(axis, "y")
        axis.set_ylabel("baseline / WaveLiT")
        axis.set_xticks(np.arange(len(problems)), [style.title(name) for name in problems], rotation=40, ha="right")
        axis.grid(axis="y")
    shown.class_legend(figure, axes[0, 0], data["kind"])
    return figure
