"""Time one attention layer over the number of tokens, alone on the machine."""

import argparse
import json
from pathlib import Path
from statistics import median

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.table import row
from replication.runs import log
from replication.runs.allocator import keep_freed_memory
from replication.runs.neighbours import Neighbours
from replication.runs.outcome import Status

METHOD = "wavelit_joint"
"""The model whose layer it is."""
METRICS = {"augmented": "attention_time", "softmax": "softmax_attention_time"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="width, heads, tokens ..., as JSON")
    parser.add_argument("--hardware", required=True, type=Path, help="what the probe found out about the target")
    parser.add_argument("--out", required=True, type=Path, help="rows to write, seed and hardware in its path")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write one row for each number of tokens, the median of all rounds: rounds of one process are no seeds."""
    import torch

    from replication.measurement.attention_cost import attention_times

    torch.set_num_threads(1)
    keep_freed_memory()  # as trainings do
    settings, target = options.settings, json.loads(options.hardware.read_text(encoding="utf-8"))
    hardware, paper, problem = options.out.parts[-6:-3]
    key = RunKey(hardware, paper, problem, METHOD, int(options.out.stem.removeprefix("seed")))
    log.start(f"attention_cost seed{key.seed}", options.log)
    tokens = settings["tokens"]
    kinds = {"augmented": tokens, "softmax": [count for count in tokens if count <= settings["softmax_tokens"]]}
    if target["status"] == "absent":
        measured.write([row(key, Status.SKIPPED, "attention_time", None, "s", timing=True)], options.out, settings)
        return
    with Neighbours() as neighbours:
        times = attention_times(kinds, settings["width"], settings["heads"], settings["repeats"], target["device"])
    rows = [
        row(key, Status.DONE, METRICS[kind], median(rounds), "s", f"tokens={count}", timing=True)
        for (kind, count), rounds in times.items()
    ]
    measured.write(rows, options.out, settings, neighbours.cores)
