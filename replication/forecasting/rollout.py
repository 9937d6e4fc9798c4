"""Forecasts of the published windows by any function that maps a history to the next frame."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from replication.forecasting.scaling import Scaling
from replication.forecasting.windows import Array, Histories, read_histories

Step = Callable[[Histories], Array]
"""Physical histories (N, T, H, W, C) with what belongs to them -> the next frames (N, H, W, C)."""

LIMIT = np.float32(1e3)
"""A forecast stays within this multiple of the largest value of its histories, so that one that blows up stays finite;
its error says so anyway."""


def forecasts(step: Step, evaluation: Path, history: int, at_once: int = 16) -> dict[str, Array]:
    """Return the content of `forecast.h5`: `one_step` (N, H, W, C) and `rollout` (M, F, H, W, C), float32.

    Args:
        step: the forecast of one frame.
        evaluation: the published windows.
        history: frames that `step` is given, the last ones of each window.
        at_once: windows that are forecast together.
    """
    one_step = read_histories(evaluation, "one_step").last(history)
    rollout = read_histories(evaluation, "rollout").last(history)
    largest = np.abs(one_step.history).max(axis=(0, 1, 2, 3))
    limit = LIMIT * np.where(largest > 0, largest, 1.0)
    return {
        "one_step": np.concatenate([rolled_out(step, part, limit)[:, 0] for part in _parts(one_step, at_once)]),
        "rollout": np.concatenate([rolled_out(step, part, limit) for part in _parts(rollout, at_once)]),
    }


def rolled_out(step: Step, start: Histories, limit: Array) -> Array:
    """Return (N, frames, H, W, C): each frame is forecast from the ones before it, which are forecasts themselves.

    `limit` (C,) bounds the values.
    """
    frames = np.empty((len(start), start.frames, *start.history.shape[2:]), dtype=np.float32)
    window = start.history
    for lead in range(start.frames):
        frame = step(Histories(window, start.constants, start.scalars, start.solid, 1))
        frame = np.clip(np.nan_to_num(frame, nan=np.inf, posinf=np.inf, neginf=-np.inf), -limit, limit)
        frames[:, lead] = np.where(start.solid[..., None], 0.0, frame)
        window = np.concatenate([window[:, 1:], frames[:, lead : lead + 1]], axis=1)
    return frames


def network_step(network: Callable[[Tensor], Tensor], scaling: Scaling, device: str) -> Step:
    """Return the step of a network that follows `shape.py`, on `device`, in float32."""

    @torch.inference_mode()
    def step(given: Histories) -> NDArray[np.float32]:
        history, constants, scalars = (
            torch.from_numpy(np.ascontiguousarray(each)).to(device)
            for each in (given.history, given.constants, given.scalars)
        )
        output = network(scaling.inputs(history, constants, scalars))
        return scaling.next_frame(history, output.float()).cpu().numpy()

    return step


def _parts(windows: Histories, size: int) -> list[Histories]:
    return [windows.part(slice(start, start + size)) for start in range(0, len(windows), size)]
