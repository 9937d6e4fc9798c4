"""A preset: one YAML file that says what to run and how big."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PositiveFloat, create_model, field_validator

from replication.settings.data import Data
from replication.settings.hardware import HardwareTarget
from replication.settings.strict import Strict

PAPERS = Path(__file__).resolve().parents[1] / "papers"
NAME = re.compile(r"[a-z0-9_]+(-[a-z0-9_]+)*")


class PresetBase(Strict):
    """What to run and how big. The papers' own blocks are added by the folders below `replication/papers/`."""

    description: str = Field(description="One sentence for the reader of the page.")
    size: Literal["none", "reduced", "published"] = Field(
        description="What verdicts of this size may speak to: nothing, a reduced scale, or the published one."
    )
    hardware: Annotated[dict[str, HardwareTarget], Field(min_length=1)] = Field(
        description="Hardware targets by name; the name is a folder below results/."
    )
    data: Data | None = Field(None, description="Datasets of The Well to have at hand; absent: none.")
    problems: list[str] | None = Field(
        None, min_length=1, description="Run these problems only; every problem of the preset if absent."
    )
    baselines: list[str] | None = Field(
        None, description="Run these of the methods in `workflow/baselines/` only; all of them if absent."
    )
    baseline_seconds: PositiveFloat = Field(
        3600.0, description="Wall seconds after which a baseline's run is ended as out of time."
    )

    @field_validator("hardware")
    @classmethod
    def _names(cls, targets: dict[str, HardwareTarget]) -> dict[str, HardwareTarget]:
        for name in targets:
            if not NAME.fullmatch(name):
                raise ValueError(f"hardware name {name!r} may hold a-z, 0-9, _ and - only")
        return targets


@cache
def paper_slugs() -> tuple[str, ...]:
    """Return every paper that has a folder with settings."""
    return tuple(sorted(path.parent.name for path in PAPERS.glob("*/settings.py")))


@cache
def preset_model() -> type[PresetBase]:
    """Return the model of a preset: the shared keys and one optional block per paper, found by its folder."""
    blocks: dict[str, Any] = {}
    for slug in paper_slugs():
        model = import_module(f"replication.papers.{slug}.settings").Settings
        blocks[slug] = (model | None, Field(None, description=f"What to run of the paper `{slug}`; absent: nothing."))
    return create_model("Preset", __base__=PresetBase, __doc__=PresetBase.__doc__, **blocks)
