"""Scores of forecasts: by hand on small arrays, and as The Well has them."""

import numpy as np
import pytest
import torch

from replication.measurement.forecast import errors, scores
from replication.measurement.spectral_error import BANDS, bands, spectral_error
from replication.measurement.vrmse import vrmse

FIELDS = ("u", "v")
GRID = (16, 8)


def frames(*leading, seed=0):
    return np.random.default_rng(seed).normal(size=(*leading, *GRID, len(FIELDS)))


def table(forecast, reference):
    return {(row["metric"], row["condition"]): row["value"] for row in scores(forecast, reference, FIELDS)}


@pytest.fixture
def pair():
    """Three trajectories of 30 frames, of which the last ends after 10, and 5 one-step windows."""
    reference = {"one_step": frames(5), "rollout": frames(3, 30)}
    reference["rollout"][2, 10:] = np.nan
    noise = np.random.default_rng(1)
    growing = np.linspace(0.1, 2.0, 30)[:, None, None, None]
    forecast = {
        "one_step": reference["one_step"] + 0.1 * noise.normal(size=reference["one_step"].shape),
        "rollout": np.nan_to_num(reference["rollout"]) + growing * noise.normal(size=reference["rollout"].shape),
    }
    return forecast, reference


def test_an_exact_forecast_scores_nothing(pair):
    _, reference = pair
    rows = table({name: np.nan_to_num(target) for name, target in reference.items()}, reference)
    assert all(value == 0 for (metric, _), value in rows.items() if metric.startswith(("vrmse", "spectral")))
    assert rows["survival_time", ""] == 30


def test_windows_are_means_of_medians_over_the_frames_that_exist(pair):
    forecast, reference = pair
    rows = table(forecast, reference)
    error = errors(forecast["rollout"], reference["rollout"])
    assert np.isnan(error[2, 10:]).all()
    whole = error.mean(axis=-1)
    early = [np.median(whole[:, step]) for step in range(10)] + [whole[:2, step].mean() for step in range(10, 20)]
    assert rows["vrmse_1_20", ""] == pytest.approx(np.mean(early))
    assert rows["vrmse_21_60", ""] == pytest.approx(np.mean([whole[:2, step].mean() for step in range(20, 30)]))
    assert rows["vrmse_1_20", "statistic=mean"] == pytest.approx(np.nanmean(whole[:, :20]))
    assert rows["vrmse_6_12", ""] == pytest.approx(np.nanmean(whole[:, 5:12]))
    assert rows["vrmse_13_30", ""] == pytest.approx(np.nanmean(whole[:, 12:30]))
    each = [whole[0, :20].mean(), whole[1, :20].mean(), whole[2, :10].mean()]
    assert rows["vrmse_1_20", "statistic=median_of_means"] == pytest.approx(np.median(each))
    assert rows["vrmse_rollout", "step=3"] == pytest.approx(np.median(whole[:, 2]))
    assert rows["vrmse_rollout", "step=30"] == pytest.approx(np.median(whole[:2, 29]))
    assert rows["windows", "part=rollout"] == 3
    assert rows["rollout_frames", ""] == 30


def test_one_step_is_the_median_over_windows_of_the_mean_over_fields(pair):
    forecast, reference = pair
    rows = table(forecast, reference)
    error = vrmse(forecast["one_step"], reference["one_step"])
    assert rows["vrmse_one_step", ""] == pytest.approx(np.median(error.mean(axis=-1)))
    assert rows["vrmse_one_step", "statistic=mean"] == pytest.approx(error.mean())
    assert rows["vrmse_one_step", "field=v"] == pytest.approx(np.median(error[:, 1]))


def test_a_window_without_frames_has_no_row(pair):
    forecast, reference = (
        {name: array[..., :7, :, :, :] if name == "rollout" else array for name, array in each.items()} for each in pair
    )
    rows = table(forecast, reference)
    assert not [key for key in rows if key[0] in ("vrmse_21_60", "vrmse_13_30")]
    assert rows["rollout_frames", ""] == 7


def test_survival_ends_where_the_error_reaches_that_of_the_mean():
    reference = {"one_step": frames(2), "rollout": frames(1, 6)}
    forecast = {name: target.copy() for name, target in reference.items()}
    forecast["rollout"][:, 4:] += 10
    assert table(forecast, reference)["survival_time", ""] == 4


def test_a_frame_nearly_at_rest_decides_the_mean_but_not_the_floored_score():
    reference = {"one_step": frames(3), "rollout": frames(1, 3)}
    reference["one_step"][:2] *= 1e-3
    forecast = {name: target + 0.01 for name, target in reference.items()}
    rows = table(forecast, reference)
    assert rows["vrmse_one_step", ""] > 5
    assert rows["vrmse_one_step", "variance=floored"] < 2


def test_points_inside_solids_count_nowhere():
    reference = {"one_step": frames(2), "rollout": frames(1, 3)}
    forecast = {name: target + 0.1 * frames(1, seed=3)[0] for name, target in reference.items()}
    for target in reference.values():
        target[..., 2:5, 1:3, :] = np.nan
    spoilt = {name: np.where(np.isnan(reference[name]), 1e6, array) for name, array in forecast.items()}
    assert table(forecast, reference) == table(spoilt, reference)
    kept = ~np.isnan(reference["one_step"][0, ..., 0])
    x, y = (arrays["one_step"][0][kept] for arrays in (forecast, reference))
    by_hand = np.sqrt(((x - y) ** 2).mean(axis=0) / (y.var(axis=0, ddof=1) + 1e-7))
    np.testing.assert_allclose(errors(forecast["one_step"], reference["one_step"])[0], by_hand)


def test_a_forecast_of_another_shape_is_refused(pair):
    forecast, reference = pair
    with pytest.raises(ValueError, match="one_step has shape"):
        scores(forecast | {"one_step": forecast["one_step"][:2]}, reference, FIELDS)
    with pytest.raises(ValueError, match="rollout is missing"):
        scores({"one_step": forecast["one_step"]}, reference, FIELDS)


@pytest.mark.parametrize("grid", [(16, 16), (8, 32)])
def test_spectral_errors_are_the_wells(grid):
    spectral = pytest.importorskip("the_well.benchmark.metrics.spectral")
    from the_well.data.datasets import WellMetadata

    random = np.random.default_rng(0)
    target = 100 * random.normal(size=(2, 3, *grid, 2))
    prediction = target + random.normal(size=target.shape)
    metadata = WellMetadata("x", 2, grid, [], [], {}, {}, [], 1, [1], [1])
    theirs = spectral.binned_spectral_mse.eval(torch.as_tensor(prediction), torch.as_tensor(target), metadata)
    ours = spectral_error(prediction, target)
    for band in range(len(BANDS)):
        np.testing.assert_allclose(ours[band], theirs[f"spectral_error_nmse_per_bin_{band}"].numpy(), rtol=1e-5)


def test_the_bands_hold_all_modes_and_their_errors_add_up():
    random = np.random.default_rng(0)
    target, prediction = random.normal(size=(2, *GRID, 1))
    numbers = bands(GRID)
    assert set(numbers.ravel()) == {0, 1, 2}
    energy = np.abs(np.fft.fft2(target[..., 0])) ** 2
    contents = np.array([energy[numbers == band].sum() for band in range(3)])
    whole = ((prediction - target) ** 2).sum() * target[..., 0].size
    assert (spectral_error(prediction, target)[:, 0] * contents).sum() == pytest.approx(whole)
