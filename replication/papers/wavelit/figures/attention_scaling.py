"""How the cost of attention grows with the number of tokens."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources
from replication.verdicts.growth import exponent

TITLE = "Cost of attention over tokens"
CAPTION = (
    "Seconds of one attention layer, forward and backward, against the number of tokens, both on log scales, alone on "
    "the machine; points are seeds, medians of their rounds. The line is the power fitted to the linear layer, its "
    "exponent the mean over seeds as in the verdict; grey lines show slopes 1 and 2 through its first point. Softmax "
    "attention of the same width stands beside it as far as it was measured."
)
READS = ("table",)
FORMAT = "csv"

COLOURS = {"linear": style.look(shown.JOINT).colour, "softmax": style.look("vit").colour}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a seed: hardware, problem, kernel (linear or softmax), seed, tokens, seconds."""
    linear = shown.swept(sources, "attention_time", "tokens").assign(kernel="linear")
    table = sources.table
    softmax = table[table["metric"] == "softmax_attention_time"]
    if len(softmax):
        softmax = shown.swept(sources, "softmax_attention_time", "tokens").assign(kernel="softmax")
    rows = pd.concat([linear, softmax]).astype({"tokens": int}).rename(columns={"value": "seconds"})
    columns = ["hardware", "problem", "kernel", "seed", "tokens", "seconds"]
    return rows[columns].sort_values(columns[:-1])


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each hardware."""
    targets = sorted(set(data["hardware"]))
    figure, axes = plt.subplots(len(targets), 1, figsize=(style.WIDTH, 2.9 * len(targets)), squeeze=False)
    for axis, hardware in zip(axes[:, 0], targets, strict=True):
        panel = data[data["hardware"] == hardware]
        linear = panel[panel["kernel"] == "linear"].set_index("tokens")["seconds"]
        mean = np.exp(np.log(linear).groupby("tokens").mean())  # whose exponent is the mean of the seeds' exponents
        x, y = mean.index.to_numpy(float), mean.to_numpy(float)
        for slope in (1, 2):
            axis.plot(x, y[0] * (x / x[0]) ** slope, color=style.BAND, linewidth=3, zorder=0)
            axis.annotate(f"slope {slope}", (x[-1], y[0] * (x[-1] / x[0]) ** slope), ha="right", color=style.MUTED)
        fitted = exponent(x, y)
        axis.plot(x, np.exp(np.log(y).mean()) * (x / np.exp(np.log(x).mean())) ** fitted, color=COLOURS["linear"])
        for kernel, rows in panel.groupby("kernel"):
            marker = {"linear": "h", "softmax": ">"}[str(kernel)]
            axis.plot(rows["tokens"], rows["seconds"], marker, color=COLOURS[str(kernel)], label=kernel, markersize=5)
        axis.set_title(f"{hardware}: time grows like tokens$^{{{fitted:.2f}}}$")
        axis.set(xscale="log", yscale="log", xlabel="tokens", ylabel="forward and backward, s")
        axis.grid()
        axis.legend()
    return figure
