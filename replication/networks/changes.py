"""The history as a forecasting network looks at it: the last frame, and the changes that led to it."""

import torch
from torch import Tensor, nn

from replication.forecasting.shape import ForecastShape

GAIN = 3.0
"""What brings changes between z-scored frames to order one.

Assumed; by the published statistics of the eight sets, rms_delta/std is 0.3 in the geometric mean.
"""


class Changes(nn.Module):
    """Inputs (B, shape.inputs, H, W) with all frames but the last replaced by the changes between frames.

    What a forecast follows from is small beside the fields themselves. An invertible linear map without parameters, the
    same before every network that is compared.
    """

    def __init__(self, shape: ForecastShape) -> None:
        super().__init__()
        self.fields, self.frames = shape.fields, shape.history * shape.fields

    def forward(self, inputs: Tensor) -> Tensor:  # noqa: D102
        frames, constants = inputs[:, : self.frames], inputs[:, self.frames :]
        changes = GAIN * (frames[:, self.fields :] - frames[:, : -self.fields])
        return torch.cat([changes, frames[:, -self.fields :], constants], dim=1)
