"""Run a command of any language as a method: one run folder, with its cost, its manifest and whatever became of it."""

import argparse
import logging
from dataclasses import astuple
from pathlib import Path

from replication import layout
from replication.baselines import external
from replication.baselines.declaration import BASELINES, declared
from replication.baselines.task import Task
from replication.errors import UserError
from replication.layout import RunKey
from replication.provenance.manifest import manifest
from replication.runs import log
from replication.runs.energy import Meter
from replication.runs.outcome import Outcome, Status, read_record, write
from replication.runs.run import Run
from replication.storage.lock import only_writer

logger = logging.getLogger(__name__)

TOLD = ("paper", "problem", "evaluation", "prediction", "budget", "hardware")
"""What every task says."""

KEPT = {Status.DONE: ("prediction.npz", "forecast.h5", "history.csv", "model.safetensors", "model.json")}
"""What of the command's files stays; on any other status only the history, which shows how it came to that."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--task", required=True, type=Path, help="task file, which says what is asked for")
    parser.add_argument("--seed", required=True, type=int, help="seed of this run")
    parser.add_argument("--out", required=True, type=Path, help="run folder: .../problem/method/seedN")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, help="-- COMMAND; {task}, {seed} and {out} stand for the above"
    )


def run(options: argparse.Namespace) -> None:
    """Run the command, unless the target is absent, a needed run is not done, or it has been run already."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise UserError("run-external: a command is needed after --")
    task, key = _task(options.task), _key(options.out)
    _belong_together(task, options.seed, key, options.out)
    if not (file := BASELINES / f"{key.method}.smk").is_file():
        raise UserError(f"--out {options.out}: {key.method} is no file of {layout.BASELINES}")
    baseline = declared(file)
    this = Run(
        paper=key.paper,
        problem=key.problem,
        method=key.method,
        seed=key.seed,
        folder=options.out,
        settings=dict(task.settings),
        evaluation=Path(task.settings["evaluation"]),
        code_version=baseline.code_version,
        device=task.hardware["device"],
        inputs={name: options.out.parents[1] / name / options.out.name for name in baseline.header.needs},
        data={key.problem: Path(task.settings["data"])} if "data" in task.settings else {},
    )
    log.start(this.name, options.log)
    with only_writer(this.folder):
        if _finished(this):
            logger.info("already run by another process with this task and this code")
            return
        given = {"{task}": str(options.task), "{seed}": str(this.seed), "{out}": str(this.folder)}
        command = [given.get(word, word) for word in command]
        with Meter() as meter:
            outcome = _skipped(this, task) or _run(this, task, command)
        outcome.details |= meter.record(this.device)
        provenance = {
            "seed": this.seed,
            "settings": this.settings,
            "code_version": this.code_version,
            "identity": this.identity,
            "needs": sorted(this.inputs),
            "command": command,
        }
        about = manifest(this.settings, threads=task.hardware["threads"], dtype="its own", device=this.device)
        write(outcome, this.folder, provenance, about, kept=KEPT.get(outcome.status, ("history.csv",)))
    logger.info("%s%s", outcome.status, f": {outcome.reason}" if outcome.reason else "")


def _task(file: Path) -> Task:
    try:
        task = Task.read(file)
        missing = [name for name in TOLD if name not in task.content]
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"--task {file}: not a task file ({' '.join(str(error).split())})") from None
    if missing:
        raise UserError(f"--task {file}: not a task file: {missing[0]} is missing")
    return task


def _key(folder: Path) -> RunKey:
    try:
        return RunKey.of_folder(folder)
    except ValueError:
        form = "results/PRESET/HARDWARE/PAPER/PROBLEM/METHOD/seedN"
        raise UserError(f"--out {folder}: not a run folder; expected {form}, N being a number") from None


def _belong_together(task: Task, seed: int, key: RunKey, folder: Path) -> None:
    """Raise UserError where the run folder is that of another task or seed."""
    if seed != key.seed:
        raise UserError(f"--seed {seed}: the run folder {folder} is that of seed {key.seed}")
    told = task.hardware["target"], task.settings["paper"], task.settings["problem"]
    if told != (key.hardware, key.paper, key.problem):
        raise UserError(f"--out {folder}: the task is {'/'.join(told)}, the folder's {'/'.join(astuple(key)[:3])}")


def _skipped(this: Run, task: Task) -> Outcome | None:
    if task.hardware["status"] != "present":
        return Outcome(Status.SKIPPED, task.hardware["reason"])
    for method, folder in this.inputs.items():
        status = read_record(folder)["status"]
        if status != Status.DONE:
            return Outcome(Status.SKIPPED, f"{method} {status}")
    return None


def _run(this: Run, task: Task, command: list[str]) -> Outcome:
    for stale in ("training.json", *KEPT[Status.DONE]):
        (this.folder / stale).unlink(missing_ok=True)
    ended = external.run(command, task.settings["budget"]["wall_s"], task.hardware["threads"])
    return external.outcome(ended, task, this.folder)


def _finished(this: Run) -> bool:
    if not (this.folder / "training.json").is_file():
        return False
    try:
        record = read_record(this.folder)
    except UserError:  # a command was killed between its own files and ours
        return False
    return record.get("identity") == this.identity
