"""Which rows of the long table a test reads, and what every test has in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from replication.report import style, wording
from replication.settings.strict import Strict

if TYPE_CHECKING:
    import pandas as pd

    from replication.verdicts.statements import Estimate, Region

Size = Literal["none", "reduced", "published"]
"""What a preset's runs can speak to: nothing (they only prove that it works), a reduced run, the published size."""

CONDITION = r"^([a-z_0-9]+=[^=;]+(;[a-z_0-9]+=[^=;]+)*)?$"
COMBINE = r"^(all|median|at least [1-9][0-9]*)$"
NAME = r"^[A-Za-z0-9_.+-]+$"

SEVERAL_REFERENCES = ("ordering", "rank_correlation", "rank_order", "ratio")

Name = Annotated[str, Field(pattern=NAME)]
Condition = Annotated[str, Field(pattern=CONDITION)]
Positive = Annotated[float, Field(gt=0)]


class Unmeasured(Exception):
    """The rows a test needs are missing: `what` on which `problem`, and whether it was not run or did not finish."""

    def __init__(self, what: str, problem: str) -> None:
        super().__init__(f"{what} on {style.title(problem)}")
        self.what = what
        self.problem = problem


class Undecidable(Exception):
    """The rows are there but too few to say anything; the message says why, `n` how many seeds there are if known."""

    def __init__(self, why: str, n: float = np.nan) -> None:
        super().__init__(why)
        self.n = n


def in_words(name: str, condition: str) -> str:
    """Return `name (batch 1, threads 2)`, or the name alone for the headline row."""
    return f"{name} ({wording.condition(condition)})" if condition else name


@dataclass(frozen=True)
class Cell:
    """One place where a test is made: a hardware target, a condition and, as a rule, one problem."""

    hardware: str
    problems: tuple[str, ...]
    condition: str


class Reference(Strict):
    """The other side of a comparison: another method, another condition of the same method, or both.

    Several methods stand for the strongest of them, whichever it is: the method must be ahead of all. Those that are
    `deterministic` have no seeds: their one run stands beside every seed of the method.
    """

    method: Name | Annotated[list[Name], Field(min_length=2)] | None = None
    condition: Condition | None = None
    deterministic: list[Name] = Field([])

    @model_validator(mode="after")
    def _differs(self) -> Reference:
        if self.method is None and self.condition is None:
            raise ValueError("name a method, a condition or both")
        named = [self.method] if isinstance(self.method, str) else self.method or []
        for name in self.deterministic:
            if name not in named:
                raise ValueError(f"deterministic: {name!r} is none of the methods compared with: {', '.join(named)}")
        return self


