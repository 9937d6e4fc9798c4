"""What is published of the test split, what is kept, and forecasts of it."""

import h5py
import numpy as np
import pytest
import torch

from replication.errors import UserError
from replication.forecasting.rollout import forecasts, network_step
from replication.forecasting.scaling import Scaling
from replication.forecasting.windows import publish, read_histories
from replication.measurement.forecast import scores
from replication.well.reader import WellReader

from .conftest import ANGLE, EVALUATION

MASKED = "helmholtz_staircase"


def kept_targets(kept):
    with h5py.File(kept) as file:
        return {name: file[name]["target"][:] for name in ("one_step", "rollout")}


def test_every_start_is_published_and_the_frame_after_it_is_kept(published):
    folder, given, kept = published("gray_scott_reaction_diffusion", history=2)
    reader = WellReader(folder, "test", inputs=2, outputs=1)
    windows, target = read_histories(given, "one_step"), kept_targets(kept)["one_step"]
    assert len(windows) == len(reader) == 2 * 22
    for place in (0, 21, 22, 43):
        np.testing.assert_array_equal(windows.history[place], reader[place]["input_fields"])
        np.testing.assert_array_equal(target[place], reader[place]["output_fields"][0])
        np.testing.assert_array_equal(windows.scalars[place], reader[place]["constant_scalars"])


def test_a_rollout_starts_at_frame_17_and_is_nan_after_the_end(published):
    folder, given, kept = published("acoustic_scattering_maze", history=4, rollout_frames=5)
    whole = WellReader(folder, "test", outputs=23)[1]
    frames = torch.cat([whole["input_fields"], whole["output_fields"]]).numpy()
    windows, target = read_histories(given, "rollout"), kept_targets(kept)["rollout"]
    assert windows.frames == 5
    np.testing.assert_array_equal(windows.history[1], frames[13:17])
    np.testing.assert_array_equal(target[1], frames[17:22])
    np.testing.assert_array_equal(windows.constants[1], whole["constant_fields"])


def test_starts_are_thinned_evenly_in_each_trajectory(published):
    _, given, _ = published("gray_scott_reaction_diffusion", one_step_starts=3)
    assert len(read_histories(given, "one_step")) == 2 * 3


def test_a_rollout_that_leaves_no_room_for_the_history_is_refused(make_set, tmp_path):
    folder = make_set("gray_scott_reaction_diffusion")
    with pytest.raises(UserError, match="a rollout from frame 3 leaves no room for a history of 4"):
        publish(folder, 4, EVALUATION | {"rollout_from": 3}, tmp_path / "a.h5", tmp_path / "b.h5")


def test_trajectories_too_short_for_a_rollout_are_named(make_set, tmp_path):
    folder = make_set("gray_scott_reaction_diffusion", frames=12)
    with pytest.raises(UserError, match="12 frames cannot hold a rollout from frame 17"):
        publish(folder, 4, EVALUATION, tmp_path / "a.h5", tmp_path / "b.h5")


def test_the_rotation_of_a_staircase_is_forecast_exactly_and_scores_nothing(published):
    _, given, kept = published(MASKED)
    cosine, sine = np.cos(ANGLE), np.sin(ANGLE)

    def rotation(windows):
        x, y = windows.history[:, -1, ..., 0], windows.history[:, -1, ..., 1] - 1.0
        return np.stack([cosine * x + sine * y, cosine * y - sine * x + 1.0], axis=-1)

    forecast = forecasts(rotation, given, 1)
    assert np.isfinite(forecast["rollout"]).all()
    rows = {(row["metric"], row["condition"]): row["value"] for row in scores(forecast, kept_targets(kept), ["a", "b"])}
    assert rows["vrmse_one_step", ""] < 1e-6
    assert rows["vrmse_1_20", ""] < 1e-5
    assert rows["survival_time", ""] == 7


def test_a_rollout_feeds_its_own_forecasts_back_and_one_that_blows_up_stays_finite(published):
    _, given, _ = published("gray_scott_reaction_diffusion", history=2)
    start = read_histories(given, "rollout").history
    extrapolation = forecasts(lambda windows: 2 * windows.history[:, -1] - windows.history[:, -2], given, 2)["rollout"]
    slope = start[:, -1] - start[:, -2]
    np.testing.assert_allclose(extrapolation[:, 4], start[:, -1] + 5 * slope, rtol=1e-4, atol=1e-4)
    with np.errstate(over="ignore"):
        wild = forecasts(lambda windows: np.float32(1e30) * windows.history[:, -1], given, 1)["rollout"]
    assert np.isfinite(wild).all()
    assert np.abs(wild).max() > 100


def test_the_first_frame_of_a_rollout_is_the_one_step_forecast_of_its_history(published):
    folder, given, _ = published(MASKED, history=4)
    scaling = Scaling(folder)
    torch.manual_seed(0)
    network = torch.nn.Conv2d(scaling.shape(3).inputs, scaling.shape(3).fields, 3, padding=1)
    forecast = forecasts(network_step(network, scaling, "cpu"), given, 3)
    starts = 24 - 4
    places = [13, starts + 13]
    np.testing.assert_array_equal(
        read_histories(given, "one_step").history[places], read_histories(given, "rollout").history
    )
    np.testing.assert_allclose(forecast["rollout"][:, 0], forecast["one_step"][places], rtol=1e-5, atol=1e-6)


def test_a_network_that_forecasts_no_change_persists(published):
    folder, given, _ = published(MASKED, history=4)
    scaling = Scaling(folder)
    shape = scaling.shape(3)

    def still(inputs):
        assert inputs.shape[1:] == (shape.inputs, *shape.grid)
        return torch.zeros(len(inputs), shape.fields, *shape.grid)

    forecast = forecasts(network_step(still, scaling, "cpu"), given, 3)
    np.testing.assert_array_equal(forecast["one_step"], read_histories(given, "one_step").history[:, -1])


def test_a_longer_history_than_was_published_is_refused(published):
    _, given, _ = published(MASKED, history=2)
    with pytest.raises(UserError, match="history 4: the published windows have 2 frames"):
        forecasts(lambda windows: windows.history[:, -1], given, 4)
