"""Where the datasets of The Well come from, and how large the mini sets are."""

from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt, PositiveInt, field_validator, model_validator

from replication.errors import UserError
from replication.settings.strict import Strict
from replication.well.catalogue import WAVELIT_EIGHT, dataset


class Mini(Strict):
    """Mini sets: computed here by the suite's own solvers."""

    size: Annotated[int, Field(ge=16, multiple_of=2)] = Field(
        64, description="Side of the square grid with as many points; each set keeps its own aspect ratio."
    )
    trajectories: Annotated[int, Field(ge=3)] = Field(
        24, description="Trajectories, split 80/10/10, at least one each."
    )
    frames: Annotated[int, Field(ge=2)] = Field(
        81, description="Stored frames; helmholtz_staircase holds one period, at most 50."
    )
    seed: NonNegativeInt = Field(0, description="Seed that every trajectory's randomness is derived from.")


class Local(Strict):
    """A folder laid out like The Well."""

    folder: str = Field(description="The folder that holds the datasets' folders.")


class Hub(Strict):
    """Files fetched from The Well, whole by its own downloader or cut while they are streamed."""

    files: PositiveInt | None = Field(None, description="Files of each split to fetch at most; all if absent.")
    trajectories: PositiveInt | None = Field(
        None, description="Trajectories to keep of each file, which are then streamed; whole files if absent."
    )
    url: str = Field("hf://datasets/polymathic-ai", description="Where streaming finds the datasets' folders.")


class Data(Strict):
    """The datasets of The Well that a preset needs."""

    source: Literal["mini", "local", "hub"] = Field("mini", description="Where the datasets come from.")
    datasets: Annotated[list[str], Field(min_length=1)] = Field(
        list(WAVELIT_EIGHT), description="Official names of the datasets."
    )
    mini: Mini = Field(default_factory=lambda: Mini(), description="Sizes of the mini sets, for source `mini`.")
    local: Local | None = Field(None, description="Where they lie, for source `local`.")
    hub: Hub = Field(default_factory=lambda: Hub(), description="How much to fetch, for source `hub`.")

    @field_validator("datasets")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        try:
            return [dataset(name).name for name in names]
        except UserError as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _located(self) -> "Data":
        if self.source == "local" and self.local is None:
            raise ValueError("source local needs local.folder, the folder that holds the datasets' folders")
        outside = [name for name in self.datasets if dataset(name).outside]
        if self.source == "hub" and outside:
            raise ValueError(f"{outside[0]} is no dataset of The Well and cannot be fetched; allowed source: mini")
        return self

    def chosen(self) -> dict[str, Any]:
        """Return what making one dataset depends on: the source and that source's own settings."""
        own = getattr(self, self.source)
        return {"source": self.source, self.source: own.model_dump()}
