"""At which margins a verdict would flip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from replication.verdicts.examination import Examination
from replication.verdicts.statements import NOT_TESTABLE

MARGINS = np.geomspace(0.1, 10, 401)
"""Multiples of the registered margin (on the logarithm where the margin is a factor) or of the registered bound."""


def sensitivity(examinations: Sequence[Examination]) -> pd.DataFrame:
    """Return the verdict of each examined claim over a range of margins: claim, paper, verdict, margin_from, margin_to.

    Margins are multiples of the registered one, 1 being the verdict itself; one row for each stretch without a flip,
    its ends good to 1 %. A claim that cannot be tested has no rows.
    """
    columns = ["claim", "paper", "verdict", "margin_from", "margin_to"]
    return pd.DataFrame([row for found in examinations for row in _strip(found)], columns=columns)


def _strip(found: Examination) -> list[dict[str, object]]:
    claim = found.claim
    if all(single.estimate is None for single in found.singles) or found.words() == NOT_TESTABLE:
        return []
    words = found.words(MARGINS)
    flips = np.flatnonzero(words[1:] != words[:-1]) + 1
    # A flip lies between two neighbouring margins; both stretches end in the middle.
    edges = np.concatenate([MARGINS[:1], np.sqrt(MARGINS[flips] * MARGINS[flips - 1]), MARGINS[-1:]])
    return [
        {"claim": claim.id, "paper": claim.paper, "verdict": str(words[start]), "margin_from": low, "margin_to": high}
        for start, low, high in zip([0, *flips], edges[:-1], edges[1:], strict=True)
    ]
