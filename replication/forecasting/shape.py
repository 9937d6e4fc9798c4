"""What every forecasting network is told about its dataset, and the convention of its inputs and outputs.

A network maps `inputs` (B, shape.inputs, H, W) to (B, shape.fields, H, W). Inputs are z-scored: the history, oldest
frame first and the field fastest (channel t * fields + f is field f of frame t), then the constants: constant fields
and, spread over the grid, scalars. The output is the change from the last frame of the history to the next one, divided
by each field's root mean square change (`rms_delta`); the harness adds it back and removes the normalisation.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ForecastShape:
    """Channels and grid of one dataset's forecasts."""

    history: int
    """Frames that a forecast is given."""
    fields: int
    """Channels that are forecast."""
    constants: int
    """Channels that do not change in time: constant fields and scalars."""
    grid: tuple[int, int]
    """Points along both axes, (H, W)."""
    periodic: tuple[bool, bool]
    """Which axes are periodic."""

    @property
    def inputs(self) -> int:
        """Channels of a network's input."""
        return self.history * self.fields + self.constants