class Selection(Strict):
    """The rows a test reads and how its single results combine; each kind of test is a subclass.

    `method` may be a list, of which the best is judged. `unit` is that of this test's quantity where it is not the
    claim's. `targets` are hardware names before any dash (`cpu` stands for
    `cpu` and `cpu-laptop`); without them any target may count, see `cells`. `sizes` are the sizes of run at which the
    test is made. `reason` says why this margin or bound was chosen, before any run.
    """

    kind: str
    metric: Name
    method: Name | Annotated[list[Name], Field(min_length=2)]
    reference: Reference | None = None
    problems: list[Name] = Field(min_length=1)
    conditions: list[Condition] = Field([""], min_length=1)
    targets: list[Name] | None = Field(None, min_length=1)
    combine: str = Field("all", pattern=COMBINE)
    unit: str | None = Field(None, min_length=1)
    sizes: list[Literal["reduced", "published"]] = Field(["reduced", "published"], min_length=1)
    reason: str = Field(min_length=10)

    @model_validator(mode="after")
    def _enough_to_combine(self) -> Selection:
        if self.quorum_of(self.places) > self.places:
            raise ValueError(f"`combine: {self.combine}` of only {self.places} problems and conditions")
        if len(self.references) > 1 and self.kind not in SEVERAL_REFERENCES:
            raise ValueError(f"several references belong to {', '.join(SEVERAL_REFERENCES)}")
        return self

    @property
    def methods(self) -> list[str]:
        """The methods compared with the reference, one unless the best of several is chosen."""
        return self.method if isinstance(self.method, list) else [self.method]

    @property
    def references(self) -> list[str]:
        """The methods compared with, none if there is no reference."""
        if self.reference is None:
            return []
        named = self.reference.method or self.methods[0]
        return named if isinstance(named, list) else [named]

    @property
    def metrics(self) -> list[str]:
        """The metrics whose rows are read."""
        return [self.metric]

    @property
    def places(self) -> int:
        """How many single results there are on one hardware target."""
        return len(self.problems) * len(self.conditions)

    def quorum_of(self, places: int) -> int:
        """Return how many of so many single results must hold (for a median, must be there)."""
        return places if self.combine in ("all", "median") else int(self.combine.split()[-1])

    @property
    def logarithmic(self) -> bool:
        """Whether the quantity is judged on its logarithm (errors, times and their ratios are)."""
        return True

    def margin_in_words(self, unit: str) -> str:
        """Return the margin or bound as it is shown beside a verdict; `unit` is the tested quantity's."""
        raise NotImplementedError

    def cells(self, table: pd.DataFrame) -> Iterator[list[Cell]]:
        """Yield, for each hardware target that can speak (one nameless if it was begun on none), its cells.

        Where all problems must hold, each target on which the test was begun speaks, and a problem that was begun on
        other targets alone is asked for there alone. Where problems are taken together (ranked, or some of them must
        hold), only targets with all of them speak, if there are any.
        """
        begun = self._begun(table)
        whole = [target for target, problems in begun.items() if problems >= set(self.problems)]
        together = self.combine != "all" or any(len(problems) > 1 for problems in self.groups())
        everywhere = set().union(*begun.values())
        for target in sorted(whole if together and whole else begun) or [" ".join(self.targets or [])]:
            elsewhere = set() if together else everywhere - begun.get(target, set())
            here = [problems for problems in self.groups() if elsewhere.isdisjoint(problems)]
            yield [Cell(target, problems, condition) for condition in self.conditions for problems in here]

    def _begun(self, table: pd.DataFrame) -> dict[str, set[str]]:
        """Return, by hardware target, the problems on which there are rows of the compared method."""
        rows = table[table["metric"] == self.metric]
        rows = rows[rows["problem"].isin(self.problems) & rows["method"].isin(self.methods)]
        begun: dict[str, set[str]] = {}
        for hardware, problem in zip(rows["hardware"], rows["problem"], strict=True):
            if self._counts(hardware):
                begun.setdefault(hardware, set()).add(problem)
        return begun

    def _counts(self, hardware: str) -> bool:
        return self.targets is None or hardware.split("-")[0] in self.targets

    def groups(self) -> list[tuple[str, ...]]:
        """Return the problems that make one single result: one each, unless the test ranks them."""
        return [(problem,) for problem in self.problems]

    def sides(self, cell: Cell) -> list[tuple[str, str]]:
        """Return (method, condition) of everything compared in a cell, the references last."""
        compared = [(method, cell.condition) for method in self.methods]
        if self.reference is not None:
            condition = cell.condition if self.reference.condition is None else self.reference.condition
            compared += [(method, condition) for method in self.references]
        return compared

    def reads(self, rows: pd.DataFrame, cell: Cell) -> pd.DataFrame:
        """Return the rows behind a cell, finished or not, both sides of a comparison."""
        keys = set(self.sides(cell))
        here = rows[rows["problem"].isin(cell.problems)]
        sides = zip(here["method"], here["condition"], strict=True)
        return here[np.fromiter((side in keys for side in sides), dtype=bool, count=len(here))]

    def estimate(self, rows: pd.DataFrame, cell: Cell) -> Estimate:
        """Return the tested quantity from the rows of this metric on this hardware.

        Raises:
            Unmeasured: a method, condition or problem has no finished run.
            Undecidable: too few seeds.
        """
        raise NotImplementedError

    def region(self, problem: str, margin: Any = 1.0) -> Region:
        """Return the region of the claimed result, with its margin or bound multiplied by `margin`."""
        raise NotImplementedError
