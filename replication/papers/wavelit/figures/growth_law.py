"""Whether rollout errors grow like a power of the step or exponentially."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources, NoData
from replication.verdicts.growth import exponent, power_law_advantage

TITLE = "Growth of the error: power or exponential"
CAPTION = (
    "WaveLiT's VRMSE along rollouts from step 2 on, every seed a line, both axes log. Solid over it: the fitted power "
    "of the step; dashed: the fitted exponential. Each title gives the power's exponent and by how much Akaike's "
    "criterion prefers the power (positive) or the exponential (negative), means over seeds as in the verdict."
)
READS = ("table",)
FORMAT = "csv"

WITHIN = (2, 60)
"""Steps of claim W6."""


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a step: hardware, problem, seed, step, vrmse, exponent and advantage of the seed's curve."""
    rows = shown.swept(sources, "vrmse_rollout", "step").astype({"step": int})
    rows = rows[(rows["method"] == shown.OWN) & rows["step"].between(*WITHIN) & (rows["value"] > 0)]
    fitted = []
    for _, curve in rows.groupby(["hardware", "problem", "seed"]):
        line = curve.sort_values("step")
        if len(line) < 4:
            continue
        x, y = line["step"].to_numpy(float), line["value"].to_numpy(float)
        fitted.append(line.assign(exponent=exponent(x, y), advantage=power_law_advantage(x, y), vrmse=y))
    if not fitted:
        raise NoData("rows of vrmse_rollout of wavelit at four steps from 2 to 60")
    return pd.concat(fitted)[["hardware", "problem", "seed", "step", "vrmse", "exponent", "advantage"]]


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each dataset and hardware, two in a row."""
    panels = shown.panels(data)
    figure, axes = style.grid(len(panels), 0.7, 1.75, columns=min(2, len(panels)))
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        seeds = panel.groupby("seed")[["exponent", "advantage"]].first().mean()
        axis.set_title(f"{title}\n$t^{{{seeds['exponent']:.2f}}}$, AIC {seeds['advantage']:+.0f}")
        for _, line in panel.groupby("seed"):
            _draw_fits(axis, line["step"].to_numpy(float), line["vrmse"].to_numpy(float))
        shown.log_scale(axis, "x")
        shown.log_scale(axis, "y")
        axis.grid()
    for axis in axes[-1]:
        axis.set_xlabel("lead step")
    for axis in axes[:, 0]:
        axis.set_ylabel("VRMSE")
    return figure


def _draw_fits(axis: plt.Axes, x: np.ndarray, y: np.ndarray) -> None:
    axis.plot(x, y, color=style.BAND, linewidth=4)
    for regressor, dashes in ((np.log(x), "-"), (x, "--")):
        fit = np.polynomial.Polynomial.fit(regressor, np.log(y), 1)
        axis.plot(x, np.exp(fit(regressor)), dashes, color=style.look(shown.OWN).colour, linewidth=1)
