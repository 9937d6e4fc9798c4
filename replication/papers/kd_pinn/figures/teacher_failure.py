"""What students make of teachers that were stopped too early."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from replication.papers.kd_pinn.arms import METHODS, TEACHER
from replication.report import style
from replication.report.panels import by_place
from replication.report.sources import FigureSources, NoData

TITLE = "Teacher failure"
CAPTION = (
    "Relative L2 error of a student against that of the teacher it learned from, both log scales, one point a run. "
    "The further right, the earlier the teacher was stopped; the students trained in full. On the dashed diagonal a "
    "student inherits its teacher's error, below it the physics loss recovers from it. Numbers on top: the teacher's "
    "Adam steps, and all for one trained in full. The level line is the student without distillation, median over "
    "seeds, its band from the best to the worst seed."
)
READS = ("table",)
FORMAT = "csv"

STOPPED = "steps"
STUDENTS = tuple(method for method in METHODS if method != TEACHER)


def data(sources: FigureSources) -> pd.DataFrame:
    """Return one row a student: hardware, problem, method, variant, seed, teacher, student; no teacher for w_KD = 0."""
    table = sources.table
    errors = table[(table["metric"] == "relative_l2") & (table["condition"] == "")].dropna(subset="value")
    names = errors["method"].str.partition("-")
    errors = errors.assign(base=names[0], variant=names[2])
    errors = errors[(errors["variant"] == "") | errors["variant"].str.startswith(STOPPED)]
    if not (errors["variant"] != "").any():
        raise NoData("runs of variants such as kd_student-steps500, whose teacher was stopped early")
    errors["variant"] = errors["variant"].replace("", "main")
    by = ["hardware", "problem", "variant", "seed"]
    teachers = errors[errors["base"] == TEACHER].set_index(by)["value"].rename("teacher")
    students = errors[errors["base"].isin(STUDENTS)].join(teachers, on=by).rename(columns={"value": "student"})
    students.loc[students["base"] == "scratch_student", "teacher"] = float("nan")
    asked = students.groupby(["hardware", "problem"])["variant"].transform("nunique") > 1
    columns = ["hardware", "problem", "base", "variant", "seed", "teacher", "student"]
    return (
        students[asked][columns].rename(columns={"base": "method"}).sort_values([*columns[:2], "method", *columns[3:5]])
    )


def draw(data: pd.DataFrame) -> Figure:
    """Draw a panel for each problem and hardware."""
    panels = by_place(data)
    figure, axes = plt.subplots(len(panels), 1, figsize=(style.WIDTH, 0.9 + 2.7 * len(panels)), squeeze=False)
    for axis, (title, panel) in zip(axes[:, 0], panels, strict=True):
        axis.set_title(title)
        axis.set(xscale="log", yscale="log", xlabel="teacher's relative L2 error", ylabel="student's relative L2 error")
        taught = panel.dropna(subset="teacher")
        for method in style.ordered(list(taught["method"])):
            look, own = style.look(method), taught[taught["method"] == method]
            axis.plot(own["teacher"], own["student"], look.marker, color=look.colour, alpha=0.8)
        ends = [taught["teacher"].min(), taught["teacher"].max()]
        axis.plot(ends, ends, color=style.MUTED, linestyle="--", linewidth=0.8)
        alone = panel[panel["teacher"].isna()]
        for name, runs in alone.groupby("method"):
            colour = style.look(str(name)).colour
            axis.axhspan(runs["student"].min(), runs["student"].max(), color=colour, alpha=0.15, linewidth=0)
            axis.axhline(runs["student"].median(), color=colour, linewidth=1.2)
        _mark_steps(axis, taught)
        axis.grid(axis="both")
    style.legend(figure, list(data["method"]))
    return figure


def _mark_steps(axis: plt.Axes, taught: pd.DataFrame) -> None:
    """Write above the panel how long its teachers were trained; every other one lower, to keep them apart."""
    middles = taught.groupby("variant")["teacher"].median().sort_values()
    for place, (variant, middle) in enumerate(middles.items()):
        steps = str(variant).removeprefix(STOPPED)
        axis.annotate(
            f"{int(steps):,}" if steps.isdigit() else "all",
            (float(middle), 1),
            xycoords=axis.get_xaxis_transform(),
            xytext=(0, -11 if place % 2 else -22),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=style.MUTED,
        )
    low, high = axis.get_ylim()
    axis.set_ylim(low, high * (high / low) ** 0.15)
