"""A published value, or range, or one for each problem, with the margin within which a result counts as the same."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from replication.report import wording
from replication.verdicts.selection import Name, Positive, Selection

Range = Annotated[tuple[float, float], Field(description="lowest and highest")]
Value = float | Range


class PublishedValue(Selection):
    """A test against a published number; `margin` is a factor on the logarithm, otherwise an absolute distance."""

    published: Value | Annotated[dict[Name, Value], Field(min_length=1)]
    margin: Positive

    @model_validator(mode="after")
    def _whole(self) -> PublishedValue:
        if isinstance(self.published, dict):
            if set(self.published) != set(self.problems):
                raise ValueError(f"published values for {sorted(self.published)}, problems {sorted(self.problems)}")
            if self.combine == "median":
                raise ValueError("a median over problems needs one published value for all of them")
        if self.logarithmic and self.margin < 1:
            raise ValueError(f"a margin that is a factor is at least 1, not {self.margin}")
        for problem in self.problems:
            low, high = self.claimed(problem)
            if low > high or (self.logarithmic and low <= 0):
                raise ValueError(f"published range {low} to {high} for {problem}: lowest first, and positive")
        return self

    def margin_in_words(self, unit: str) -> str:
        """Return the margin: a factor either way, or a distance."""
        return f"factor {self.margin:.5g}" if self.logarithmic else f"± {wording.bound(self.margin, unit)}"

    def claimed(self, problem: str) -> tuple[float, float]:
        """Return the published value for a problem as a range, natural units."""
        value = self.published[problem] if isinstance(self.published, dict) else self.published
        return value if isinstance(value, tuple) else (value, value)
