"""Frames of a dataset of The Well side by side: what a forecaster is asked to continue."""

from pathlib import Path

import numpy as np

from replication.report import style
from replication.storage.atomic import replacing

WIDE = 0.5
"""Height over width below which the frames stand in two rows."""


def draw(strip: Path, out: Path) -> None:
    """Draw a strip (`replication.well.fidelity.strip`) as SVG: one panel a frame, one colour scale for all.

    The scale spans the 1st to the 99th percentile of all frames, so that a single extreme value does not flatten the
    rest; a field that takes both signs has a scale that is symmetric about zero.
    """
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    with np.load(strip, allow_pickle=False) as file:
        frames, time, x, y = (file[name] for name in ("frames", "time", "x", "y"))
        channel = str(file["channel"])
    low, high = np.nanpercentile(frames, [1, 99])
    if low < 0 < high:
        limit = max(-low, high)
        scale = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit}
    else:
        scale = {"cmap": "viridis", "vmin": low, "vmax": high}
    with style.applied():
        mpl.rcParams["svg.hashsalt"] = f"frames/{out.stem}"
        aspect = float(np.ptp(y)) / float(np.ptp(x))
        rows = 2 if aspect < WIDE else 1
        columns = -(-len(frames) // rows)
        height = rows * (style.WIDTH / columns * aspect + 0.3) + 0.7
        figure, axes = plt.subplots(rows, columns, figsize=(style.WIDTH, min(height, 4.0)), squeeze=False)
        for panel in axes.flat[len(frames) :]:
            panel.axis("off")
        for panel, frame, moment in zip(axes.flat, frames, time, strict=False):
            image = panel.imshow(
                frame.T, origin="lower", extent=(x[0], x[-1], y[0], y[-1]), interpolation="nearest", **scale
            )
            panel.set_title(f"t = {moment:.3g}", fontsize=8)
            panel.set_xticks([])
            panel.set_yticks([])
        bar = figure.colorbar(
            image, ax=axes.ravel().tolist(), orientation="horizontal", fraction=0.08, pad=0.06, aspect=40
        )
        bar.set_label(channel)
        with replacing(out) as temporary:
            figure.savefig(temporary, metadata={"Date": None, "Creator": None})
        plt.close(figure)
