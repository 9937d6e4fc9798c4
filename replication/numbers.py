"""How numbers are written: three digits, powers of ten as powers, times in the unit a reader would choose."""

import math

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MINUS = "−"


def number(value: float | None, unit: str = "1", digits: int = 3) -> str:
    """Write a number with its unit: `0.00213` s is `2.13 ms`, `2.1e-5` is `2.1×10⁻⁵`, nothing is an en dash.

    The unit `1` is dimensionless and not written; seconds are written as µs, ms or s.
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if unit == "s" and value != 0:
        for scale, name in ((1e-6, "µs"), (1e-3, "ms")):
            if abs(value) < 1000 * scale:
                return f"{number(value / scale, digits=digits)} {name}"
    suffix = "" if unit in ("1", "") else f" {unit}"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return _signed(_fixed(value, digits)) + suffix
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{_signed(mantissa)}×10{str(int(exponent)).translate(SUPERSCRIPT)}{suffix}"


def interval(low: float | None, high: float | None, unit: str = "1") -> str:
    """Write `[low, high]`, or nothing where there is no interval."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    return f"[{number(low, unit)}, {number(high, unit)}]"


def duration(seconds: float) -> str:
    """Write a length of time: `4.21 s`, `45 s`, `3 min 20 s` or `2 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return number(seconds, "s")
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _fixed(value: float, digits: int) -> str:
    if value == int(value):
        return str(int(value))
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    leading = 0 if abs(value) >= 1 else -math.floor(math.log10(abs(value))) - 1
    return f"{value:.{max(0, digits - whole + leading)}f}"


def _signed(text: str) -> str:
    return text.replace("-", MINUS)
