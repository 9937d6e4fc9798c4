"""Runs a program of any language as a method: measures its cost, ends it in time and sees that its files are whole.

The program writes `prediction.npz` or `forecast.h5` into the run folder, and beside it whatever `claimed.py` reads;
what it leaves out is filled in here.
"""

import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from replication.baselines.claimed import history_fault, model_fault, read_record
from replication.baselines.prediction import fault
from replication.baselines.task import Task
from replication.runs import allocator
from replication.runs.outcome import Outcome, Phase, Status

log = logging.getLogger(__name__)

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "JULIA_NUM_THREADS")

MARK = "REPLICATION_COMMAND"
"""A variable that a program hands down to all that it starts, by which they are found when it has ended."""

PASSES = 20
"""How often programs are looked for that were started while others were being ended."""

SECONDS_TO_READ = 5.0
"""How long the output of a program that has ended may still take to come through."""


@dataclass(frozen=True)
class Ended:
    """How a program ended: exit code, last line of its output, wall and CPU seconds, whether its time was over."""

    code: int
    last_line: str
    cost: Phase
    peak_memory_mb: float
    out_of_time: bool

    @property
    def failure(self) -> str:
        """Say in one line how it failed: exit code or signal, and the last line."""
        how = f"exit code {self.code}"
        if self.code < 0:
            how = f"ended by signal {-self.code} ({signal.strsignal(-self.code)})"
        return f"{how}: {self.last_line}"


class _Output:
    """Reads a program's output into our log, in a thread of its own, and remembers the last line."""

    def __init__(self, stream: Iterable[str]) -> None:
        self.last = "no output"
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def last_line(self) -> str:
        """Return the last line once all is read; what still holds the output open is not waited for."""
        self._thread.join(SECONDS_TO_READ)
        return self.last

    def _read(self) -> None:
        for line in self._stream:
            if line.strip():
                self.last = line.strip()
                log.info("%s", self.last)


def run(command: Sequence[str], seconds: float, threads: int) -> Ended:
    """Run a program, its output in our log; once it has ended, or after `seconds`, end all that it started.

    The interpreter that runs this comes first on its PATH, so that `python` is the one that has our packages. Its freed
    memory is kept as in our own trainings, with which its cost is compared.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    mark = uuid.uuid4().hex
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    try:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env=os.environ | dict.fromkeys(THREADS, str(threads)) | allocator.ENVIRONMENT | {"PATH": path, MARK: mark},
        )
    except OSError as error:
        return Ended(127, f"{command[0]}: {error.strerror}", Phase(), 0.0, False)
    assert process.stdout is not None
    output, over = _Output(process.stdout), False
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        over = True
    finally:  # interrupted ourselves as well: no orphan lives on
        wall = time.perf_counter() - start
        _end(process, mark)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ended(process.returncode, output.last_line(), Phase(wall, cpu), after.ru_maxrss / 1024, over)


def _end(process: subprocess.Popen[str], mark: str) -> None:
    """End a program, its process group, and all that bears its mark, in whatever session it has put itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for _ in range(PASSES):
        marked = [
            other for other in psutil.process_iter(["environ"]) if (other.info["environ"] or {}).get(MARK) == mark
        ]
        if not marked:
            return
        for other in marked:
            with suppress(psutil.Error):
                other.kill()
        psutil.wait_procs(marked, timeout=1.0)


def outcome(ended: Ended, task: Task, folder: Path) -> Outcome:
    """Return what became of a program, from how it ended and from the files that it left in `folder`."""
    measured = {"measured": {"wall_s": ended.cost.wall_s, "cpu_s": ended.cost.cpu_s}}
    result = Outcome(Status.DONE, phases={"command": ended.cost}, peak_memory_mb=ended.peak_memory_mb, details=measured)
    history = history_fault(folder / "history.csv")
    if history:  # it stays whatever became of the run, and figures read it
        (folder / "history.csv").unlink()
    if ended.out_of_time:
        result.status, result.reason = Status.OUT_OF_TIME, f"ended after {ended.cost.wall_s:.0f} s"
        return result
    if ended.code:
        result.status, result.reason = Status.FAILED, ended.failure
        return result
    try:
        read_record(folder / "training.json").put_into(result)
        problem = history
    except ValueError as error:
        problem = str(error)
    if problem is None and result.status is Status.DONE:
        problem = fault(folder / task.settings["prediction"], task) or model_fault(folder)
    if problem is not None:
        result.status, result.reason = Status.FAILED, problem
    return result
