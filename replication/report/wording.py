"""How names and bounds are written in sentences and tables: the raw ones stand in CSV files alone."""

import math
import re
from collections.abc import Mapping
from typing import Any

from replication.numbers import MINUS, interval, number
from replication.report import style

METRICS = {
    "rmse": "RMSE",
    "relative_l2": "relative L² error",
    "vrmse_one_step": "one-step VRMSE",
    "vrmse_1_20": "VRMSE of steps 1 to 20",
    "vrmse_6_12": "VRMSE of steps 6 to 12",
    "vrmse_13_30": "VRMSE of steps 13 to 30",
    "vrmse_21_60": "VRMSE of steps 21 to 60",
    "vrmse_rollout": "rollout VRMSE",
    "step_wall": "time of a training step",
    "step_flops": "floating-point operations of a training step",
    "step_memory": "memory of a training step (peak on GPUs, kept tensors on CPUs)",
    "train_cpu": "CPU time of training",
    "train_wall": "wall time of training",
    "compile_wall": "wall time of compilation",
    "train_steps": "training steps",
    "peak_memory": "peak host memory",
    "accelerator_memory": "peak accelerator memory",
    "latency_p95": "95th percentile of the latency",
    "flops_per_point": "operations per point",
    "page_faults": "page faults of a call",
    "speedup": "speed-up",
    "query_speedup": "query speed-up",
    "query_error_median": "median query error",
    "offline_cpu": "offline CPU time",
    "sweep_cpu_per_parameter": "CPU time per parameter",
    "sweep_loss": "largest loss",
    "intensity_over_balance": "intensity over balance",
    "top_hessian_eigenvalue": "largest Hessian eigenvalue",
}


def metric(name: str) -> str:
    """Return a metric's name as a reader writes it."""
    return METRICS.get(name, name.replace("_", " "))


def method(name: str) -> str:
    """Return a method's name as figures write it."""
    return style.look(name).label


def against(text: str) -> str:
    """Return what a test compares with, `fno unet; band=high`, as `FNO; U-Net; band high`."""
    names, _, where = text.partition("; ")
    return "; ".join([*map(method, names.split()), *([condition(where)] if where else [])])


def condition(text: str) -> str:
    """Return `batch=1;threads=2` as `batch 1, threads 2`; methods that it names as figures write them."""
    parts = (part.partition("=") for part in text.split(";"))
    return ", ".join(f"{name} {named(value)}".replace("_", " ").strip() for name, _, value in parts)


def named(name: str) -> str:
    """Return a known method or problem by its proper name, anything else without underscores."""
    return method(name) if name in style.KNOWN else style.PROPER_NAMES.get(name, name.replace("_", " "))


def further_seeds(count: float) -> str:
    """Return how many more seeds are needed, `about 1 further seed`; infinite means more than are feasible."""
    if not math.isfinite(count):
        return "no feasible number of further seeds"
    return f"about {count:.0f} further seed{'' if round(count) == 1 else 's'}"


def sentence(text: str) -> str:
    """Return a text in which problems and methods stand by their names instead of their identifiers."""

    def proper(found: re.Match[str]) -> str:
        name = found[0]
        return style.PROPER_NAMES.get(name) or (style.KNOWN[name].label if name in style.KNOWN else name)

    return re.sub(r"\b[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+\b", proper, text)


def amount(value: float | None, unit: str) -> str:
    """Write a number as `numbers.number` does, but whole numbers in full."""
    if value is not None and unit != "s" and 1e5 <= abs(value) < 1e15 and value == int(value):
        return f"{value:.0f}".replace("-", MINUS) + ("" if unit in ("1", "") else f" {unit}")
    return number(value, unit)


def measured(found: Mapping[str, Any]) -> str:
    """Write an estimate with its interval in little room: its unit and a power of ten that it needs stand once."""
    estimate, low, high = (float(found[name]) for name in ("estimate", "low", "high"))
    if (unit := found["unit"]) == "s":
        return f"{number(estimate, unit)} {interval(low, high, unit)}"
    suffix = "" if unit in ("1", "") else f" {unit}"
    mantissa, times, power = number(estimate).partition("×")
    scale = 10.0 ** -math.floor(math.log10(abs(estimate))) if times else 1.0
    return f"{mantissa} {interval(low * scale, high * scale)}{f' ×{power}' if times else ''}{suffix}"


def percent(share: float | None) -> str:
    """Write the confidence of an interval, nothing where there is none."""
    return "" if share is None or math.isnan(share) else f"{100 * share:.3g} %"


def bound(value: float, unit: str) -> str:
    """Write an edge of a margin with as many digits as it has, up to four, without the logarithm's rounding error."""
    short = f"{value:.4g}"
    digits = len(short.partition("e")[0].replace(".", "").lstrip("-0"))
    return number(float(short), unit, max(digits, 1))
