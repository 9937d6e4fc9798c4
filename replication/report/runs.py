"""What every run cost, how it ended and on what it ran: one small file, enough to render a page without run folders.

`runs.json` holds `runs` (one entry a run folder), `measurements` (one entry a file of measured rows) and `manifests`,
the different states of code and machine the runs were made in, by a short hash of their content. An entry names its
preset, and under `config` what the command line changed of it.
"""

import csv
import hashlib
import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from replication import layout
from replication.layout import RunKey
from replication.measurement import measured
from replication.storage.atomic import write_json

DEFAULT_PRESET = "quick"
"""The preset that Snakemake takes without `--configfile`."""

SHARED = "neurons"
"""Method of the entries of networks that several runs share, before a dash and the run that was the first to ask."""

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
    energy_reason: str = ""
    """Why the energy is not known: what the runs say that did not count it."""

    @classmethod
    def of(cls, runs: Iterable[dict[str, Any]]) -> "Cost":
        """Add up entries of `runs.json`; shared networks take time, but are no runs and have no energy of their own."""
        entries = list(runs)
        made = [entry for entry in entries if not is_shared(entry)]
        energies = [run["energy_j"] for run in made]
        reasons = {run.get("energy_reason") or "it was not recorded" for run in made if run["energy_j"] is None}
        return cls(
            runs=len(made),
            unfinished=sum(run["status"] != "done" for run in made),
            cpu_s=sum(entry["cpu_s"] for entry in entries),
            wall_s=sum(entry["wall_s"] for entry in entries),
            compile_wall_s=sum(entry["compile_wall_s"] for entry in entries),
            energy_j=None if not energies or None in energies else sum(energies),
            energy_reason="; ".join(sorted(reasons)),
        )


@dataclass
class Shared:
    """Networks that runs share, such as S²GPT-PINN's neurons, each counted where it is met first."""

    known: set[tuple[str, ...]] = field(default_factory=set)

    def used(self, training: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the records of the shared networks that a run used, each with its `folder`."""
        return [*training.get("neurons", []), *training.get("dropped", [])]

    def entries(self, run: Mapping[str, Any], networks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return an entry for those networks of a run that no earlier run used; none if there are none."""
        place = run["preset"], run["hardware"], run["paper"]
        new = [network for network in networks if (*place, network["folder"]) not in self.known]
        self.known |= {(*place, network["folder"]) for network in new}
        if not new:
            return []
        cost = {name: sum(network[name] for network in new) for name in ("cpu_s", "wall_s", "steps")}
        method = f"{SHARED}-{run['method']}"
        unknown: dict[str, Any] = {
            "reason": "",
            "peak_memory_mb": None,
            "accelerator_memory_mb": None,
            "energy_j": None,
            "energy_reason": "counted with the runs that trained them",
            "needs": [],
        }
        return [{**run, **unknown, **cost, "method": method, "status": "done", "compile_wall_s": 0.0}]


def collect(trainings: Iterable[Path], measurements: Iterable[Path] = (), config: Sequence[str] = ()) -> dict[str, Any]:
    """Read `training.json` files with the manifests beside them, and files of measured rows, into one dictionary.

    `config` are the settings that the command line changed, as `KEY=VALUE`. Networks that several runs share have
    entries of their own, one a problem and seed, and do not count in the entries of those runs.
    """
    runs, manifests, shared = [], {}, Shared()
    for path in sorted(trainings):
        training = json.loads(path.read_text(encoding="utf-8"))
        beside = path.with_name("manifest.json")
        manifest = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
        about_run = {name: manifest.pop(name, None) for name in PER_RUN}
        identity = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:8]
        manifests[identity] = manifest
        phases, others = training["phases"].values(), shared.used(training)

        def own(name: str, phases: Any = phases, others: Any = others) -> Any:
            return sum(phase[name] for phase in phases) - sum(network[name] for network in others)

        runs.append(
            asdict(RunKey.of_folder(path.parent))
            | {
                "preset": _preset(path),
                "config": list(config),
                "status": training["status"],
                "reason": training.get("reason") or "",
                "cpu_s": own("cpu_s"),
                "wall_s": own("wall_s"),
                "compile_wall_s": training.get("compile_wall_s") or 0.0,
                "steps": own("steps"),
                "peak_memory_mb": training.get("peak_memory_mb"),
                "accelerator_memory_mb": training.get("accelerator_memory_mb"),
                "parameters": training.get("parameters"),
                "energy_j": training.get("energy_j"),
                "energy_reason": training.get("energy_reason") or "",
                "code_version": training.get("code_version"),
                "needs": training.get("needs", []),
                "manifest": identity,
            }
            | about_run
        )
        runs += shared.entries(runs[-1], others)
    entries = [_measurement(path) | {"config": list(config)} for path in sorted(measurements)]
    return {"runs": runs, "measurements": entries, "manifests": manifests}


def machine(manifest: Mapping[str, Any]) -> str:
    """Return the processor, and the accelerator if there was one, that a manifest names."""
    processors = [str(manifest[name]) for name in ("cpu", "gpu") if manifest.get(name) not in (None, "none")]
    return ", ".join(processors) or "unknown hardware"


