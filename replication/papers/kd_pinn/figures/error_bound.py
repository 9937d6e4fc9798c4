"""The student's error against its teacher's error and the distance between the two."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from replication.papers.kd_pinn.arms import METHODS, TEACHER
from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData

TITLE = "Error bound"
CAPTION = (
    "RMSE of each student against the RMSE of its teacher plus the root-mean-square distance between the two; both "
    "log scales, one point a run. By the triangle inequality no point lies above the dashed diagonal; how far below, "
    "tells how loose the bound is with constant one. Students of the main arms only."
)
READS = ("prediction", "reference")
FORMAT = "csv"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a student: hardware, problem, method, seed, teacher (RMSE), distance, student (RMSE)."""
    references = {key.problem: _vector(path) for key, path in sources.references()}
    runs: dict[tuple[str, str, int], dict[str, np.ndarray]] = {}
    for key, path in sources.predictions():
        values = _vector(path)
        if len(values) and key.method in METHODS and key.problem in references:
            runs.setdefault((key.hardware, key.problem, key.seed), {})[key.method] = values
    rows: list[tuple[str, str, str, int, float, float, float]] = []
    for (hardware, problem, seed), arms in sorted(runs.items()):
        if TEACHER in arms:
            exact, teacher = references[problem], arms[TEACHER]
            for method in sorted(set(arms) - {TEACHER}):
                errors = (_rms(teacher - exact), _rms(arms[method] - teacher), _rms(arms[method] - exact))
                rows.append((hardware, problem, method, seed, *errors))
    if not rows:
        raise NoData("predictions of a teacher and a student of the same seed")
    return pd.DataFrame(rows, columns=["hardware", "problem", "method", "seed", "teacher", "distance", "student"])


def _vector(path: Path) -> np.ndarray:
    """Return all fields of a file as one vector, by name; empty if the run was not `done`."""
    with np.load(path, allow_pickle=False) as arrays:
        names = sorted(name for name in arrays.files if name != "points" and not name.startswith("axis_"))
        return np.concatenate([np.empty(0), *(arrays[name] for name in names)])


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem and hardware, two in a row."""
    panels = by_place(data)
    figure, axes = style.grid(len(panels), 0.9, 2.0)
    for axis, (title, panel) in zip(axes.flat, panels, strict=False):
        axis.set_title(title)
        bound = panel["teacher"] + panel["distance"]
        ends = [0.8 * min(panel["student"].min(), bound.min()), 1.25 * bound.max()]
        axis.plot(ends, ends, color=style.MUTED, linestyle="--", linewidth=0.8)
        for method in style.ordered(list(panel["method"])):
            look, own = style.look(method), panel["method"] == method
            axis.plot(bound[own], panel.loc[own, "student"], look.marker, color=look.colour, alpha=0.8)
        axis.set(xscale="log", yscale="log", xlabel="teacher's error + distance")
        style.label_short_log_axis(axis, "x")
        style.label_short_log_axis(axis, "y")
    for axis in axes[:, 0]:
        axis.set_ylabel("student's error")
    style.legend(figure, list(data["method"]))
    return figure
