"""What every run cost, how it ended and on what it ran: one small file, enough to render a page without run folders.

`runs.json` holds `runs` (one entry a run folder), `measurements` (one entry a file of measured rows) and `manifests`,
the different states of code and machine the runs were made in, by a short hash of their content.
"""

import csv
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from replication import layout
from replication.layout import RunKey
from replication.storage.atomic import write_json

DEFAULT_PRESET = "quick"
"""The preset that Snakemake takes without `--configfile`."""

PER_RUN = ("settings_hash", "threads", "dtype", "tf32")
"""What a manifest says about the run rather than about the machine and the code; it belongs to the run's entry."""


@dataclass(frozen=True)
class Cost:
    """What some runs cost together. Times in seconds; energy in joules, None unless a counter measured every run."""

    runs: int
    unfinished: int
    cpu_s: float
    wall_s: float
    compile_wall_s: float
    energy_j: float | None

    @classmethod
    def of(cls, runs: Iterable[dict[str, Any]]) -> "Cost":
        """Add up entries of `runs.json`."""
        runs = list(runs)
        energies = [run["energy_j"] for run in runs]
        return cls(
            runs=len(runs),
            unfinished=sum(run["status"] != "done" for run in runs),
            cpu_s=sum(run["cpu_s"] for run in runs),
            wall_s=sum(run["wall_s"] for run in runs),
            compile_wall_s=sum(run["compile_wall_s"] for run in runs),
            energy_j=None if not energies or None in energies else sum(energies),
        )


def collect(trainings: Iterable[Path], measured: Iterable[Path] = ()) -> dict[str, Any]:
    """Read `training.json` files with the manifests beside them, and files of measured rows, into one dictionary."""
    runs, manifests = [], {}
    for path in sorted(trainings):
        training = json.loads(path.read_text(encoding="utf-8"))
        beside = path.with_name("manifest.json")
        manifest = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
        about_run = {name: manifest.pop(name, None) for name in PER_RUN}
        identity = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:8]
        manifests[identity] = manifest
        phases = training["phases"].values()
        runs.append(
            asdict(RunKey.of_folder(path.parent))
            | {
                "status": training["status"],
                "reason": training.get("reason") or "",
                "cpu_s": sum(phase["cpu_s"] for phase in phases),
                "wall_s": sum(phase["wall_s"] for phase in phases),
                "compile_wall_s": training.get("compile_wall_s") or 0.0,
                "steps": sum(phase["steps"] for phase in phases),
                "peak_memory_mb": training.get("peak_memory_mb"),
                "parameters": training.get("parameters"),
                "energy_j": training.get("energy_j"),
                "code_version": training.get("code_version"),
                "manifest": identity,
            }
            | about_run
        )
    return {"runs": runs, "measurements": [_measurement(path) for path in sorted(measured)], "manifests": manifests}


def write(trainings: Iterable[Path], measured: Iterable[Path], path: Path) -> None:
    """Write `runs.json`."""
    write_json(path, collect(trainings, measured))


def folder(preset: str, run: dict[str, Any]) -> Path:
    """Return the folder of a run, or the file of a measurement, given its entry in `runs.json`."""
    place = run["hardware"], run["paper"], run["problem"]
    if "measurement" in run:
        return layout.measured(preset, *place, run["measurement"], run["seed"])
    return RunKey(*place, run["method"], run["seed"]).folder(preset)


def anchor(run: dict[str, Any]) -> str:
    """Return the address of a run or measurement within the page, given its entry in `runs.json`."""
    name = run.get("method") or run["measurement"]
    return f"run-{run['paper']}-{run['hardware']}-{run['problem']}-{name}-seed{run['seed']}"


def command(preset: str, run: dict[str, Any]) -> str:
    """Return the command that makes a run or measurement again, even if it is there already."""
    target = folder(preset, run)
    if "measurement" not in run:
        target = target / "training.json"
    settings = "" if preset == DEFAULT_PRESET else f"--configfile workflow/presets/{preset}.yaml "
    return f"snakemake --cores 1 {settings}--force {target.as_posix()}"


def _measurement(path: Path) -> dict[str, Any]:
    hardware, paper, problem, _, measurement, seed = path.parts[-6:]
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        "hardware": hardware,
        "paper": paper,
        "problem": problem,
        "measurement": measurement,
        "seed": int(Path(seed).stem.removeprefix("seed")),
        "metrics": sorted({row["metric"] for row in rows}),
        "rows": len(rows),
    }
