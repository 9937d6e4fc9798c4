"""The training loop: exact resumption, honest ends, parts of a batch, the schedule."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from replication.forecasting import trained as whole
from replication.forecasting.memory import FORECASTING, PREPARING, OutOfMemory
from replication.forecasting.samples import Samples
from replication.forecasting.settings import Training
from replication.forecasting.trained import Order, outcome_of, trained
from replication.forecasting.training import ForecastFit
from replication.forecasting.validation import vrmse
from replication.measurement.vrmse import vrmse as measured_vrmse
from replication.runs.outcome import Status
from replication.training.checkpoint import Checkpoint

SETS = ("gray_scott_reaction_diffusion", "helmholtz_staircase")
BUDGET = {"steps": 12, "batch": 4, "log_every": 3, "validate_every": 4, "validation_windows": 5, "shift": True}


class Small(nn.Module):
    """Convolutions for each dataset, with dropout, so that randomness inside a network counts as well."""

    def __init__(self, samples):
        super().__init__()
        self.parts = nn.ModuleDict(
            {
                name: nn.Sequential(
                    nn.Conv2d(each.shape.inputs, 8, 3, padding=1), nn.GELU(), nn.Dropout(0.1),
                    nn.Conv2d(8, each.shape.fields, 3, padding=1),
                )
                for name, each in samples.items()
            }
        )  # fmt: skip

    def forward(self, name, inputs):
        return self.parts[name](inputs)


@pytest.fixture
def make_fit(make_set, tmp_path, monkeypatch):
    folders = {name: make_set(name) for name in SETS}

    def make(checkpoint="none", auxiliary=None, **changes):
        train, valid = (
            {
                name: Samples(folder, split, 2, resident_gb=1.0, shift=split == "train")
                for name, folder in folders.items()
            }
            for split in ("train", "valid")
        )
        torch.manual_seed(0)
        network = Small(train)
        path = tmp_path / f"{checkpoint}.safetensors"
        settings = Training(**(BUDGET | changes))
        return ForecastFit(
            network,
            network,
            train,
            valid,
            settings,
            ("seed", 0),
            Checkpoint(path, "identity"),
            auxiliary=auxiliary or {},
        )

    return make


def weights(fit):
    return {name: tensor.clone() for name, tensor in fit.network.state_dict().items()}


def timeless(history):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in history]


@pytest.mark.parametrize("at", [8, 12], ids=["midway", "after the last step"])
def test_a_killed_training_ends_with_the_bits_of_one_that_was_not(make_fit, monkeypatch, at):
    whole = make_fit()
    whole.run()
    killed = make_fit("killed")
    monkeypatch.setattr(Checkpoint, "due", lambda self: True)
    validate = killed._validate

    def kill(step):
        if step == at:
            raise KeyboardInterrupt
        return validate(step)

    killed._validate = kill
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    resumed = make_fit("killed")
    resumed.run()
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(resumed)[name]), name
    assert timeless(resumed.history) == timeless(whole.history)
    assert (resumed.best, resumed.best_step) == (whole.best, whole.best_step)
    assert resumed.phases["adamw"].steps == 12


def test_a_checkpoint_of_another_identity_is_not_continued(make_fit, monkeypatch, caplog):
    monkeypatch.setattr(Checkpoint, "due", lambda self: True)
    fit = make_fit("left")
    fit.run()
    other = make_fit("left")
    other.checkpoint.identity = "another"
    other.run()
    assert timeless(other.history) == timeless(fit.history)
    assert "other settings or other code" in caplog.text


def test_the_loss_falls_and_each_dataset_gets_its_turn(make_fit):
    fit = make_fit(steps=60, batch=8, log_every=1, validate_every=20, peak_rate=3e-3)
    fit.run()
    turns = [row["dataset"] for row in fit.history]
    assert {name: turns[:60].count(name) for name in SETS} == dict.fromkeys(SETS, 30)
    assert fit.history[-1]["validation_vrmse"] < 0.8 * fit.history[0]["validation_vrmse"]
    looked = [row for row in fit.history if row["validation_vrmse"] is not None]
    assert [row["step"] for row in looked] == [0, 20, 40, 60]
    assert fit.best == min(row["validation_vrmse"] for row in looked)
    assert looked[1]["validation_vrmse"] == pytest.approx(
        math.sqrt(math.prod(looked[1][f"validation_vrmse_{name}"] for name in SETS))
    )


def test_the_weights_that_did_best_on_validation_are_left(make_fit):
    fit = make_fit(steps=40, peak_rate=0.5, warm_up=0.0)
    fit.run()
    assert fit.best_step < 40
    with torch.no_grad():
        scores = [fit._score(name, batch) for name, batch in fit._held_out.items()]
    assert math.sqrt(math.prod(scores)) == pytest.approx(fit.best, rel=1e-6)


def test_a_loss_that_is_not_finite_ends_as_diverged_with_its_history(make_fit):
    fit = make_fit(auxiliary={name: lambda output, target: output.mean() / 0 for name in SETS}, log_every=1)
    outcome = outcome_of(fit, {})
    assert (outcome.status, outcome.reason) == (Status.DIVERGED, "loss is not finite at step 0")
    assert len(outcome.history) == 1


def test_a_batch_in_parts_gives_the_gradient_of_the_whole(make_fit):
    losses = []
    for parts in (1, 4):
        fit = make_fit(accumulation=parts)
        fit.prepare()
        fit.network.eval()
        losses.append(fit.step(0)[:3])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)


def test_running_out_of_memory_is_skipped_and_says_what_would_fit(make_fit):
    def explode(output, target):
        raise torch.OutOfMemoryError("CUDA out of memory")

    fit = make_fit(auxiliary=dict.fromkeys(SETS, explode))
    outcome = outcome_of(fit, {})
    assert outcome.status is Status.SKIPPED
    advice = "set training.accumulation: 2, which computes the same batch in smaller parts"
    assert outcome.reason == f"out of memory at batch 4 in 1 parts; {advice}"
    fit = make_fit(auxiliary=dict.fromkeys(SETS, explode), accumulation=4)
    fit.prepare()
    with pytest.raises(OutOfMemory, match="take a smaller network"):
        fit.step(0)


ACCUMULATE = "out of memory at batch 4 in 1 parts; set training.accumulation: 2"


@pytest.mark.parametrize(
    ("owner", "what", "hint"),
    [
        (whole, "samples", PREPARING),
        (Samples, "spread", PREPARING),
        (ForecastFit, "_score", ACCUMULATE),
        (torch.optim.AdamW, "step", ACCUMULATE),
        (whole, "forecasts", FORECASTING),
    ],
)
@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), MemoryError()])
def test_wherever_memory_runs_out_the_run_is_skipped_with_one_line(
    owner, what, hint, error, published, tmp_path, monkeypatch
):
    def explode(*args, **options):
        raise error

    monkeypatch.setattr(owner, what, explode)
    folder, given, _ = published(SETS[0], history=2)
    order = Order(folder, given, 2, Training(**BUDGET), ("seed", 1), Checkpoint(tmp_path / "c", ""), "cpu")
    outcome = trained(order, lambda shape: nn.Conv2d(shape.inputs, shape.fields, 1), lambda network, shape: {})
    assert outcome.status is Status.SKIPPED
    assert outcome.reason.startswith(hint)
    assert "\n" not in outcome.reason
    assert not outcome.prediction


def test_other_errors_are_not_taken_for_a_lack_of_memory(published, tmp_path):
    def build(shape):
        raise RuntimeError("shapes do not fit")

    folder, given, _ = published(SETS[0], history=2)
    order = Order(folder, given, 2, Training(**BUDGET), ("seed", 1), Checkpoint(tmp_path / "c", ""), "cpu")
    with pytest.raises(RuntimeError, match="shapes do not fit"):
        trained(order, build, lambda network, shape: {})


def test_the_rate_rises_to_the_peak_and_falls_to_the_end(make_fit):
    fit = make_fit(steps=100, warm_up=0.1, peak_rate=1e-2, final_rate=1e-5)
    rates = [fit.rate(step) for step in range(100)]
    assert rates[0] == pytest.approx(1e-3)
    assert max(rates) == rates[9] == pytest.approx(1e-2)
    assert rates[-1] == pytest.approx(1e-5)
    assert rates[9:] == sorted(rates[9:], reverse=True)


@pytest.mark.parametrize("name", SETS)
def test_the_validation_score_is_the_measured_vrmse(make_set, name):
    samples = Samples(make_set(name), "valid", 2, resident_gb=1.0)
    batch, scaling, fields = samples.spread(6), samples.scaling, samples.shape.fields
    output = batch.target + 0.3 * torch.randn(batch.target.shape)
    last = batch.inputs[:, fields : 2 * fields].movedim(1, -1) * scaling.std + scaling.mean
    truth, guess = (scaling.next_frame(last[:, None], each).double().numpy() for each in (batch.target, output))
    mask = None if batch.counts is None else ~batch.counts[0, 0].numpy()
    np.testing.assert_allclose(vrmse(output, batch, samples), measured_vrmse(guess, truth, mask=mask), rtol=1e-4)


def test_no_test_data_are_read_in_training(published, tmp_path):
    import shutil

    folder, given, _ = published(SETS[0], history=2)
    shutil.rmtree(folder / "data" / "test")
    order = Order(folder, given, 2, Training(**BUDGET), ("seed", 1), Checkpoint(tmp_path / "c", ""), "cpu")
    outcome = trained(order, lambda shape: nn.Conv2d(shape.inputs, shape.fields, 1), lambda network, shape: {})
    assert outcome.status is Status.DONE
    assert outcome.prediction["one_step"].shape == (44, 16, 8, 2)
    assert outcome.prediction["rollout"].shape == (2, 7, 16, 8, 2)
    assert outcome.phases["adamw"].steps == 12
