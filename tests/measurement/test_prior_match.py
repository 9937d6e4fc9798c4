"""Scores of a dataset against the prior, on fields whose scores are known."""

import json

import numpy as np
import pytest
import torch

from replication.forecasting.samples import Samples
from replication.measurement.attention_cost import attention_times, grid_of
from replication.measurement.prior_match import compaction, linear_prediction
from replication.measurement.table import read_rows
from replication.networks.wavelet import WaveletTransform
from replication.verbs import round_trip
from replication.well.generation import MiniSet, generate

HAAR = WaveletTransform("haar", 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return generate(MiniSet("helmholtz_staircase", 16, 6, 12), tmp_path_factory.mktemp("mini"), cores=1)


def test_one_coefficient_holds_all_energy_and_white_noise_has_that_of_its_largest_squares():
    coefficients = HAAR.analyse(torch.zeros(1, 1, 32, 32, dtype=torch.float64))
    coefficients.details[0][0, 0, 1, 3, 4] = 2.0
    assert compaction(HAAR.synthesise(coefficients), HAAR) == pytest.approx(1.0)
    noise = torch.randn(64, 4, 64, 64, generator=torch.Generator().manual_seed(0))
    squares = np.sort(np.random.default_rng(0).standard_normal(400_000) ** 2)
    assert compaction(noise, HAAR) == pytest.approx(squares[-20_000:].sum() / squares.sum(), abs=0.01)


def test_fields_at_rest_do_not_count():
    change = torch.zeros(2, 2, 16, 16)
    change[:, 0] = torch.randn(2, 16, 16, generator=torch.Generator().manual_seed(1))
    assert compaction(change, HAAR) == pytest.approx(float(compaction(change[:, :1], HAAR)))


def test_what_a_linear_predictor_leaves_over_is_what_counts(folder, monkeypatch):
    samples = Samples(folder, "train", 2, resident_gb=1.0)
    assert linear_prediction(samples) == pytest.approx(1.0, abs=1e-6)  # a rotation

    class Mean(torch.nn.Module):
        def forward(self, inputs):
            return torch.zeros(1, 2, *inputs.shape[-2:], dtype=torch.float64)

    monkeypatch.setattr("replication.measurement.prior_match.fitted", lambda samples: Mean())
    assert linear_prediction(samples) <= 0


def test_a_seed_of_the_round_trip_has_the_largest_error_of_its_fields(folder, tmp_path):
    lies = tmp_path / "lies.json"
    lies.write_text(json.dumps({"dataset": folder.name, "folder": str(folder)}), encoding="utf-8")
    out = tmp_path / f"results/quick/cpu/wavelit/{folder.name}/measured/round_trip/seed1.csv"
    settings = {"wavelet": "db2", "levels": 2, "boundary": "symmetric", "repeats": 2}
    round_trip.run(type("Options", (), {"dataset": lies, "settings": settings, "out": out, "log": None})())
    rows = read_rows(out)
    assert [(row.seed, row.condition) for row in rows] == [(1, "dtype=float32"), (1, "dtype=float64")]
    bounds = {"dtype=float32": 1e-6, "dtype=float64": 1e-13}
    assert all(0 < row.value < bounds[row.condition] for row in rows)


def test_tokens_lie_on_nearly_square_grids():
    assert [grid_of(1 << power) for power in (0, 1, 10, 11)] == [(1, 1), (2, 1), (32, 32), (64, 32)]


def test_every_layer_is_timed_in_every_round():
    times = attention_times({"augmented": [16, 64], "softmax": [16]}, 16, 2, repeats=2, device="cpu")
    assert set(times) == {("augmented", 16), ("augmented", 64), ("softmax", 16)}
    assert all(len(rounds) == 2 and min(rounds) > 0 for rounds in times.values())
