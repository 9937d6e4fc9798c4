"""How a quantity grows: its power law's exponent, or whether a power law fits better than an exponential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from replication.report import wording
from replication.verdicts.interval import StudentMean
from replication.verdicts.selection import Cell, Name, Positive, Selection, Undecidable, Unmeasured, in_words
from replication.verdicts.statements import Region

if TYPE_CHECKING:
    import pandas as pd

FEWEST_POINTS = 4
"""Two parameters are fitted to a curve; with fewer points than this nothing is left to judge the fit by."""


class Growth(Selection):
    """One number a seed from the curve y(x), x standing in the rows' condition as `along=x`.

    `exponent`: the slope of log y over log x, to be `at_most` or `at_least` a bound, or between both. `power_law`: the
    advantage of log y = a + b log x over log y = a + b x in Akaike's criterion; the claim is that it is positive.
    `within` names the first and the last x that count.
    """

    kind: Literal["growth"]
    reference: None = None
    along: Name
    quantity: Literal["exponent", "power_law"]
    within: tuple[Positive, Positive] | None = None
    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Growth:
        bounded = self.at_most is not None or self.at_least is not None
        if bounded != (self.quantity == "exponent"):
            raise ValueError("`at_most` or `at_least` (or both) belong to `quantity: exponent`, and only to it")
        if isinstance(self.method, list):
            raise ValueError("a growth law is measured for one method")
        return self

    @property
    def logarithmic(self) -> bool:
        """An exponent is already a logarithm's slope."""
        return False

    def margin_in_words(self, unit: str) -> str:
        """Return the bounds of the exponent, or that the power law must describe the curve better."""
        bounds = {"at least": self.at_least, "at most": self.at_most}
        words = [f"{side} {bound:g}" for side, bound in bounds.items() if bound is not None]
        return ", ".join(words) or "better than exponential"

    def estimate(self, rows: pd.DataFrame, cell: Cell) -> StudentMean:
        """Return the mean over seeds of the exponent or of the power law's advantage."""
        x, y = self._curves(rows, cell)
        return StudentMean.of(exponent(x, y) if self.quantity == "exponent" else power_law_advantage(x, y))

    def region(self, problem: str, margin: Any = 1.0) -> Region:
        """Return the exponents between the bounds times `margin`, or all positive advantages."""
        if self.quantity == "power_law":
            return Region(0.0, np.inf, "higher")
        lower = -np.inf if self.at_least is None else self.at_least * margin
        upper = np.inf if self.at_most is None else self.at_most * margin
        good: dict[tuple[bool, bool], Literal["lower", "higher"] | None] = {
            (True, False): "higher",
            (False, True): "lower",
        }
        return Region(lower, upper, good.get((self.at_least is not None, self.at_most is not None)))

    @property
    def _swept(self) -> str:
        return rf"(?:^|;){self.along}=([^;]+)"

    def reads(self, rows: pd.DataFrame, cell: Cell) -> pd.DataFrame:
        """Return the rows of the method on the problem whose condition is the cell's and `along=...`."""
        rest = rows["condition"].str.replace(self._swept, "", regex=True).str.strip(";")
        here = (rows["problem"] == cell.problems[0]) & (rows["method"] == self.methods[0])
        swept = rows[here & (rest != rows["condition"]) & (rest == cell.condition)]
        first, last = self.within or (-np.inf, np.inf)
        return swept[self._along(swept).between(first, last)]

    def _along(self, rows: pd.DataFrame) -> pd.Series[float]:
        return rows["condition"].str.extract(self._swept, expand=False).astype(float)

    def _curves(self, rows: pd.DataFrame, cell: Cell) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x, shape (points,), and y, shape (seeds, points), of the seeds whose whole curve was measured."""
        from replication.verdicts import seeds

        problem, method = cell.problems[0], self.methods[0]
        what = f"{wording.metric(self.metric)} of {in_words(wording.method(method), cell.condition)} along {self.along}"
        chosen = self.reads(rows, cell)
        if chosen.empty:
            raise Unmeasured(f"not run: {what}", problem)
        done = chosen[chosen["status"] == seeds.DONE]
        curves = done.assign(x=self._along(done)).pivot(index="seed", columns="x", values="value").dropna()
        if curves.empty:
            raise Unmeasured(f"no seed with the whole curve: {what}", problem)
        if len(curves.columns) < FEWEST_POINTS:
            raise Undecidable(f"{len(curves.columns)} points along {self.along}: needs at least {FEWEST_POINTS}")
        seeds.enough(len(curves))
        points, y = curves.columns.to_numpy(dtype=float), curves.to_numpy()
        seeds.logarithms(np.append(y, points))
        return points, y


def exponent(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return b of the least-squares line log y = a + b log x; x has shape (points,), y (..., points)."""
    deviation = np.log(x) - np.log(x).mean()
    return np.log(y) @ deviation / (deviation @ deviation)


def power_law_advantage(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return AIC(exponential) - AIC(power law) = N log(RSS_exponential / RSS_power) for each curve, shape (...).

    Both have two parameters, so the penalties cancel; RSS is the sum of squared residuals of log y. A fit that is
    exact to rounding counts as having rounding error, so that the logarithm stays finite.
    """
    log_y = np.log(y)
    rounding = np.finfo(float).eps ** 2 * (log_y**2).sum(axis=-1) + np.finfo(float).tiny
    power, exponential = (_squared_residuals(regressor, log_y) + rounding for regressor in (np.log(x), x))
    return x.size * np.log(exponential / power)


def _squared_residuals(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared residuals of the least-squares line through y(x), summed over the last axis."""
    deviation = x - x.mean()
    centred = y - y.mean(axis=-1, keepdims=True)
    slope = centred @ deviation / (deviation @ deviation)
    return ((centred - slope[..., None] * deviation) ** 2).sum(axis=-1)
