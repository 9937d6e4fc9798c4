"""How forecasting networks are trained and on what they are judged; the same for a paper's method and its baselines."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from replication.settings.strict import Strict

Share = Annotated[float, Field(ge=0.0, lt=1.0)]


class Training(Strict):
    """The budget and the optimiser: AdamW with warm-up and cosine decay, clipped; averaged weights are judged."""

    steps: PositiveInt = Field(description="Optimiser steps: the budget.")
    batch: PositiveInt = Field(8, description="Windows a step, over all processes [assumed].")
    accumulation: PositiveInt = Field(1, description="Parts that a batch is computed in, one after the other.")
    peak_rate: PositiveFloat = Field(1e-3, description="Learning rate after the warm-up [assumed].")
    final_rate: NonNegativeFloat = Field(1e-6, description="Learning rate of the last step [assumed].")
    warm_up: Share = Field(0.05, description="Share of the steps over which the rate rises linearly [assumed].")
    weight_decay: NonNegativeFloat = Field(1e-4, description="Decay of matrices and kernels, not of biases [assumed].")
    second_moment: Share = Field(0.99, description="AdamW's second decay rate [assumed].")
    clip: PositiveFloat = Field(1.0, description="Largest norm of the whole gradient [assumed].")
    averaging: Share = Field(0.999, description="Decay of the averaged weights, shorter in the first steps [assumed].")
    precision: Literal["f32", "bf16"] = Field("f32", description="Matrix products and convolutions; all else is f32.")
    shift: bool = Field(True, description="Roll each sample by a random distance along periodic axes [assumed].")
    log_every: PositiveInt = Field(10, description="Steps between rows of the history.")
    validate_every: PositiveInt = Field(100, description="Steps between looks at the validation windows.")
    validation_windows: PositiveInt = Field(32, description="Windows of the validation split, evenly spread.")
    resident_gb: NonNegativeFloat = Field(
        8.0,
        description="Training splits up to this size together are held in the device's memory, in the order of the "
        "datasets; what is larger is read.",
    )

    @model_validator(mode="after")
    def _parts(self) -> "Training":
        if self.batch % self.accumulation:
            raise ValueError(f"accumulation {self.accumulation} does not divide batch {self.batch}")
        return self


class Evaluation(Strict):
    """The windows of the test split that every method forecasts."""

    one_step_starts: PositiveInt | None = Field(
        None, description="Starts of one-step forecasts in each test trajectory, evenly spread; all if absent."
    )
    rollout_from: PositiveInt = Field(17, description="First frame that a rollout forecasts, counted from 0.")
    rollout_frames: PositiveInt = Field(60, description="Frames that a rollout forecasts, or to the trajectory's end.")
