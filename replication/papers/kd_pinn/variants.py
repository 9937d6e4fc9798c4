"""Arms run once more with something changed: ablations, open questions, and sweeps that figures show by a number."""

import re
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, field_validator

from replication.papers.kd_pinn.arms import METHODS
from replication.settings.strict import Strict

Layers = Annotated[list[PositiveInt], Field(min_length=1)]
Conditions = Literal["soft", "hard"]
VARIANT_NAME = re.compile(r"[a-z0-9_.]+")
SWEEP_NAME = re.compile(r"(w|width|steps)([0-9]+(?:[.][0-9]+)?)")
"""Variants of a sweep, which figures of their own show by the number in the name."""
MAIN_WEIGHT = 1.0
"""w_KD of the main arm beside which a sweep's are shown."""


def weight_of(variant: str) -> float | None:
    """Return the w_KD that a variant is named by, if it is one of that sweep."""
    found = SWEEP_NAME.fullmatch(variant)
    return float(found[2]) if found and found[1] == "w" else None


class Variant(Strict):
    """Arms run once more with something changed: `kd_student-<name>` for every method listed.

    A variant that lists the teacher has a teacher of its own, from which its students learn.
    """

    methods: list[str] = Field(description="Arms to run.")
    seeds: PositiveInt = Field(3, description="Number of seeds, at most that of the problem.")
    distillation_weight: NonNegativeFloat | None = Field(None, description="Another w_KD.")
    student: Layers | None = Field(None, description="Other hidden widths of the students.")
    conditions: Conditions | None = Field(None, description="The other way to impose the conditions.")
    teacher_steps: tuple[NonNegativeInt, NonNegativeInt] | None = Field(
        None, description="Adam steps and L-BFGS iterations after which the teacher is stopped; students train in full."
    )

    @field_validator("methods")
    @classmethod
    def _known(cls, methods: list[str]) -> list[str]:
        return known_methods(methods)


UNCHANGED = Variant.model_construct(methods=[])
"""Stands for the variant of an arm itself."""


def known_methods(methods: list[str]) -> list[str]:
    """Return `methods` if there are any and all have a file. Raises ValueError naming the first that has none."""
    if not methods:
        raise ValueError(f"no method is named; allowed: one or more of {', '.join(METHODS)}")
    for method in methods:
        if method not in METHODS:
            raise ValueError(f"method {method!r} is not known; allowed: {', '.join(METHODS)}")
    return methods
