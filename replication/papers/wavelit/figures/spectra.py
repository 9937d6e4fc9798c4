"""Errors of forecasts by wavenumber, with and without the loss on wavelet coefficients."""

import pandas as pd
from matplotlib.figure import Figure

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources

TITLE = "Errors by wavenumber"
CAPTION = (
    "Squared error of forecasts in three bands of wavenumbers over the truth's own content of the band (above 1 the "
    "band is worse than nothing), log scale. Markers are medians over seeds, bars reach from the lowest to the "
    "highest seed. WaveLiT stands beside its variant without the loss on wavelet coefficients."
)
READS = ("table",)
FORMAT = "csv"

BANDS = ("low", "middle", "high")
WITHOUT = f"{shown.OWN}-no_wavelet_loss"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return errors over seeds: hardware, problem, method, band, median, low, high, seeds."""
    rows = shown.swept(sources, "spectral_error", "band")
    rows = rows[~rows["method"].str.contains("-") | (rows["method"] == WITHOUT)]
    return shown.spread(rows, [*shown.RUN, "band"])


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each dataset and hardware, two in a row."""
    panels = shown.panels(data)
    figure, axes = style.grid(len(panels), 1.1, 1.6, columns=min(2, len(panels)))
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        methods = style.ordered(list(panel["method"]))
        for index, method in enumerate(methods):
            look = style.look(method)
            rows = panel[panel["method"] == method].set_index("band").reindex(list(BANDS))
            x = [place + 0.5 * ((index + 0.5) / len(methods) - 0.5) for place in range(len(BANDS))]
            spread = [rows["median"] - rows["low"], rows["high"] - rows["median"]]
            axis.errorbar(
                x, rows["median"], yerr=spread, color=look.colour, marker=look.marker, markersize=4.5, linewidth=0.7,
                linestyle=":" if method == WITHOUT else "-", elinewidth=1,
            )  # fmt: skip
        axis.axhline(1, color=style.MUTED, linewidth=0.8, linestyle="--")
        shown.log_scale(axis, "y")
        axis.set_xticks(range(len(BANDS)), BANDS)
        axis.grid(axis="y")
    for axis in axes[:, 0]:
        axis.set_ylabel("error / content")
    style.legend(figure, list(data["method"]))
    return figure
