"""A paper's claim as data: what it says, where, and the test that judges it, fixed before the runs.

Claims stand in `replication/papers/<slug>/claims/<ID>.yaml`. Reading them imports neither torch nor scipy, since the
Snakefile does it.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from replication.errors import UserError
from replication.settings.strict import Strict
from replication.verdicts.equivalence import Equivalence
from replication.verdicts.failure_rate import FailureRate
from replication.verdicts.growth import Growth
from replication.verdicts.ordering import Ordering
from replication.verdicts.rank_correlation import RankCorrelation
from replication.verdicts.rank_order import RankOrder
from replication.verdicts.ratio import Ratio
from replication.verdicts.selection import Name
from replication.verdicts.threshold import Threshold

Test = Annotated[
    Equivalence | FailureRate | Growth | Ordering | RankCorrelation | RankOrder | Ratio | Threshold,
    Field(discriminator="kind"),
]
Text = Annotated[str, Field(min_length=3)]

PAPERS = Path(__file__).parents[1] / "papers"


class Source(Strict):
    """Where a claim stands and how well that is known: the paper's own text, the authors' code, someone's summary.

    `own` marks a statement of ours that no paper makes; it is judged like the others.
    """

    place: Text
    mark: Literal["paper", "code", "secondary", "own"]


class Claim(Strict):
    """One numbered claim of one paper.

    `published` is the value as printed; the numbers a test compares with stand in the test. Several `tests` must all
    hold. A claim that can never be tested has none and says in `not_testable` what is missing; that something merely
    has not been run is found from the table and never written down.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]+[1-9][0-9]*$")]
    paper: Name
    statement: Text
    source: Source
    quantity: Text
    published: Text
    unit: Annotated[str, Field(min_length=1)]
    tests: list[Test] = Field([])
    not_testable: Text | None = None
    figures: Annotated[list[Name], Field(min_length=1)]
    unstated: list[Text] = Field([])

    @model_validator(mode="after")
    def _tests_or_reason(self) -> Claim:
        if bool(self.tests) == (self.not_testable is not None):
            raise ValueError("give `tests`, or say in `not_testable` what is missing: one of them")
        return self


def load_claims(paper: str) -> list[Claim]:
    """Return a paper's claims in the order of their numbers.

    Raises:
        UserError: no such paper, or a file is malformed.
    """
    folder = PAPERS / paper / "claims"
    files = sorted(folder.glob("*.yaml"), key=lambda file: (len(file.stem), file.stem))
    if not files:
        papers = sorted({found.parents[1].name for found in PAPERS.glob("*/claims/*.yaml")})
        raise UserError(f"{folder}: no claims of a paper {paper!r}; allowed: {', '.join(papers)}")
    return [load_claim(file) for file in files]


def load_claim(file: Path) -> Claim:
    """Return the claim in a file, whose name gives its id and whose folder the paper.

    Raises:
        UserError: naming file, key, value and what is allowed.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise UserError(f"{file}: holds {type(content).__name__}, allowed is a mapping of {_allowed(Claim)}")
    named = {"id": file.stem, "paper": file.parents[1].name}
    for key in named.keys() & content.keys():
        raise UserError(f"{file}: {key}: {_short(content[key])}: not allowed, the file's place says {named[key]!r}")
    try:
        return Claim.model_validate({**named, **content})
    except ValidationError as error:
        raise UserError(f"{file}: {_first_fault(error, content)}") from error


def _first_fault(error: ValidationError, content: dict[str, Any]) -> str:
    """Say in one line which key is wrong, what stands there and what may."""
    fault = error.errors(include_url=False)[0]
    path = [part for part in fault["loc"] if part not in _KINDS and not _is_type_name(part)]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "claim"
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        names = _allowed(_owner(path, content))
        near = difflib.get_close_matches(str(path[-1]), names.split(", "), n=1)
        return f"{key}: no such key{f', did you mean `{near[0]}`' if near else ''}; allowed: {names}"
    if fault["type"] == "missing":
        return f"{key}: missing, and required"
    # Several keys together are at fault if the value is the whole mapping, and the message names them.
    value = "" if isinstance(fault["input"], dict) and fault["input"] else f" {_short(fault['input'])}:"
    return f"{key}:{value} {' '.join(message.split())}"


_KINDS: dict[Any, type[BaseModel]] = {
    "equivalence": Equivalence,
    "failure_rate": FailureRate,
    "growth": Growth,
    "ordering": Ordering,
    "rank_correlation": RankCorrelation,
    "rank_order": RankOrder,
    "ratio": Ratio,
    "threshold": Threshold,
}


def _is_type_name(part: int | str) -> bool:
    """Tell whether pydantic names a branch of a union (`float`, `constrained-str`, `dict[str,...]`), not a key."""
    return isinstance(part, str) and bool(re.search(r"^(float|str|none)$|[-\[\](,]", part))


def _owner(path: list[int | str], content: dict[str, Any]) -> type[BaseModel]:
    """Return the model to which the key at the end of `path` was given."""
    if path[0] == "source":
        return Source
    if path[0] != "tests" or len(path) < 3:
        return Claim
    if path[2] == "reference" and len(path) > 3:
        return _KINDS["ordering"].model_fields["reference"].annotation  # type: ignore[return-value]
    return _KINDS[content["tests"][path[1]]["kind"]]


def _allowed(model: type[BaseModel]) -> str:
    return ", ".join(sorted(model.model_fields.keys() - {"id", "paper"}))


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
