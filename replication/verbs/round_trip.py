"""Measure how exactly the inverse wavelet transform gives back random fields on a dataset's grid."""

import argparse
import json
from pathlib import Path
from typing import Any

from replication.layout import RunKey
from replication.measurement import measured
from replication.measurement.table import row
from replication.runs import log
from replication.runs.outcome import Status
from replication.seeds import derived_seed

METHOD = "wavelit"
"""The model whose tokenizer it is."""
FIELDS = 16
"""Random fields in one repeat."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--dataset", required=True, type=Path, help="file that says where the dataset lies")
    parser.add_argument("--settings", required=True, type=json.loads, help="wavelet, levels, boundary ..., as JSON")
    parser.add_argument("--out", required=True, type=Path, help="rows to write, seed and hardware in its path")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write one row for each precision, the largest error of all fields; no training enters."""
    import torch

    from replication.forecasting.scaling import Scaling
    from replication.networks.wavelet import WaveletTransform

    torch.set_num_threads(1)
    lies, settings = json.loads(options.dataset.read_text(encoding="utf-8")), options.settings
    hardware, paper, problem = options.out.parts[-6:-3]
    key = RunKey(hardware, paper, problem, METHOD, int(options.out.stem.removeprefix("seed")))
    log.start(f"round_trip {problem}", options.log)
    shape = Scaling(Path(lies["folder"])).shape(1)
    boundary: Any = tuple("periodised" if wraps else settings["boundary"] for wraps in shape.periodic)
    transform = WaveletTransform(settings["wavelet"], settings["levels"], boundary)
    rows = []
    random = torch.Generator().manual_seed(derived_seed(paper, problem, "round_trip", key.seed))
    for dtype in (torch.float32, torch.float64):
        error = 0.0
        for _ in range(settings["repeats"]):
            field = torch.randn(FIELDS, *shape.grid, generator=random, dtype=dtype)
            back = transform.synthesise(transform.analyse(field))
            error = max(error, float((back - field).abs().max() / field.abs().max()))
        name = str(dtype).removeprefix("torch.")
        rows.append(row(key, Status.DONE, "round_trip_error", error, "1", f"dtype={name}"))
    measured.write(rows, options.out, settings)
