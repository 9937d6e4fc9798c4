"""A folder in which the workflow makes one run of a baseline, apart from the project and what it made before."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from replication import layout
from replication.baselines.declaration import BASELINES
from replication.baselines.prediction import read
from replication.errors import UserError
from replication.layout import RunKey
from replication.plan import Plan
from replication.runs.outcome import read_record

PROJECT = BASELINES.parents[1]
NEEDED = ("Snakefile", "workflow", "profiles", "replication", "environment.yml")
"""What a folder must hold of the project for the workflow to run in it."""

LOCAL = layout.DATA / "local"
"""Where datasets stand in that folder that the preset has in another place."""


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


def made(plan: Plan, run: RunKey, folder: Path) -> Place:
    """Let the workflow make a run in a new folder that holds copies of all that it needs of the project."""
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
