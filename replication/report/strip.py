"""Small drawings beside numbers: where a result lies relative to the claimed region, and where a verdict would flip."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from replication.numbers import number
from replication.verdicts.sensitivity import MARGINS

WIDTH, HEIGHT = 176, 18
PADDING = 0.08


@dataclass(frozen=True)
class Result:
    """An estimate with its interval and the region of the claimed result, whose edges may be infinite."""

    estimate: float
    low: float
    high: float
    region_low: float
    region_high: float


@dataclass(frozen=True)
class Axis:
    """A common axis from `start` to `end`, logarithmic or linear, mapped to 0..WIDTH; outside values are clipped."""

    start: float
    end: float
    logarithmic: bool

    @classmethod
    def around(cls, results: Sequence[Result], also: float | None, logarithmic: bool) -> "Axis":
        """Return an axis with room for every finite number of the results, and for `also`."""
        numbers = [number for result in results for number in vars(result).values()]
        shown = [
            x for x in [*numbers, *([] if also is None else [also])] if math.isfinite(x) and (x > 0 or not logarithmic)
        ]
        scaled = [math.log(x) if logarithmic else x for x in shown]
        reach = PADDING * (max(scaled) - min(scaled)) or 1.0
        start, end = min(scaled) - reach, max(scaled) + reach
        return cls(math.exp(start), math.exp(end), True) if logarithmic else cls(start, end, False)

    def place(self, value: float) -> float:
        """Return the horizontal position of a value."""
        if value <= self.start:
            return 0.0
        if value >= self.end:
            return float(WIDTH)
        along = (
            math.log(value / self.start) / math.log(self.end / self.start)
            if self.logarithmic
            else (value - self.start) / (self.end - self.start)
        )
        return round(WIDTH * along, 1)


def svg(result: Result, axis: Axis, turn: float | None) -> str:
    """Draw one result: the claimed region shaded, the interval as a line, the estimate as a dot.

    A dashed line marks `turn`, the value at which a comparison turns round. Numbers stand beside the drawing as text,
    so it is hidden from screen readers.
    """
    left, right = axis.place(result.region_low), axis.place(result.region_high)
    middle = HEIGHT / 2
    parts = [f'<rect class="region" x="{left}" y="1" width="{max(2.0, right - left):.1f}" height="{HEIGHT - 2}"/>']
    if turn is not None:
        at = axis.place(turn)
        parts.append(f'<line class="turn" x1="{at}" x2="{at}" y1="0" y2="{HEIGHT}"/>')
    if math.isfinite(result.estimate):
        low, high, centre = (axis.place(value) for value in (result.low, result.high, result.estimate))
        parts.append(f'<line class="reach" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>')
        parts.append(f'<circle class="centre" cx="{centre}" cy="{middle}" r="3.6"/>')
    return f'<svg class="strip" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'


@dataclass(frozen=True)
class Stretch:
    """A range of margins, as multiples of the registered one, over which a claim has one verdict."""

    verdict: str
    start: float
    end: float

    @property
    def registered(self) -> bool:
        """Whether the registered margin lies here."""
        return self.start <= 1 <= self.end

    @property
    def left(self) -> float:
        """Where it starts along the strip, in percent of its width."""
        return _percent(self.start)

    @property
    def width(self) -> float:
        """How much of the strip it takes, in percent."""
        return round(_percent(self.end) - _percent(self.start), 2)

    @property
    def in_words(self) -> str:
        """Its range as a reader writes it: `below 0.83 ×`, `0.83 to 1.2 ×`, `above 1.2 ×`, `at every margin`."""
        first, last = self.start <= MARGINS[0], self.end >= MARGINS[-1]
        if first and last:
            return "at every margin"
        if first:
            return f"below {number(self.end, digits=2)} ×"
        if last:
            return f"above {number(self.start, digits=2)} ×"
        return f"{number(self.start, digits=2)} to {number(self.end, digits=2)} ×"


def stretches(rows: pd.DataFrame) -> tuple[Stretch, ...]:
    """Return the stretches of one claim from its rows of sensitivity."""
    return tuple(Stretch(row["verdict"], row["margin_from"], row["margin_to"]) for row in rows.to_dict("records"))


def _percent(margin: float) -> float:
    return round(float(100 * math.log(margin / MARGINS[0]) / math.log(MARGINS[-1] / MARGINS[0])), 2)
