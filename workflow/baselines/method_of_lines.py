"""Method of lines: central differences on a uniform grid, integrated in time by an implicit multistep method.

The grid is doubled until the answer changes by less than `TOLERANCE`, as someone would who has no reference at hand.
Time steps are scipy's (BDF, orders 1 to 5, Shampine and Reichelt 1997), values between grid points cubic splines.
"""

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline
from scipy.sparse import block_array, diags_array

Array = np.ndarray
Difference = Callable[[Array], Array]

TOLERANCE = 1e-3
"""Relative change in L2 between two grids, one with half the other's spacing, at which refinement ends."""

COARSEST, FINEST = 64, 4096


@dataclass(frozen=True)
class Lines:
    """An equation on a line: fields (m, n) at nodes x (n,) at the start, and their rates of change.

    `rate` takes fields, nodes and the first and second central difference of an array of fields, beyond the ends of
    which its mirror image stands. `backward`: the start is the end of time.
    """

    initial: Callable[[Array], Array]
    rate: Callable[[Array, Array, Difference, Difference], Array]
    backward: bool = False


def burgers(viscosity: float) -> Lines:
    """u_t = ν u_xx - u u_x; the latter as (u u_x + (u²)_x) / 3, which neither makes nor takes energy on any grid."""

    def rate(u: Array, x: Array, first: Difference, second: Difference) -> Array:
        return held(viscosity * second(u) - (u * first(u) + first(u * u)) / 3)

    return Lines(lambda x: -np.sin(np.pi * x)[None], rate)


def allen_cahn(diffusion: float, reaction: float) -> Lines:
    """u_t = D u_xx + R (u - u³), fixed ends."""

    def rate(u: Array, x: Array, first: Difference, second: Difference) -> Array:
        return held(diffusion * second(u) + reaction * (u - u**3))

    return Lines(lambda x: (x**2 * np.cos(np.pi * x))[None], rate)


def allen_cahn_hard(diffusion: float, reaction: float) -> Lines:
    """The same on a ring: the solution is even, so that both ends mirror it."""

    def rate(u: Array, x: Array, first: Difference, second: Difference) -> Array:
        return diffusion * second(u) + reaction * (u - u**3)

    return Lines(lambda x: (x**2 * np.cos(np.pi * x))[None], rate)


def stiff_reaction_diffusion(diffusion: float, time_scale: float) -> Lines:
    """u_t = D u_xx + (u - u³ - v) / ε, v_t = D v_xx + u - v; zero slopes mirror both."""

    def rate(fields: Array, x: Array, first: Difference, second: Difference) -> Array:
        u, v = fields
        return diffusion * second(fields) + np.stack([(u - u**3 - v) / time_scale, u - v])

    return Lines(lambda x: np.stack([np.cos(np.pi * x), 0 * x]), rate)


def black_scholes(rate: float, volatility: float, strike: float, maturity: float, largest_price: float) -> Lines:
    """v_τ = σ²s²/2 v_ss + r s v_s - r v in the time τ that remains; at S the price grows as S - K e^{-rτ} does."""

    def growth(v: Array, s: Array, first: Difference, second: Difference) -> Array:
        change = held(volatility**2 / 2 * s**2 * second(v) + rate * (s * first(v) - v))
        change[:, -1] = rate * (s[-1] - v[:, -1])
        return change

    return Lines(lambda s: np.maximum(s - strike, 0.0)[None], growth, backward=True)


EQUATIONS = {f.__name__: f for f in (burgers, allen_cahn, allen_cahn_hard, stiff_reaction_diffusion, black_scholes)}


def held(rate: Array) -> Array:
    """Let both ends keep their values."""
    rate[:, [0, -1]] = 0.0
    return rate


def solve(lines: Lines, low: float, high: float, cells: int, times: Array) -> tuple[Array, Array]:
    """Return nodes (n,) and fields (m, n, k) at `times` (k,), of which the first is the start."""
    x = np.linspace(low, high, cells + 1)
    spacing = x[1] - x[0]
    start = lines.initial(x)

    def first(u: Array) -> Array:
        around = np.pad(u, ((0, 0), (1, 1)), mode="reflect")
        return (around[:, 2:] - around[:, :-2]) / (2 * spacing)

    def second(u: Array) -> Array:
        around = np.pad(u, ((0, 0), (1, 1)), mode="reflect")
        return (around[:, 2:] - 2 * u + around[:, :-2]) / spacing**2

    def right_hand_side(_: float, flat: Array) -> Array:
        return lines.rate(flat.reshape(start.shape), x, first, second).ravel()

    neighbours = diags_array([1.0, 1.0, 1.0], offsets=[-1, 0, 1], shape=(len(x), len(x)))
    found = solve_ivp(
        right_hand_side,
        (times[0], times[-1]),
        start.ravel(),
        method="BDF",
        t_eval=times,
        rtol=TOLERANCE / 10,
        atol=TOLERANCE / 100,
        jac_sparsity=block_array([[neighbours] * len(start)] * len(start)),
    )
    if not found.success:
        raise SystemExit(f"{cells} cells: {found.message}")
    return x, found.y.reshape(*start.shape, -1)


def main(task_file: str, out: str) -> None:
    """Solve the task and write prediction, history and record."""
    task = json.loads(Path(task_file).read_text(encoding="utf-8"))
    with np.load(task["evaluation"]) as published:
        places, times = (published[f"axis_{name}"] for name in task["coordinates"])
    (low, high), (begin, end) = (task["domain"][name] for name in task["coordinates"])
    lines = EQUATIONS[task["equation"]](**task["coefficients"])
    elapsed = end - times if lines.backward else times - begin
    instants, order = np.unique([0.0, *elapsed], return_inverse=True)
    wall, cpu, history, cells, values = perf_counter(), process_time(), [], COARSEST, None
    while True:
        coarser = values
        x, fields = solve(lines, low, high, cells, instants)
        values = CubicSpline(x, fields, axis=1)(places)
        change = np.inf if coarser is None else np.linalg.norm(values - coarser) / np.linalg.norm(values)
        print(f"{cells} cells: changed by {change:.1e}", flush=True)
        history.append({"phase": "refinement", "step": len(history) + 1, "loss": min(change, 1.0), "cells": cells})
        if change < TOLERANCE or 2 * cells > FINEST:
            break
        cells *= 2
    answer = values[:, :, order[1:]].reshape(len(values), -1)
    phase = {"wall_s": perf_counter() - wall, "cpu_s": process_time() - cpu, "steps": len(history)}
    np.savez(Path(out) / "prediction.npz", **dict(zip(task["fields"], answer, strict=True)))
    with (Path(out) / "history.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(history[0]))
        writer.writeheader()
        writer.writerows(history)
    record = {"phases": {"refinement": phase}, "cells": cells}
    (Path(out) / "training.json").write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
