"""Tries a baseline out and says in plain words whether it keeps the contract.

The workflow makes one run of it in a folder of its own, with copies of code and baselines, so that no path that starts
at the working directory or at the method's own file leads elsewhere. Then its command runs again in a copy of that
folder in which all that a method must not read is replaced by noise. A method that keeps to what is published answers
with the same bits; where the answer differs, further copies tell why. Absolute paths are not covered.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from replication import layout
from replication.baselines.hiding import hide_other_windows, hide_the_answer
from replication.baselines.place import Place, made
from replication.baselines.prediction import expected_shapes
from replication.baselines.task import Task
from replication.errors import UserError
from replication.layout import RunKey
from replication.plan import Plan
from replication.runs.outcome import Status, read_record


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `passed` and, in one line, what was found."""

    what: str
    passed: bool
    found: str


Disturbance = Callable[[Place], None]
"""Replaces by noise, in a copy, what a method must not read."""


def check(plan: Plan, name: str, problem: str | None, scratch: Path) -> Iterator[Finding]:
    """Yield what was found about a baseline, in the empty folder `scratch`; ends early where the run is not done.

    Raises UserError if the preset has no run of it.
    """
    place = made(plan, _a_run(plan, name, problem), scratch / "first")
    record = read_record(place.folder / place.outputs)
    about = f"{place.run.problem}, seed {place.run.seed}, preset {plan.name}"
    done = record["status"] == Status.DONE
    ended = f"{record['status']}: {record['reason']}" if record["reason"] else record["status"]
    yield Finding("runs", done, f"{about}: {ended}")
    if not done:
        return
    yield _files(place)
    yield from _costs(record)
    yield from _repeats(place, scratch)


def _files(place: Place) -> Finding:
    """Shapes and finite values were demanded when the run was made; here they are said."""
    shapes = expected_shapes(Task.read(place.folder / place.task), place.folder)
    said = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return Finding("files", True, f"{layout.prediction(place.run.paper)} holds {said}, finite")


def _costs(record: dict[str, Any]) -> Iterator[Finding]:
    budget, spent = record["settings"]["budget"]["wall_s"], record["measured"]["wall_s"]
    yield Finding("time", spent <= budget, f"{spent:.1f} s of at most {budget:.0f} s")
    phases = record["phases"].values()
    steps, allowed = sum(phase["steps"] for phase in phases), allowed_steps(record["settings"])
    if allowed is None:
        yield Finding("steps", True, "not checked: the task sets no number of steps")
    elif not steps:
        yield Finding("steps", True, f"not checked: it counts none; at most {allowed}")
    else:
        yield Finding("steps", steps <= allowed, f"{steps} of at most {allowed}, as it counts them itself")
    claimed, cpu = sum(phase["cpu_s"] for phase in phases), record["measured"]["cpu_s"]
    recorded = f"{claimed:.2f} core seconds in phases {', '.join(record['phases'])}; {cpu:.2f} measured in all"
    yield Finding("cost", cpu > 0, recorded)


def allowed_steps(settings: Mapping[str, Any]) -> int | None:
    """Return the steps that a task allows: those of WaveLiT's training, or of KD-PINN's Adam and L-BFGS together."""
    match settings.get("training"):
        case {"steps": int(steps)}:
            return steps
        case {"adam": {"steps": int(steps)}, "lbfgs": {"iterations": int(iterations)}}:
            return steps + iterations
    return None


def _repeats(place: Place, scratch: Path) -> Iterator[Finding]:
    """All disturbances at once; only where the answer changed, one by one, to tell which it was."""
    expected = place.answer()
    promises: list[tuple[str, str, str, Disturbance]] = [
        ("repeats", "the same seed gives the same bits", "with the same seed", lambda place: None),
        ("reference", "reads no reference and no test frames", "with noise in their place", hide_the_answer),
    ]
    if place.run.paper in layout.FORECASTING:
        promises.append(("windows", "reads no other windows", "with noise in their place", hide_other_windows))

    def change(name: str, *disturbances: Disturbance) -> str:
        """Return what is different about a repetition, or nothing."""
        other = place.again(scratch / name, lambda copy: [disturb(copy) for disturb in disturbances])
        record = read_record(other.folder / other.outputs)
        if record["status"] != Status.DONE:
            return f"{record['status']}: {record['reason']}"
        found = other.answer()
        kept = slice(None, None, 2) if hide_other_windows in disturbances else slice(None)
        same = set(found) == set(expected) and all(np.array_equal(found[k][kept], expected[k][kept]) for k in expected)
        return "" if same else "gave other values"

    undisturbed = not change("all", *(disturb for *_, disturb in promises))
    for what, promise, circumstances, disturb in promises:
        changed = "" if undisturbed else change(what, disturb)
        yield Finding(what, not changed, f"run again {circumstances}: {changed}" if changed else promise)
        if changed:  # what does not repeat itself differs in the others as well
            return


def _a_run(plan: Plan, name: str, problem: str | None) -> RunKey:
    papers = [baseline.header.paper for baseline in plan.baselines.values() if baseline.name == name]
    runs = [
        run for paper in papers for run in plan.runs(paper) if run.method == name and problem in (None, run.problem)
    ]
    if not runs:
        where = f"{problem} of preset {plan.name}" if problem else f"preset {plan.name}"
        raise UserError(f"{name} has no run in {where}: the paper, problems or needs of its header do not run there")
    return runs[0]