def write(trainings: Iterable[Path], measurements: Iterable[Path], path: Path, config: Sequence[str] = ()) -> None:
    """Write `runs.json`."""
    write_json(path, collect(trainings, measurements, config))


def read(paths: Iterable[Path]) -> dict[str, Any]:
    """Read `runs.json` files into one; a file that does not exist adds nothing."""
    together: dict[str, Any] = {"runs": [], "measurements": [], "manifests": {}}
    for path in paths:
        if path.is_file():
            content = json.loads(path.read_text(encoding="utf-8"))
            together["runs"] += content["runs"]
            together["measurements"] += content["measurements"]
            together["manifests"] |= content["manifests"]
    return together


@dataclass(frozen=True)
class MadeBy:
    """Finds what a row of the long table comes from among the entries of a `record`."""

    record: Mapping[str, Any]

    def row(self, row: Mapping[Any, Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """Return the run of the row's method, and the measurement if the row is one of its rows."""
        place = row["paper"], row["hardware"], row["problem"]
        run = self._runs.get((*place, row["seed"], row["method"]))
        # Parts published before conditions were recorded name the metric alone.
        names = (quantity(row["metric"], row["condition"]), row["metric"])
        found = (self._measurements.get((*place, row["seed"], name)) for name in names)
        return run, next(filter(None, found), None)

    @cached_property
    def _runs(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        return {(*self._place(run), run["method"]): run for run in self.record["runs"]}

    @cached_property
    def _measurements(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        return {
            (*self._place(entry), metric): entry for entry in self.record["measurements"] for metric in entry["metrics"]
        }

    @staticmethod
    def _place(entry: Mapping[str, Any]) -> tuple[Any, ...]:
        return entry["paper"], entry["hardware"], entry["problem"], entry["seed"]


def quantity(metric: str, condition: str) -> str:
    """Return a metric with the names of its conditions, `latency;batch;threads`: what a measurement is known by."""
    return ";".join([metric, *(part.partition("=")[0] for part in condition.split(";") if part)])


def folder(run: dict[str, Any]) -> Path:
    """Return the folder of a run, or the file of a measurement, given its entry in `runs.json`."""
    place = run["hardware"], run["paper"], run["problem"]
    if is_shared(run):
        return RunKey(*place, run["method"], run["seed"]).folder(run["preset"]).parents[2] / SHARED
    if "measurement" in run:
        return layout.measured(run["preset"], *place, run["measurement"], run["seed"])
    return RunKey(*place, run["method"], run["seed"]).folder(run["preset"])


def is_shared(run: Mapping[str, Any]) -> bool:
    """Whether an entry is that of networks which several runs share."""
    return run.get("method", "").startswith(f"{SHARED}-")


def counted_with(entry: Mapping[str, Any]) -> str:
    """Say where the time of a run is counted that has none of its own: with another training; empty for all others."""
    if "measurement" in entry or entry["cpu_s"] or entry["status"] != "done":
        return ""
    return f"see {'joint' if _trained_elsewhere(entry) else SHARED}"


def _trained_elsewhere(entry: Mapping[str, Any]) -> bool:
    """Whether a run forecasts with the network that a run of the same method trained, for several problems at once."""
    return entry["method"] in entry.get("needs", [])


def anchor(run: dict[str, Any]) -> str:
    """Return the address of a run or measurement within the page, given its entry in `runs.json`."""
    name = run.get("method") or run["measurement"]
    return f"run-{run['paper']}-{run['hardware']}-{run['problem']}-{name}-seed{run['seed']}"


def command(run: dict[str, Any]) -> str:
    """Return the command that makes a run or measurement again, even if it is there already."""
    if is_shared(run):
        run = {**run, "method": run["method"].removeprefix(f"{SHARED}-")}
    target = folder(run)
    if "measurement" not in run:
        target = target / "training.json"
    words = ["snakemake", "--cores", "1"]
    if run["preset"] != DEFAULT_PRESET:
        words += ["--configfile", f"workflow/presets/{run['preset']}.yaml"]
    if run["config"]:
        words += ["--config", *run["config"]]
    return shlex.join([*words, "--force", target.as_posix()])


def _measurement(path: Path) -> dict[str, Any]:
    hardware, paper, problem, _, measurement, seed = path.parts[-6:]
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    made_by = measured.record(path)
    return {
        "preset": _preset(path),
        "hardware": hardware,
        "paper": paper,
        "problem": problem,
        "measurement": measurement,
        "seed": int(Path(seed).stem.removeprefix("seed")),
        "metrics": sorted({quantity(row["metric"], row["condition"]) for row in rows}),
        "methods": sorted({row["method"] for row in rows}),
        "rows": len(rows),
        "code_version": made_by.get("code_version"),
        "settings_hash": made_by.get("settings_hash"),
        "neighbours": made_by.get("neighbours"),
    }


def _preset(path: Path) -> str:
    """Return the preset below whose folder a `training.json` or a file of measured rows lies."""
    return path.parts[-7]
