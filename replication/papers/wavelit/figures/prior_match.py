"""Whether gain and transfer follow from how well the data match the prior."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from scipy import stats

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Prior match of the data against gain and transfer"
CAPTION = (
    "Each dataset once: across, how well its training data match the prior (R² of a linear predictor on 5x5 points; "
    "share of the change's energy in its largest 5 % of wavelet coefficients); up, the gain over the strongest "
    "trained baseline, and the joint model's error divided by the own model's, a row for each quantity and target, log "
    "scale, medians over seeds. Titles give Spearman's "
    "rank correlation over the datasets. Colours are classes of dynamics, letters the initials of the datasets' "
    "names."
)
READS = ("table",)
FORMAT = "csv"

SCORES = {"linear_prediction": "R² of linear prediction", "wavelet_energy": "energy in 5 % of coefficients"}
MARGIN = 0.2
QUANTITIES = {"gain": "baseline / WaveLiT", "transfer": "joint / own"}


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a dataset, score and quantity: hardware, problem, kind, score, match, quantity, value, seeds."""
    table = sources.table
    matches = with_conditions(table[table["metric"] == "prior_match"], "score").dropna(subset="value")
    if matches.empty:
        raise NoData("rows of prior_match by score")
    matched = matches.groupby(["hardware", "problem", "score"])["value"].mean().rename("match").reset_index()
    errors = shown.finished(table, "vrmse_one_step")
    own = errors[errors["method"] == shown.OWN]
    sides = {"gain": errors[errors["method"].isin(shown.TRAINED)], "transfer": errors[errors["method"] == shown.JOINT]}
    found = []
    for quantity, others in sides.items():
        if others.empty or own.empty:
            continue
        paired = shown.ratios(pd.concat([own, others]), list(others["method"].unique()))
        ratio = paired[paired["method"] == shown.OWN].assign(value=lambda rows: 1 / rows["ratio"])
        values = shown.spread(ratio, ["hardware", "problem"])[["hardware", "problem", "median", "seeds"]]
        found.append(values.rename(columns={"median": "value"}).assign(quantity=quantity))
    if not found:
        raise NoData("runs of wavelit beside a trained baseline or the joint model at the same seed")
    shown_values = matched.merge(pd.concat(found), on=["hardware", "problem"])
    return shown_values.assign(kind=shown_values["problem"].map(shown.kind))


def draw(data: pd.DataFrame) -> Figure:
    """Draw scores across and quantities down, for each hardware."""
    targets = sorted(set(data["hardware"]))
    rows = shown.places(data, "quantity", QUANTITIES)
    figure, axes = plt.subplots(
        len(rows), len(SCORES), figsize=(style.WIDTH, 0.8 + 2.0 * len(rows)), squeeze=False, sharey="row"
    )
    for line, (hardware, quantity, chosen) in zip(axes, rows, strict=True):
        for axis, score in zip(line, SCORES, strict=True):
            _draw_panel(axis, chosen[chosen["score"] == score])
        line[0].set_ylabel(f"{QUANTITIES[quantity]}{f', {hardware}' if len(targets) > 1 else ''}")
    for axis, score in zip(axes[-1], SCORES, strict=True):
        axis.set_xlabel(SCORES[score])
    shown.class_legend(figure, axes[0, 0], data["kind"])
    return figure


def _draw_panel(axis: plt.Axes, panel: pd.DataFrame) -> None:
    if panel["value"].nunique() > 2 and panel["match"].nunique() > 2:
        correlation = stats.spearmanr(panel["match"], panel["value"]).statistic
        axis.set_title(f"rank correlation {correlation:+.2f}", fontweight="normal")
    for row, (across, up) in zip(panel.to_dict("records"), _sides(panel), strict=True):
        place = row["match"], row["value"]
        axis.plot(*place, "o", color=shown.CLASS_COLOURS[row["kind"]], markersize=5)
        axis.annotate(
            _initials(row["problem"]),
            place,
            xytext=(5 * across, 4 * up),
            textcoords="offset points",
            ha={1: "left", 0: "center", -1: "right"}[across],
            va={1: "bottom", 0: "center", -1: "top"}[up],
            fontsize=8,
        )
    axis.axhline(1, color=style.MUTED, linewidth=0.8, linestyle="--")
    axis.margins(x=MARGIN, y=0.15)
    axis.set_yscale("log")
    style.label_short_log_axis(axis, "y")
    axis.grid()


def _sides(panel: pd.DataFrame) -> list[tuple[int, int]]:
    """Return on which side of its point each label stands, as steps across and up: where it hits least.

    Sizes are in shares of the points' extent: a letter is about 0.06 wide and 0.09 high.
    """
    places = np.stack([panel["match"], np.log(panel["value"])], axis=1)
    places = (places - places.min(axis=0)) / np.where((extent := np.ptp(places, axis=0)) > 0, extent, 1)
    taken = [(x - 0.03, y - 0.03, x + 0.03, y + 0.03) for x, y in places]
    sides = []
    for (x, y), problem in zip(places, panel["problem"], strict=True):
        wide, high = 0.06 * len(_initials(problem)), 0.09
        boxes = {}
        for across, up in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            left, bottom = x + 0.05 * across + wide * (across - 1) / 2, y + 0.05 * up + high * (up - 1) / 2
            boxes[across, up] = (left, bottom, left + wide, bottom + high)
        side = min(boxes, key=lambda side: _hits(boxes[side], taken))
        taken.append(boxes[side])
        sides.append(side)
    return sides


def _hits(box: tuple[float, ...], taken: Sequence[tuple[float, ...]]) -> int:
    """Return how many boxes (left, bottom, right, top) a box meets; leaving the panel counts as one."""
    left, bottom, right, top = box
    met = sum(left < other[2] and other[0] < right and bottom < other[3] and other[1] < top for other in taken)
    return met + (left < -MARGIN or right > 1 + MARGIN)


def _initials(problem: str) -> str:
    return "".join(word[0] for word in problem.split("_")).upper()
