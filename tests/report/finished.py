"""Finished runs of a small preset, written as the workflow writes them. None of their numbers was measured."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from replication.measurement import measured
from replication.measurement.table import row
from replication.plan import Plan
from replication.provenance.code_version import code_version
from replication.provenance.modules import training_modules
from replication.runs.outcome import Outcome, Phase, Status, write
from replication.settings.loading import load_preset
from replication.storage.atomic import write_json

from . import synthetic

PAPER = "kd_pinn"
PRESET = """
description: For tests of the report.
size: {size}
baselines: []
hardware: {{cpu: {{device: cpu}}}}
kd_pinn:
  problems:
    burgers:
      seeds: 3
      methods: [kd_student, scratch_student]
      points: &few {{conditions: {{initial: 9, boundary: 9}}}}
    taylor_green: {{seeds: 2, methods: [kd_student], points: *few}}
  latency: {{batches: [25600], threads: [1], runtimes: [eager]}}
"""
AXES = {
    "burgers": {"x": np.linspace(-1, 1, 24), "t": np.linspace(0, 1, 11)},
    "taylor_green": {name: np.linspace(0, 1, 7) for name in "xyt"},
}
ERRORS = {"teacher": 1e-3, "kd_student": 3e-3, "scratch_student": 8e-3}
MACHINE = {
    "commit": "1234567890abcdef", "dirty": False, "packages": {"torch": "2.13.0"}, "lock_hash": "feedbeef",
    "cpu": "a made-up processor", "gpu": None, "driver": None, "threads": 1, "dtype": "float32", "tf32": False,
    "settings_hash": "0", "python": "3.11", "platform": "Linux",
}  # fmt: skip


def plan(name: str, size: str = "reduced") -> Plan:
    """Return the plan of a preset that is written into the working directory."""
    path = Path(f"workflow/presets/{name}.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PRESET.format(size=size))
    return Plan(load_preset(path))


def finish(made: Plan, problem: str, worse: float = 1.0) -> None:
    """Write reference, run folders and measurements of one problem below the working directory."""
    rng = np.random.default_rng(len(problem))
    axes = AXES[problem]
    points = np.stack(np.meshgrid(*axes.values(), indexing="ij"), -1).reshape(-1, len(axes))
    exact = np.sin(3 * points[:, 0]) * np.cos(points[:, 1])
    for path in made.references(PAPER):
        if path.stem == problem:
            synthetic.save_arrays(path, points=points, u=exact, **{f"axis_{name}": axis for name, axis in axes.items()})
    for run in made.runs(PAPER):
        if run.problem != problem:
            continue
        folder = run.folder(made.name)
        error = worse * ERRORS[run.method] * float(np.exp(0.2 * rng.normal()))
        history = [{"phase": "adam", "step": step, "loss": 1 / (1 + step), "loss_residual": 0.5} for step in (0, 10)]
        outcome = Outcome(Status.DONE, "", {"u": exact + error}, history, phases={"adam": Phase(2.0, 2.0, 10)})
        settings = json.loads(made.training_settings(run))
        version = code_version(*training_modules(PAPER, run.problem, run.method))
        provenance = {"seed": run.seed, "settings": settings, "code_version": version}
        write(outcome, folder, provenance, MACHINE)
        scores = [{"metric": name, "value": error, "unit": "1"} for name in ("relative_l2", "rmse")]
        write_json(folder / "scores.json", scores)
    for path in made.measurements(PAPER):
        at, seed = path.parts[-4], int(path.stem.removeprefix("seed"))
        if at == problem:
            key = next(run for run in made.runs(PAPER) if (run.problem, run.method) == (at, "kd_student"))
            key = replace(key, seed=seed)
            speed = row(key, Status.DONE, "speedup", 6 + 0.1 * rng.normal(), "1", synthetic.FULL_BATCH, timing=True)
            settings = json.loads(made.measurement_settings(PAPER, at, path.parent.name))
            measured.write([speed] if path.parent.name == "latency" else [], path, settings)
