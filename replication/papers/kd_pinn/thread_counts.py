"""Numbers of threads as conditions name them: counts, and `all` for every core of the target."""

from collections.abc import Iterable

ALL = "all"


def ordered(counts: Iterable[object]) -> list[str]:
    """Return the different counts as text, rising, `all` last."""
    return sorted({str(count) for count in counts}, key=lambda count: (count == ALL, 0 if count == ALL else int(count)))


def label(count: str) -> str:
    """Return a count as a reader writes it: `1 thread`, `all threads`."""
    return f"{count} thread" if count == "1" else f"{count} threads"
