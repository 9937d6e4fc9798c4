"""The base of every settings model."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Settings that cannot change and refuse unknown keys and non-finite numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)
