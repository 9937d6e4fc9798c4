"""Cost of a training step: times in turn, arithmetic that can be counted by hand, equal error from learning curves."""

import pandas as pd
import pytest
from torch import nn

from replication.forecasting.settings import Training
from replication.forecasting.shape import ForecastShape
from replication.measurement.training_step import COPIES, OneBatch, equal_error, measure, prepared

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
