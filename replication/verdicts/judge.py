"""Claims and the long table in; a verdict for each claim, the single tests behind it, and where it would flip out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from replication.numbers import number
from replication.report import style, wording
from replication.verdicts import holm
from replication.verdicts.claim import Claim
from replication.verdicts.examination import Examination, Single, examine
from replication.verdicts.extreme import Extreme
from replication.verdicts.interval import StudentMean
from replication.verdicts.published import PublishedValue
from replication.verdicts.rank_order import RankAgreement
from replication.verdicts.rows import Evidence, Verdict, frame
from replication.verdicts.selection import Cell, Selection, Size, in_words
from replication.verdicts.sensitivity import sensitivity
from replication.verdicts.statements import (
    BETTER,
    IN_DIRECTION,
    INCONCLUSIVE,
    LEVEL,
    NOT_REPLICATED,
    NOT_TESTABLE,
    REPLICATED,
    p_value,
    verdict,
)

NOT_AT_THIS_SIZE = "not testable at this size"
MOST_NAMED = 3
"""How many missing things a reason lists before it counts the rest."""


@dataclass(frozen=True)
class Level:
    """What the runs behind a claim can speak to (`size`) and the words for it that are printed with the verdict."""

    size: Size
    evidence: str


class Judgement(NamedTuple):
    """What there is to say about claims: the verdicts, one row a claim; the evidence, one row a single test; and the
    verdicts over a range of margins.
    """

    verdicts: pd.DataFrame
    evidence: pd.DataFrame
    sensitivity: pd.DataFrame


def judge(claims: Sequence[Claim], table: pd.DataFrame, *, size: Size, evidence: str) -> Judgement:
    """Judge claims by the long table, all at the same level.

    `size` is what the preset's runs can speak to, `evidence` the level that is printed with each verdict (`quick`,
    `quick, modified: kd_pinn.student.width`).

    Estimates, intervals and margins are in the metric's units; for ratios and orderings, "times better". A verdict's
    numbers are those of the single test on which it hangs, with the interval at the `confidence` that mirrors it: 90 %,
    or more where the combination of several tests asks for it.
    The verdict rests on the unadjusted p-value of its claim; `p_holm` and `verdict_holm` say what is left of it when
    all claims of its paper in this call are held to 5 % together.
    """
    return judge_at([Level(size, evidence)] * len(claims), claims, table)


def judge_at(levels: Sequence[Level], claims: Sequence[Claim], table: pd.DataFrame) -> Judgement:
    """Judge claims as `judge` does, each at the level of its own, since the runs behind them may differ in size."""
    examinations = [examine(claim, table, level.size) for level, claim in zip(levels, claims, strict=True)]
    pairs = list(zip(examinations, levels, strict=True))
    verdicts = frame(Verdict, [_verdict_row(found, level.evidence) for found, level in pairs])
    for _, rows in verdicts[verdicts["p_value"].notna()].groupby("paper"):
        verdicts.loc[rows.index, "p_holm"] = holm.adjusted(rows["p_value"])
    undecided = ~verdicts["verdict"].isin([NOT_TESTABLE]) & ~(verdicts["p_holm"].astype(float) <= LEVEL)
    verdicts["verdict_holm"] = verdicts["verdict"].mask(undecided, INCONCLUSIVE)
    singles = [_evidence_row(found, single, level.evidence) for found, level in pairs for single in found.singles]
    return Judgement(verdicts, frame(Evidence, singles), sensitivity(examinations))


def _verdict_row(found: Examination, evidence: str) -> Verdict:
    claim = found.claim
    word, reason = _conclude(found)
    numbers: dict[str, Any] = {"unit": claim.unit}
    if found.groups:
        shown, level = found.shown()
        numbers = _numbers(shown, level, found.unit_of(shown))
        numbers |= {"test": claim.tests.index(shown.test) + 1, "hardware": shown.cell.hardware}  # type: ignore[arg-type]
        numbers |= {"problem": " ".join(shown.cell.problems), "condition": shown.cell.condition}
        numbers |= {"runs": sum(s.runs.total for s in found.singles)}
        numbers |= {"failures": sum(s.runs.failed for s in found.singles)}
    return Verdict(
        claim=claim.id,
        paper=claim.paper,
        statement=claim.statement,
        verdict=word,
        evidence=evidence,
        published=_comparable(found),
        reason=reason,
        p_value=np.nan if word == NOT_TESTABLE else float(p_value(found.said())),
        further_seeds=found.further_runs() if word == INCONCLUSIVE else np.nan,
        mark=claim.source.mark,
        figures=";".join(claim.figures),
        **numbers,
    )


def _comparable(found: Examination) -> str:
    """Return the published value, or that it cannot stand beside what is shown: no test against it is made here."""
    against = [test for test in found.claim.tests if isinstance(test, PublishedValue)]
    if against and found.singles and not any(single.test in against for single in found.singles):
        return "not comparable with a reduced run"
    return found.claim.published


def _conclude(found: Examination) -> tuple[str, str]:
    """Return verdict and reason."""
    claim, word = found.claim, str(found.words())
    if claim.not_testable is not None:
        return word, claim.not_testable
    if not found.groups:
        sizes = [size for size in ("reduced", "published") if any(size in test.sizes for test in claim.tests)]
        return word, f"{NOT_AT_THIS_SIZE}: needs runs of {' or '.join(sizes)} size"
    if word == NOT_TESTABLE:
        return word, _listed(found)
    uncapped = str(verdict(found.said()))
    reason = _because(found, uncapped)
    return word, reason if word == uncapped else f"{reason}; the published size itself is {NOT_AT_THIS_SIZE}"


def _listed(found: Examination) -> str:
    """Name what is missing, the problems of the same thing together, and the target if there are several."""
    problems: dict[tuple[str, str], list[str]] = {}
    for hardware, absent in found.missing:
        where = problems.setdefault((absent.what, hardware if found.several_targets else ""), [])
        if absent.problem not in where:
            where.append(absent.problem)
    parts = [
        f"{what} on {', '.join(map(style.title, names))}{f' ({hardware})' if hardware else ''}"
        for (what, hardware), names in problems.items()
    ]
    rest = len(parts) - MOST_NAMED
    return "; ".join(parts[:MOST_NAMED]) + (f"; and {rest} more" if rest > 0 else "")


def _because(found: Examination, word: str) -> str:
    """Say what the verdict hangs on, and what the other tests say."""
    shown, level = found.shown()
    if shown.estimate is None and len(found.singles) > 1:
        return f"{len(found.singles)} tests: {_counted(found.singles)}"
    good = {REPLICATED, BETTER}
    said = shown.word if {word, shown.word} <= good else word
    reason = str(shown.obstacle) if shown.estimate is None else _comparison(shown, said, level, found.unit_of(shown))
    if word == NOT_REPLICATED and shown.word == IN_DIRECTION:
        reason += ", which refutes the claim; the ordering holds there, but is not shown wherever the claim says"
    if word == INCONCLUSIVE:
        reason += _to_settle(found.further_runs(), shown, level, "it" if len(found.singles) == 1 else "the claim")
    if len(found.singles) == 1:
        return reason
    others = [single for single in found.singles if not _is_part(single, shown)]
    beside = (
        f"; the other {f'{len(others)} tests' if len(others) > 1 else 'test'}: {_counted(others)}" if others else ""
    )
    return f"{_label(found, shown)}: {reason}{beside}"


def _is_part(single: Single, shown: Single) -> bool:
    """Whether a single result is the one shown, or one of those whose median it is."""
    same_place = (single.cell.hardware, single.cell.condition) == (shown.cell.hardware, shown.cell.condition)
    return single.test is shown.test and same_place and set(single.cell.problems) <= set(shown.cell.problems)


def _counted(singles: Sequence[Single]) -> str:
    """Count single results by what they say, or by what they lack to say something."""
    states = [_state(single) for single in singles]
    if len(set(states)) == 1:
        return states[0] if len(states) == 1 else f"all {states[0]}"
    return ", ".join(f"{states.count(state)} of {len(states)} {state}" for state in sorted(set(states)))


def _state(single: Single) -> str:
    if single.missing:
        return "not run"
    return single.word if single.estimate is not None else f"undecided ({single.obstacle})"


def _label(found: Examination, shown: Single) -> str:
    """Say where a single result was found: its problems, and whatever else tells it from the others."""
    problems = [style.title(problem) for problem in shown.cell.problems]
    where = f"the {len(problems)} problems" if len(problems) > MOST_NAMED else ", ".join(problems)
    label = f"median over {where}" if shown.test.combine == "median" else where
    if len({single.test.metric for single in found.singles}) > 1:
        label = f"{wording.metric(shown.test.metric)} on {label}"
    conditions = {single.cell.condition for single in found.singles}
    label = in_words(label, shown.cell.condition if len(conditions) > 1 else "")
    return f"{label}, {shown.cell.hardware}" if found.several_targets else label


def _comparison(single: Single, word: str, level: float, unit: str) -> str:
    """Say in words where the interval lies: an estimate is there."""
    low, high = _interval(single, level)
    region = single.region()
    lower, upper = single.natural(region.lower), single.natural(region.upper)
    claimed = f"the claimed {wording.bound(lower, unit)} to {wording.bound(upper, unit)}"
    if not (np.isfinite(region.lower) and np.isfinite(region.upper)):
        bounded_above = np.isfinite(region.upper)
        side = f"most {wording.bound(upper, unit)}" if bounded_above else f"least {wording.bound(lower, unit)}"
        claimed = f"the bound of at {side}"
    undecided = f"does not settle {claimed}"
    if low > upper or high < lower:
        undecided = f"misses {claimed}, but might by chance, being one of several tests"
    elif (region.good == "higher" and low >= lower) or (region.good == "lower" and high <= upper):
        undecided = f"crosses the good edge of {claimed}: as claimed or better, and which of the two is not settled"
    how = {
        REPLICATED: f"lies within {claimed}",
        BETTER: f"lies beyond {claimed}, on the good side",
        IN_DIRECTION: f"misses {claimed}, but the ordering holds",
        NOT_REPLICATED: f"misses {claimed}",
        INCONCLUSIVE: undecided,
    }[word]
    return (
        f"the {100 * (1 - 2 * level):.3g} % interval {number(low, unit)} to {number(high, unit)} {how}{_beside(single)}"
    )


def _beside(single: Single) -> str:
    """Name the one of several references that the method is least ahead of."""
    names = single.test.references
    if len(names) < 2 or not isinstance(single.estimate, Extreme):
        return ""
    return f" (strongest beside it: {wording.method(names[single.estimate.place])})"


def _to_settle(further: float, single: Single, level: float, what: str = "it") -> str:
    """Say how many further seeds would settle `what` hangs on a single result, or why none would."""
    if np.isnan(further) or further == 0:
        return ""
    estimate = single.estimate
    if np.isfinite(further) or not isinstance(estimate, RankAgreement):
        return f"; {wording.further_seeds(further)} would settle {what}"
    if estimate.smallest_p <= level:
        return "; no number of further seeds would settle it as long as the problems keep their mean ranks"
    by_chance = f"so few agree perfectly by chance in {100 * estimate.smallest_p:.3g} % of cases"
    return f"; no number of further seeds would settle it, only more problems: {by_chance}"


def _interval(single: Single, level: float) -> tuple[float, float]:
    """Return the bounds in the metric's units."""
    low, high = single.estimate.interval(level) if single.estimate is not None else (np.nan, np.nan)
    return float(single.natural(low)), float(single.natural(high))


