"""Runs a program of any language as a method: measures its cost, ends it in time and sees that its files are whole.

The program writes `prediction.npz` or `forecast.h5` into the run folder. It may write `history.csv`,
`model.safetensors` with `model.json`, and a `training.json` with any of `status`, `reason`, `phases` (name: `wall_s`,
`cpu_s`, `steps`), `parameters` and other keys of its own; what it leaves out is filled in here.
"""

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replication.baselines.prediction import fault
from replication.baselines.task import Task
from replication.runs.outcome import HISTORY_START, Outcome, Phase, Status

log = logging.getLogger(__name__)

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "JULIA_NUM_THREADS")
HARNESS_KEYS = ("status", "reason", "phases", "parameters", "compile_wall_s", "peak_memory_mb")
"""What of the program's own `training.json` is checked; other keys are kept as they are."""


@dataclass(frozen=True)
class Ended:
    """How a program ended: exit code, last line of its output, wall and CPU seconds, whether its time was over."""

    code: int
    last_line: str
    cost: Phase
    peak_memory_mb: float
    out_of_time: bool


def run(command: Sequence[str], seconds: float, threads: int) -> Ended:
    """Run a program, its output in our log, and end it with all its children after `seconds`.

    The interpreter that runs this comes first on its PATH, so that `python` is the one that has our packages.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    last, over = "no output", threading.Event()
    try:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env=os.environ | dict.fromkeys(THREADS, str(threads)) | {"PATH": path},
        )
    except OSError as error:
        return Ended(127, f"{command[0]}: {error.strerror}", Phase(), 0.0, False)

    def end() -> None:
        over.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(seconds, end)
    timer.start()
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.strip():
                last = line.strip()
                log.info("%s", last)
        code = process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:  # interrupted ourselves: no orphan lives on
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ended(code, last, Phase(time.perf_counter() - start, cpu), after.ru_maxrss / 1024, over.is_set())


def outcome(ended: Ended, task: Task, folder: Path) -> Outcome:
    """Return what became of a program, from how it ended and from the files that it left in `folder`."""
    measured = {"measured": {"wall_s": ended.cost.wall_s, "cpu_s": ended.cost.cpu_s}}
    result = Outcome(Status.DONE, phases={"command": ended.cost}, peak_memory_mb=ended.peak_memory_mb, details=measured)
    if ended.out_of_time:
        result.status, result.reason = Status.OUT_OF_TIME, f"ended after {ended.cost.wall_s:.0f} s"
        return result
    if ended.code:
        result.status, result.reason = Status.FAILED, f"exit code {ended.code}: {ended.last_line}"
        return result
    problem = _take_record(folder / "training.json", result) or _history_fault(folder / "history.csv")
    if problem is None and result.status is Status.DONE:
        problem = fault(folder / task.settings["prediction"], task)
    if problem is not None:
        result.status, result.reason = Status.FAILED, problem
    return result


def _take_record(file: Path, result: Outcome) -> str | None:
    """Put what the program says about itself into `result`; return what is wrong with it."""
    if not file.is_file():
        return None
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        result.status = Status(record.get("status", "done"))
        result.reason = str(record.get("reason", ""))
        result.parameters = int(record.get("parameters", 0))
        result.compile_wall_s = float(record.get("compile_wall_s", 0.0))
        phases = {name: Phase(**phase) for name, phase in record.get("phases", {}).items()}
    except (ValueError, TypeError, AttributeError) as error:
        return f"training.json cannot be read: {' '.join(str(error).split())}"
    result.phases = phases or result.phases
    result.details |= {key: value for key, value in record.items() if key not in HARNESS_KEYS}
    return None


def _history_fault(file: Path) -> str | None:
    if not file.is_file():
        return None
    with file.open(encoding="utf-8", errors="replace") as stream:
        columns: list[Any] = stream.readline().strip().split(",")
    if tuple(columns[: len(HISTORY_START)]) != HISTORY_START:
        return f"history.csv: columns begin with {', '.join(columns[:3])}, expected {', '.join(HISTORY_START)}"
    return None
