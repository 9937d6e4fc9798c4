"""Settings of the optimisers. Papers leave them unstated more often than not; defaults are marked with their basis."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from replication.settings.strict import Strict


class Adam(Strict):
    """First phase of training: full-batch Adam with a constant rate."""

    steps: NonNegativeInt = Field(15000, description="Adam steps [assumed: DeepXDE's Burgers example].")
    learning_rate: PositiveFloat = Field(1e-3, description="Adam's learning rate [assumed: the same example].")


class LBFGS(Strict):
    """Second phase of training: L-BFGS."""

    iterations: NonNegativeInt = Field(10000, description="L-BFGS iterations [assumed].")
    history: PositiveInt = Field(200, description="Pairs that L-BFGS keeps [assumed].")


class Training(Strict):
    """How a PINN is trained: Adam, then L-BFGS."""

    adam: Adam = Field(default_factory=lambda: Adam(), description="Adam phase.")
    lbfgs: LBFGS = Field(default_factory=lambda: LBFGS(), description="L-BFGS phase.")
    dtype: Literal["float32", "float64"] = Field("float32", description="Precision of training [assumed].")
    compiled: bool = Field(True, description="Whether the training step is compiled.")
    log_every: PositiveInt = Field(10, description="Steps between rows of history.csv.")