def _numbers(single: Single, level: float, unit: str) -> dict[str, Any]:
    """Return the columns that verdicts and evidence share, in the metric's units."""
    region = single.region()
    row: dict[str, Any] = {
        "unit": unit,
        "n": single.n,
        "margin": single.test.margin_in_words(unit),
        "margin_low": float(single.natural(region.lower)),
        "margin_high": float(single.natural(region.upper)),
    }
    if single.estimate is not None:
        low, high = _interval(single, level)
        estimate = float(single.natural(single.estimate.centre))
        row |= {"estimate": estimate, "low": low, "high": high, "confidence": 1 - 2 * level}
    return row


def _evidence_row(found: Examination, single: Single, evidence: str) -> Evidence:
    test, cell, said, unit = single.test, single.cell, single.said(), found.unit_of(single)
    low, high = single.runs.wilson()
    word = single.word
    further = single.further_runs()
    reason = str(single.obstacle)
    if single.estimate is not None:
        reason = _comparison(single, word, LEVEL, unit) + _to_settle(further, single, LEVEL)
    return Evidence(
        claim=found.claim.id,
        paper=found.claim.paper,
        test=found.claim.tests.index(test) + 1,  # type: ignore[arg-type]
        kind=test.kind,
        hardware=cell.hardware,
        problem=" ".join(cell.problems),
        method=" ".join(test.methods),
        reference="" if test.reference is None else _reference(test, cell),
        condition=cell.condition,
        metric=test.metric,
        verdict=word,
        evidence=evidence,
        published=_published(single),
        reason=reason,
        p_value=np.nan if single.estimate is None else float(p_value(said)),
        further_seeds=further if word == INCONCLUSIVE else np.nan,
        runs=single.runs.total,
        failures=single.runs.failed,
        failure_low=low,
        failure_high=high,
        **_numbers(single, LEVEL, unit),
        **_prediction(single),
    )


def _reference(test: Selection, cell: Cell) -> str:
    """Name the other side of a comparison: its method or methods and its condition."""
    return "; ".join(filter(None, [" ".join(test.references), test.sides(cell)[-1][1]]))


def _published(single: Single) -> str:
    if not isinstance(single.test, PublishedValue):
        return ""
    low, high = single.test.claimed(single.cell.problems[0])
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _prediction(single: Single) -> dict[str, Any]:
    """Return where one more run is expected (95 %), and whether the published value is there."""
    if not isinstance(single.estimate, StudentMean):
        return {}
    low, high = (float(single.natural(bound)) for bound in single.estimate.prediction())
    row: dict[str, Any] = {"prediction_low": low, "prediction_high": high}
    if isinstance(single.test, PublishedValue):
        least, most = single.test.claimed(single.cell.problems[0])
        row["published_predicted"] = low <= most and least <= high
    return row
