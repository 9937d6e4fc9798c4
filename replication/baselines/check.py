"""Tries a baseline out and says in plain words whether it keeps the contract.

The workflow makes one run of it in a folder of its own, with copies of code and baselines, so that no path that starts
at the working directory or at the method's own file leads elsewhere. Then its command runs again in a copy of that
folder in which all that a method must not read is replaced by noise. A method that keeps to what is published answers
with the same bits; where the answer differs, further copies tell why. Absolute paths are not covered.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from replication import layout
from replication.baselines.declaration import BASELINES
from replication.baselines.prediction import expected_shapes, read
from replication.baselines.task import Task
from replication.errors import UserError
from replication.layout import RunKey
from replication.plan import Plan
from replication.runs.outcome import Status, read_record

PROJECT = BASELINES.parents[1]
NEEDED = ("Snakefile", "workflow", "profiles", "replication", "environment.yml")
"""What a folder must hold of the project for the workflow to run in it."""

LOCAL = layout.DATA / "local"
"""Where datasets stand in that folder that the preset has in another place."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `passed` and, in one line, what was found."""

    what: str
    passed: bool
    found: str


@dataclass(frozen=True)
class Place:
    """A folder in which the workflow has made one run."""

    folder: Path
    run: RunKey
    preset: str

    @property
    def outputs(self) -> Path:
        """The run's folder, from the working directory."""
        return self.run.folder(self.preset)

    @property
    def task(self) -> Path:
        """The run's task file, from the working directory."""
        return layout.task(self.preset, self.run.hardware, self.run.paper, self.run.problem)

    def answer(self) -> dict[str, np.ndarray]:
        """Return what the run predicted; nothing if it was not done."""
        return read(self.folder / self.outputs / layout.prediction(self.run.paper))

    def again(self, folder: Path, disturb: Callable[["Place"], object]) -> "Place":
        """Copy the folder without the run, disturb the copy and run the same command there."""
        record = read_record(self.folder / self.outputs)
        shutil.copytree(self.folder, folder, symlinks=True)
        other = Place(folder, self.run, self.preset)
        shutil.rmtree(folder / self.outputs)
        disturb(other)
        place = ["--task", str(self.task), "--seed", str(self.run.seed), "--out", str(self.outputs)]
        _python(folder, "replication", "run-external", *place, "--", *record["command"])
        return other


Disturbance = Callable[[Place], None]
"""Replaces by noise, in a copy, what a method must not read."""


def check(plan: Plan, name: str, problem: str | None, scratch: Path) -> Iterator[Finding]:
    """Yield what was found about a baseline, in the empty folder `scratch`; ends early where the run is not done.

    Raises UserError if the preset has no run of it.
    """
    place = _made(plan, _a_run(plan, name, problem), scratch / "first")
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


def _made(plan: Plan, run: RunKey, folder: Path) -> Place:
    folder.mkdir()
    for name in NEEDED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / name, folder / name)
    settings = plan.preset.settings.model_dump(mode="json", exclude_none=True)
    if run.paper in layout.FORECASTING and settings["data"]["source"] == "local":
        settings["data"]["local"]["folder"] = str(LOCAL)
        for name in plan.datasets if plan.baselines[run.method].header.needs else (run.problem,):
            bring_dataset(plan.dataset_folder(name), folder / LOCAL / name)
    preset = folder / "preset" / f"{plan.name}.yaml"
    preset.parent.mkdir()
    preset.write_text(json.dumps(settings), encoding="utf-8")
    place = Place(folder, run, plan.name)
    scores = place.outputs / "scores.json"
    _python(
        folder, "snakemake", str(scores), "--cores", "1", "--quiet", "--configfile", str(preset.relative_to(folder))
    )
    return place


def bring_dataset(source: Path, target: Path) -> None:
    """Bring a dataset of The Well: copies of its test files, which will be hidden, links to all others."""

    def brought(file: str, place: str) -> None:
        if Path(file).parent.name == "test":
            shutil.copy(file, place)
        else:
            Path(place).symlink_to(Path(file).resolve())

    shutil.copytree(source, target, copy_function=brought)


def _python(folder: Path, module: str, *arguments: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", module, *arguments]
    ended = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)
    if ended.returncode:
        raise UserError(
            f"{module} {arguments[0]} ended with exit code {ended.returncode}:\n{ended.stdout}{ended.stderr}"
        )


def hide_the_answer(place: Place) -> None:
    """Replace every value of the references, and of the test part of datasets of The Well, by noise."""
    random = np.random.default_rng(1)
    for file in (place.folder / layout.DATA / layout.REFERENCES).rglob("*.npz"):
        with np.load(file) as arrays:
            known = ("points", "axis_")
            noise = {
                name: array if name.startswith(known) else random.normal(size=array.shape)
                for name, array in arrays.items()
            }
        np.savez(file, **noise)
    for pattern in (f"{layout.REFERENCES}/**/*.h5", "**/test/*.hdf5"):
        for file in (place.folder / layout.DATA).glob(pattern):
            _fill(file, lambda name: name.startswith(("t0_fields", "t1_fields", "t2_fields", "one_step", "rollout")))


def hide_other_windows(place: Place) -> None:
    """Replace every second window by noise; the forecasts of those between must stay."""
    task = Task.read(place.folder / place.task)
    _fill(place.folder / task.settings["evaluation"], lambda name: name.endswith("/history"), slice(1, None, 2))


def _fill(file: Path, chosen: Callable[[str], bool], part: slice = slice(None)) -> None:
    import h5py

    random = np.random.default_rng(1)

    def noise(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset) and node.ndim and node.dtype.kind == "f" and chosen(name):
            node[part] = random.normal(size=node[part].shape)

    with h5py.File(file, "r+") as stored:
        stored.visititems(noise)
