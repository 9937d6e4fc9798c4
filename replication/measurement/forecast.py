"""Scores of a forecast: its file against the frames that followed, and nothing else.

e(s, t, c) is the VRMSE of trajectory s at lead step t in channel c (`vrmse.py`). One step: the median over all windows
of mean_c e. A window [a:b] of a rollout, as Walrus has them (Walrus 2025, arXiv 2511.15684; the order of means and
medians is assumed): mean over t in a..b of the median over s of mean_c e, over the frames that exist. The Well's own
windows 6:12 and 13:30 are means over all three. Other orders stand under `statistic=...`, single channels under
`field=...`; `variance=floored` takes a frame's standard deviation as at least 1 % of the channel's over the frames of
all one-step windows, so that a frame nearly at rest does not decide a mean. A window without frames has no row.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replication.measurement.accuracy import Row
from replication.measurement.spectral_error import BANDS, spectral_error
from replication.measurement.vrmse import FLOOR, vrmse

Array = NDArray[np.floating]
Errors = NDArray[np.float64]

WALRUS = {"1_20": (1, 20), "21_60": (21, 60)}
THE_WELL = {"6_12": (6, 12), "13_30": (13, 30)}
SMALLEST_DEVIATION = 0.01


def scores(forecast: Mapping[str, Array], reference: Mapping[str, Array], fields: Sequence[str]) -> list[Row]:
    """Return all rows of a forecast.

    Args:
        forecast: `one_step` (N, H, W, C) and `rollout` (M, F, H, W, C).
        reference: the same names and shapes; NaN inside solids and after a trajectory's end.
        fields: names of the channels.

    Raises ValueError where a forecast is missing or has another shape.
    """
    for name, target in reference.items():
        if name not in forecast:
            raise ValueError(f"{name} is missing from the forecast")
        if forecast[name].shape != target.shape:
            raise ValueError(f"{name} has shape {forecast[name].shape}, expected {target.shape}")
    one_step, rollout = reference["one_step"], reference["rollout"]
    floor = SMALLEST_DEVIATION**2 * np.nanvar(one_step, axis=(0, 1, 2), dtype=np.float64)
    one, many = errors(forecast["one_step"], one_step), errors(forecast["rollout"], rollout)
    rows = _one_step(one, fields) + _rollout(many, fields)
    rows += _spectra(forecast["one_step"], one_step, "") + _spectra(forecast["rollout"], rollout, "1_20", "21_60")
    for name, value in (
        ("one_step", float(np.median(_floored(one, one_step, floor).mean(axis=-1)))),
        *((window, _mean_of_medians(_floored(many, rollout, floor), window)) for window in WALRUS),
    ):
        rows += [_row(f"vrmse_{name}", value, "variance=floored")] if np.isfinite(value) else []
    lengths = np.isfinite(many).any(axis=-1).sum(axis=1)
    rows += [_row("windows", len(one), "part=one_step"), _row("windows", len(many), "part=rollout")]
    return [*rows, _row("rollout_frames", int(lengths.max()))]


def errors(prediction: Array, target: Array) -> Errors:
    """Return the VRMSE of each frame and channel, shape (..., C), for frames (..., H, W, C).

    Points that are NaN in the target are left out; a frame that is NaN throughout has none.
    """
    solid = np.asarray(np.isnan(target).any(axis=-1))
    if not solid.any():
        return vrmse(prediction, target)
    result = np.full((*target.shape[:-3], target.shape[-1]), np.nan)
    for place in np.ndindex(*target.shape[:-3]):
        if not solid[place].all():
            result[place] = vrmse(prediction[place], target[place], mask=solid[place])
    return result


def _one_step(error: Errors, fields: Sequence[str]) -> list[Row]:
    whole = error.mean(axis=-1)
    rows = [_row("vrmse_one_step", np.median(whole)), _row("vrmse_one_step", whole.mean(), "statistic=mean")]
    medians = np.median(error, axis=0)
    return rows + [_row("vrmse_one_step", value, f"field={name}") for name, value in zip(fields, medians, strict=True)]


def _rollout(error: Errors, fields: Sequence[str]) -> list[Row]:
    whole, rows = error.mean(axis=-1), []
    for window, (first, last) in {**WALRUS, **THE_WELL}.items():
        inside = error[:, first - 1 : last]
        if not np.isfinite(inside).any():
            continue
        mean, metric = float(np.nanmean(inside)), f"vrmse_{window}"
        if window in THE_WELL:
            rows.append(_row(metric, mean))
            continue
        rows += [_row(metric, _mean_of_medians(error, window)), _row(metric, mean, "statistic=mean")]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # trajectories that end before the window
            means = np.nanmean(whole[:, first - 1 : last], axis=1)
        rows.append(_row(metric, np.nanmedian(means), "statistic=median_of_means"))
        for channel, name in enumerate(fields):
            rows.append(_row(metric, _mean_of_medians(error[..., [channel]], window), f"field={name}"))
    for step in range(error.shape[1]):
        at_step = whole[np.isfinite(whole[:, step]), step]
        if len(at_step):
            rows.append(_row("vrmse_rollout", np.median(at_step), f"step={step + 1}"))
            rows.append(_row("vrmse_rollout", at_step.mean(), f"step={step + 1};statistic=mean"))
    return [*rows, _row("survival_time", np.median([_survival(each) for each in whole]), unit="steps")]


def _mean_of_medians(error: Errors, window: str) -> float:
    """Return the mean over a window's steps of the median over trajectories of the mean over channels."""
    first, last = {**WALRUS, **THE_WELL}[window]
    inside = error[:, first - 1 : last].mean(axis=-1)
    existing = np.isfinite(inside).any(axis=0)
    return float(np.nanmedian(inside[:, existing], axis=0).mean()) if existing.any() else float("nan")


def _survival(error: Errors) -> int:
    """Return the number of steps before the VRMSE reaches 1, the error of the mean field; all if it never does."""
    existing = error[np.isfinite(error)]
    lost = np.flatnonzero(existing >= 1)
    return int(lost[0]) if len(lost) else len(existing)


def _floored(error: Errors, target: Array, floor: Errors) -> Errors:
    """Return the errors with the variance of each frame raised to `floor` (C,)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # frames after a trajectory's end
        variance = np.nanvar(target, axis=(-3, -2), ddof=1, dtype=np.float64)
    return error * np.sqrt((variance + FLOOR) / (np.maximum(variance, floor) + FLOOR))


def _spectra(forecast: Array, target: Array, *windows: str) -> list[Row]:
    rows: list[Row] = []
    for window in windows:
        first, last = WALRUS.get(window, (1, 1))
        inside = slice(first - 1, last) if window else slice(None)
        frames = (slice(None), inside) if window else inside
        truth = target[frames].reshape(-1, *target.shape[-3:])
        existing = ~np.isnan(truth).all(axis=(-3, -2, -1))
        if not existing.any():
            continue
        guess = forecast[frames].reshape(truth.shape)[existing]
        values = np.median(spectral_error(guess, truth[existing]).mean(axis=-1), axis=-1)
        for band, value in zip(BANDS, values, strict=True):
            rows.append(_row("spectral_error", value, f"band={band}" + (f";window={window}" if window else "")))
    return rows


def _row(metric: str, value: Any, condition: str = "", unit: str = "1") -> Row:
    return {"condition": condition, "metric": metric, "value": float(value), "unit": unit}
