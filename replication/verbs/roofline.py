"""Measure the machine's ceilings and place a teacher and its student below them."""

import argparse
import json
from pathlib import Path

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.roofline import Shape, measure_machine
from replication.measurement.table import row
from replication.runs import log
from replication.runs.neighbours import Neighbours
from replication.runs.outcome import Status, read_record

FUSIONS = {"fused": True, "unfused": False}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="matrix, stream, repeats, as JSON")
    parser.add_argument("--hardware", required=True, type=Path, help="what the probe found out about the target")
    parser.add_argument("--teacher", required=True, type=Path, help="run folder that speed-ups are relative to")
    parser.add_argument("--student", required=True, type=Path, help="run folder of the student")
    parser.add_argument("--out", required=True, type=Path, help="rows to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write ceilings (with the teacher's rows), intensities and predicted speed-ups; without values if a run failed."""
    keys = [RunKey.of_folder(folder) for folder in (options.teacher, options.student)]
    log.start(f"roofline {keys[0].problem}/seed{keys[0].seed}", options.log)
    statuses = [read_record(folder)["status"] for folder in (options.teacher, options.student)]
    if any(status != Status.DONE for status in statuses):
        missing = []
        for key, status in zip(keys, statuses, strict=True):
            missing += [
                measured.without_value(key, status, "intensity_over_balance", "1", f"fusion={name}", timing=True)
                for name in FUSIONS
            ]
        measured.write(missing, options.out, options.settings)
        return
    device = json.loads(options.hardware.read_text(encoding="utf-8"))["device"]
    with Neighbours() as neighbours:
        machine = measure_machine(**options.settings, device=device)
    shapes = [_shape(folder) for folder in (options.teacher, options.student)]
    done = Status.DONE
    rows = [
        row(keys[0], done, "peak_flops", machine.peak, "1/s", timing=True),
        row(keys[0], done, "bandwidth", machine.bandwidth, "B/s", timing=True),
    ]
    for key, shape in zip(keys, shapes, strict=True):
        for name, fused in FUSIONS.items():
            condition, intensity = f"fusion={name}", shape.intensity(fused)
            over = intensity / (machine.peak / machine.bandwidth)
            rows.append(row(key, done, "arithmetic_intensity", intensity, "1/B", condition))
            rows.append(row(key, done, "intensity_over_balance", over, "1", condition, timing=True))
    for name, fused in FUSIONS.items():
        teacher, student = (machine.seconds(shape.flops, shape.traffic(fused)) for shape in shapes)
        rows.append(row(keys[1], done, "predicted_speedup", teacher / student, "1", f"fusion={name}", timing=True))
    measured.write(rows, options.out, options.settings, neighbours.cores)


def _shape(folder: Path) -> Shape:
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return Shape((len(model["low"]), *model["hidden"], model["outputs"]))
