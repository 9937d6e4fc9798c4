"""Black-Scholes equation for a European call, prices in units of the strike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from replication.problems.problem import Array, Condition, Prescribed, Problem, Values, uniform


@dataclass(frozen=True)
class BlackScholes(Problem):
    """v_t + σ²s²/2 v_ss + r s v_s - r v = 0 for 0 <= s <= S, 0 <= t <= T; v(s, T) = max(s - K, 0).

    `rate` r and `volatility` σ are per unit of time, `maturity` T in that unit, `strike` K and `largest_price` S in the
    unit of v. At the ends v(0, t) = 0 and v(S, t) = S - K e^{-r(T-t)}, the price that an exercise is certain of.
    """

    strike: float
    rate: float
    volatility: float
    maturity: float
    largest_price: float

    coordinates = ("s", "t")
    fields = ("v",)

    @property
    def low(self) -> tuple[float, ...]:
        """Worthless asset, today."""
        return (0.0, 0.0)

    @property
    def high(self) -> tuple[float, ...]:
        """Largest price, maturity."""
        return (self.largest_price, self.maturity)

    def residual(self, at: Values) -> dict[str, Any]:
        """v_t + σ²s²/2 v_ss + r s v_s - r v."""
        s, v, v_t, v_s, v_ss = at("s", "v", "v_t", "v_s", "v_ss")
        return {"price": v_t + self.volatility**2 / 2 * s**2 * v_ss + self.rate * (s * v_s - v)}

    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Payoff at random s; the prices at either end at random t, half of the points each."""
        terminal = uniform((0.0, self.maturity), self.high, counts["terminal"], random)
        boundary = uniform((self.largest_price, 0.0), self.high, counts["boundary"], random)
        boundary[::2, 0] = 0.0
        certain = boundary[:, 0] - self.strike * np.exp(-self.rate * (self.maturity - boundary[:, 1]))
        return {
            "terminal": Prescribed(terminal, {"v": np.maximum(terminal[:, 0] - self.strike, 0.0)}),
            "boundary": Prescribed(boundary, {"v": np.where(boundary[:, 0] > 0, certain, 0.0)}),
        }

    def solution(self, points: Array) -> dict[str, Array]:
        """Closed form (Black and Scholes 1973): v = s Φ(d₁) - K e^{-rτ} Φ(d₂), τ = T - t.

        d₁ = (log(s/K) + (r + σ²/2)τ) / σ√τ, d₂ = d₁ - σ√τ; the limits at τ = 0 and s = 0 are the payoff and zero.
        """
        s, t = points.T
        remaining = self.maturity - t
        spread = self.volatility * np.sqrt(remaining)
        with np.errstate(divide="ignore", invalid="ignore"):
            d1 = (np.log(s / self.strike) + (self.rate + self.volatility**2 / 2) * remaining) / spread
        v = s * ndtr(d1) - self.strike * np.exp(-self.rate * remaining) * ndtr(d1 - spread)
        return {"v": np.where(remaining > 0, v, np.maximum(s - self.strike, 0.0))}
