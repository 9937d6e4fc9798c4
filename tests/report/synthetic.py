"""A small synthetic results tree in the workflow's layout. None of its numbers was measured."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from replication import layout
from replication.layout import RunKey
from replication.report import figure, runs
from replication.report.inputs import Inputs
from replication.report.sources import FigureSources
from replication.storage.atomic import replacing, write_json
from replication.verdicts.claim import load_claims
from replication.verdicts.judge import judge

PRESET = "quick"
PAPER = "kd_pinn"
PROBLEM = "burgers"
ERRORS = {"teacher": 2e-3, "kd_student": 4e-3, "scratch_student": 7e-3, "kd_only_student": 9e-3}
SEEDS = (0, 1, 2, 3)
DIVERGED = RunKey("cpu", PAPER, PROBLEM, "scratch_student", 3)
BATCHES = (1, 100, 10_000, 25_600)
FULL_BATCH = "batch=25600;threads=1;runtime=eager"


def grow(root: Path, problems: tuple[str, ...] = (PROBLEM,)) -> FigureSources:
    """Make data, run folders and tables below `root`; return sources that may read all of it."""
    rng = np.random.default_rng(0)
    files: list[Path] = []
    rows: list[dict[str, object]] = []
    for problem in problems:
        axes = {"x": np.linspace(-1, 1, 128), "t": np.linspace(0, 1, 50)}
        grid = np.stack(np.meshgrid(*axes.values(), indexing="ij"), -1).reshape(-1, 2)
        field = -np.tanh(grid[:, 0] * (1 + 8 * grid[:, 1])) * np.cos(np.pi * grid[:, 0] / 2)
        reference = layout.reference(PRESET, PAPER, problem)
        files.append(reference)
        save_arrays(root / reference, points=grid, u=field, **{f"axis_{name}": axis for name, axis in axes.items()})
        for method, size in ERRORS.items():
            for seed in SEEDS:
                key = RunKey("cpu", PAPER, problem, method, seed)
                error = size * float(np.exp(0.3 * rng.normal()))
                noise = error * np.exp(-20 * grid[:, 0] ** 2) * np.sin(9 * grid[:, 0] + seed)
                files += grow_run(root, key, {"u": field + noise})
                done = key != DIVERGED
                base = {"hardware": "cpu", "paper": PAPER, "problem": problem, "method": method, "seed": seed}
                base |= {"status": "done" if done else "diverged"}
                rows.append(base | row("", "relative_l2", error if done else None, "1"))
                rows.append(base | row("", "rmse", 0.61 * error if done else None, "1"))
                rows += latency_rows(base, rng, teacher=method == "teacher", done=done)
    table = layout.table(PRESET, PAPER)
    files.append(table)
    columns = [
        "hardware",
        "paper",
        "problem",
        "method",
        "seed",
        "condition",
        "metric",
        "value",
        "unit",
        "status",
        "timing",
    ]
    (root / table).parent.mkdir(parents=True)
    pd.DataFrame(rows)[columns].to_csv(root / table, index=False)
    return FigureSources(root, files)


def report(root: Path, sources: FigureSources, papers: tuple[str, ...] = (PAPER,)) -> Inputs:
    """Make everything a page is rendered from: verdicts, evidence, figures and the record of runs."""
    reports = root / layout.REPORTS / PRESET
    table = root / layout.metrics(PRESET)[0]
    rows = sources.table
    rows.to_csv(table, index=False)
    verdicts, evidence, flips = judge(load_claims(PAPER), rows, size="reduced", evidence=PRESET)
    reports.mkdir(parents=True)
    flips.to_csv(reports / "sensitivity.csv", index=False)
    verdicts.to_csv(reports / "verdicts.csv", index=False)
    evidence.to_csv(reports / "evidence.csv", index=False)
    for name in figure.figures(PAPER):
        data = reports / "figures" / PAPER / f"{name}.{figure.declared(PAPER, name).format}"
        figure.write_data(PAPER, name, sources, data)
        figure.draw(PAPER, name, data, data.with_suffix(""), suffixes=("svg",))
    measured = []
    for (hardware, problem, seed), part in rows[rows["timing"]].groupby(["hardware", "problem", "seed"]):
        measured.append(root / layout.measured(PRESET, hardware, PAPER, problem, "latency", seed))
        with replacing(measured[-1]) as temporary:
            part.to_csv(temporary, index=False)
    runs.write([path for _, path in sources.runs("training.json")], measured, reports / "runs.json")
    return Inputs(
        preset=PRESET,
        papers=papers,
        verdicts=reports / "verdicts.csv",
        evidence=reports / "evidence.csv",
        sensitivity=reports / "sensitivity.csv",
        metrics=(table,),
        runs=(reports / "runs.json",),
        figures=reports / "figures",
        tables=reports / "tables",
        root=root,
        settings={"preset": PRESET, "kd_pinn": {"seeds": len(SEEDS), "teacher": {"width": 50}}},
    )


def row(condition: str, metric: str, value: float | None, unit: str) -> dict[str, object]:
    timing = metric in ("latency", "speedup")
    return {"condition": condition, "metric": metric, "value": value, "unit": unit, "timing": timing}


def latency_rows(
    base: dict[str, object], rng: np.random.Generator, teacher: bool, done: bool
) -> list[dict[str, object]]:
    rows = []
    for runtime, floor in {"eager": 30e-6, "onnx": 4e-6}.items():
        for threads in (1, 2):
            for batch in BATCHES:
                cost = floor + batch * (2.6e-7 if teacher else 4.6e-8) / threads
                seconds = cost * float(np.exp(0.05 * rng.normal()))
                condition = f"batch={batch};threads={threads};runtime={runtime}"
                rows.append(base | row(condition, "latency", seconds if done else None, "s"))
                if not teacher:
                    ratio = (floor + batch * 2.6e-7 / threads) / seconds
                    rows.append(base | row(condition, "speedup", ratio if done else None, "1"))
    return rows


def grow_run(root: Path, key: RunKey, fields: dict[str, np.ndarray]) -> list[Path]:
    folder = key.folder(PRESET)
    done = key != DIVERGED
    save_arrays(root / folder / "prediction.npz", **(fields if done else {}))
    steps = np.concatenate([np.arange(0, 2000, 20), np.arange(2000, 2400, 20)])
    adam = steps < 2000
    history = pd.DataFrame({"phase": np.where(adam, "adam", "lbfgs"), "step": np.where(adam, steps, steps - 1980)})
    rate = 300 + 60 * list(ERRORS).index(key.method)
    decay = (np.exp(-steps / rate) + 1e-3) * np.exp(0.3 * np.sin(steps / 90 + key.seed))
    history["loss"] = decay
    for weight, term in enumerate(("residual", "initial", "boundary"), start=1):
        history[f"loss_{term}"] = decay / weight
    if key.method.startswith("kd"):
        history["loss_distillation"] = decay / 7
    if not done:
        history = history.iloc[:0]
    history.to_csv(root / folder / "history.csv", index=False)
    reason = "" if done else "the loss was not finite at Adam step 812"
    write_json(
        root / folder / "training.json",
        {
            "status": "done" if done else "diverged",
            "reason": reason,
            "phases": {
                "adam": {"wall_s": 40.0, "cpu_s": 41.0, "steps": 2000},
                "lbfgs": {"wall_s": 20.0, "cpu_s": 19.0, "steps": 400},
            },
            "compile_wall_s": 3.5,
            "peak_memory_mb": 412.0,
            "parameters": 921,
            "settings": {"steps": 2000},
            "code_version": "0" * 12,
            "seed": key.seed,
        },
    )
    write_json(
        root / folder / "manifest.json",
        {
            "commit": "1234567890abcdef",
            "dirty": False,
            "packages": {"torch": "2.13.0", "numpy": "2.0"},
            "lock_hash": "feedbeef",
            "cpu": "a made-up processor",
            "gpu": None,
            "driver": None,
            "threads": 1,
            "dtype": "float32",
            "tf32": False,
            "settings_hash": json.dumps(key.method)[:4],
            "python": "3.11",
            "platform": "Linux",
        },
    )
    return [folder / name for name in ("prediction.npz", "history.csv", "training.json", "manifest.json")]


def save_arrays(path: Path, **arrays: np.ndarray) -> None:
    with replacing(path) as temporary:
        np.savez(temporary, **arrays)
