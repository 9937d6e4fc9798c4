"""Cost of a training step: times in turn, arithmetic that can be counted by hand, equal error from learning curves."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest
from torch import nn

from replication.forecasting.settings import Training
from replication.forecasting.shape import ForecastShape
from replication.layout import RunKey, measured
from replication.measurement.table import read_rows
from replication.measurement.training_step import COPIES, OneBatch, equal_error, measure, prepared
from replication.runs.outcome import Outcome, Status, write
from replication.verbs import training_step

SHAPE = ForecastShape(history=2, fields=3, constants=0, grid=(8, 8), periodic=(True, True))


def test_a_convolution_costs_what_it_multiplies():
    network = nn.Conv2d(SHAPE.inputs, SHAPE.fields, 1, bias=False)
    training = Training(steps=1, batch=4)
    measured = prepared(network, OneBatch(SHAPE, training.batch, "cpu"), training, None, "cpu")
    measure({"convolution": measured}, 3, "cpu")
    forward = 2 * SHAPE.inputs * SHAPE.fields * 64 * training.batch
    assert measured.flops == 2 * forward  # the backward pass needs the weights' gradient alone
    assert len(measured.seconds) == 3
    kept = measured.megabytes * 2**20 - COPIES * 4 * SHAPE.inputs * SHAPE.fields
    inputs, error = (channels * 64 * training.batch * 4 for channels in (SHAPE.inputs, SHAPE.fields))
    assert kept == pytest.approx(inputs + error, rel=0.5)


def test_equal_error_is_what_the_worse_reached_and_counts_steps_to_it():
    curves = {
        "own": pd.DataFrame({"step": [0, 10, 20], "validation_vrmse": [1.0, 0.3, 0.1]}),
        "slow": pd.DataFrame({"step": [0, 10, 20], "validation_vrmse": [1.0, 0.6, 0.4]}),
        "fast": pd.DataFrame({"step": [0, 10, 20], "validation_vrmse": [0.5, 0.05, 0.2]}),
    }
    assert list(equal_error(curves)) == [(0.4, {"own": 10, "slow": 20}), (0.1, {"own": 20, "fast": 10})]


def test_where_our_run_is_not_done_a_row_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = [RunKey("cuda", "wavelit", "shear_flow", method, 0).folder("quick") for method in ("wavelit", "unet")]
    for folder in runs:
        write(Outcome(Status.SKIPPED, "no CUDA device"), folder, {}, {})
    hardware = tmp_path / "hardware.json"
    hardware.write_text(json.dumps({"device": "cuda", "status": "absent"}))
    out = measured("quick", "cuda", "wavelit", "shear_flow", "training_step", 0)
    training_step.run(SimpleNamespace(runs=runs, hardware=hardware, settings={"steps": 2}, out=out, log=None))
    (row,) = read_rows(out)
    assert (row.method, row.metric, row.value, row.status) == ("wavelit", "step_wall", None, "skipped")
