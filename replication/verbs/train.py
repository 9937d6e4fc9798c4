"""Train one method on one problem with one seed, and write the run folder."""

import argparse
import json
import logging
import os
import resource
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

from replication import layout
from replication.provenance.code_version import code_version
from replication.provenance.modules import method_module, training_modules
from replication.runs import log
from replication.runs.allocator import keep_freed_memory
from replication.runs.energy import Meter
from replication.runs.outcome import Outcome, Status, read_record, write
from replication.runs.run import Run
from replication.storage.lock import only_writer

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="what this training reads, as JSON")
    parser.add_argument("--evaluation", default=Path(), type=Path, help="file of evaluation points, or of histories")
    parser.add_argument("--data", nargs="*", default=[], type=Path, help="files that say where datasets lie")
    parser.add_argument("--hardware", required=True, type=Path, help="what the probe found out about the target")
    parser.add_argument("--needs", nargs="*", default=[], type=Path, help="run folders this one builds on")
    parser.add_argument("--out", required=True, type=Path, help="run folder: .../problem/method/seedN")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Train, or reuse what another process has just finished here."""
    key = layout.RunKey.of_folder(options.out)
    module = method_module(key.paper, key.method)
    target = json.loads(options.hardware.read_text(encoding="utf-8"))
    this = Run(
        paper=key.paper,
        problem=key.problem,
        method=key.method,
        seed=key.seed,
        folder=options.out,
        settings=options.settings,
        evaluation=options.evaluation,
        code_version=code_version(*training_modules(key.paper, key.problem, key.method)),
        device=target["device"],
        inputs={layout.RunKey.of_folder(folder).method: folder for folder in options.needs},
        data={path.stem: Path(json.loads(path.read_text(encoding="utf-8"))["folder"]) for path in options.data},
    )
    log.start(this.name, options.log)
    first = os.environ.get("RANK", "0") == "0"  # of the processes that torchrun starts, one writes
    with only_writer(this.folder) if first else nullcontext():
        if _finished(this):
            logger.info("already trained by another process with these settings and this code")
            return
        resumed = any(this.folder.glob("checkpoint*"))
        with Meter() as meter:
            outcome = _train(this, module, target)
        outcome.details |= meter.record(this.device, resumed)
        if this.device != "cpu" and outcome.status is not Status.DONE:
            outcome.details.setdefault("accelerator_memory_mb", None)  # a row without a value, and no hole
        if not first:
            return
        outcome.peak_memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        from replication.provenance.manifest import manifest

        provenance = {
            "seed": this.seed,
            "settings": this.settings,
            "code_version": this.code_version,
            "identity": this.identity,
            "needs": sorted(this.inputs),
        }
        training = this.settings.get("training", {})
        dtype = training.get("dtype") or training.get("precision", "float32")
        write(outcome, this.folder, provenance, manifest(this.settings, threads=1, dtype=dtype, device=this.device))
        (this.folder / "checkpoint.safetensors").unlink(missing_ok=True)
    logger.info("%s%s", outcome.status, f": {outcome.reason}" if outcome.reason else "")


def _train(this: Run, module: str, target: dict[str, str]) -> Outcome:
    if target["status"] != "present":
        return Outcome(Status.SKIPPED, target["reason"])
    for method, folder in this.inputs.items():
        status = read_record(folder)["status"]
        if status != Status.DONE:
            return Outcome(Status.SKIPPED, f"{method} {status}")
    import torch

    from replication.forecasting import processes
    from replication.runs.memory import OUT_OF_MEMORY, says_out_of_memory

    torch.set_num_threads(1)
    keep_freed_memory()
    try:
        return import_module(module).train(this)
    except OUT_OF_MEMORY as error:
        # One process of several must end, so that torchrun ends the others, which would wait for it.
        if not says_out_of_memory(error) or processes.COUNT > 1:
            raise
        return Outcome(Status.SKIPPED, "out of memory; take fewer points or a smaller network")


def _finished(this: Run) -> bool:
    if not (this.folder / "training.json").is_file():
        return False
    return read_record(this.folder).get("identity") == this.identity
