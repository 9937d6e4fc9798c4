"""What the offline phase consists of."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.report import style
from replication.report.sources import FigureSources, NoData, with_conditions

TITLE = "Offline cost"
CAPTION = (
    "CPU seconds of the offline phase by part, log scale, the mean over seeds: training the full PINNs (counted in "
    "both arms although they share them), evaluating them on the grid, sweeping all parameters, choosing points; "
    "last the sweeps timed again, alone on the machine with the neurons there. Both arms with Gauss-Newton."
)
READS = ("table",)
FORMAT = "csv"
PARTS = {"pinn": "full PINNs", "precompute": "evaluation", "sweep": "sweeps", "selection": "choice of points"}
ALONE = "sweeps, alone"


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a part: problem, method, part, mean CPU seconds."""
    table = sources.table
    rows = with_conditions(table[(table["metric"] == "offline_cpu") & table["value"].notna()], "part")
    if rows.empty:
        raise NoData("rows of offline_cpu")
    again = table[(table["metric"] == "sweep_cpu") & table["value"].notna()]
    rows = pd.concat([rows.replace({"part": PARTS}), again.assign(part=ALONE)])
    means = rows.groupby(["problem", "method", "part"])["value"].mean()
    return means.rename("cpu_s").reset_index()


def draw(data: pd.DataFrame) -> Figure:
    """Draw parts along y and seconds along x, a panel for each family."""
    problems, parts = list(data["problem"].unique()), [*PARTS.values(), ALONE]
    figure, axes = plt.subplots(
        len(problems), 1, figsize=(style.WIDTH, 0.8 + 1.2 * len(problems)), squeeze=False, sharex=True
    )
    for axis, problem in zip(axes[:, 0], problems, strict=True):
        for shift, method in ((-0.18, "gpt_pinn"), (0.18, "s2gpt_pinn")):
            own = data[(data["problem"] == problem) & (data["method"] == method)].set_index("part").reindex(parts)
            places = [place + shift for place in range(len(parts))]
            axis.barh(places, own["cpu_s"], height=0.34, color=style.look(method).colour)
        axis.set_yticks(range(len(parts)), parts)
        axis.invert_yaxis()
        axis.set(xscale="log", title=style.title(problem))
    axes[-1, 0].set_xlabel("CPU seconds")
    style.legend(figure, list(data["method"].unique()))
    return figure
