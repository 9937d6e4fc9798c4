"""Says how a run gets on, at most every ten seconds."""

import logging
import time

from replication.numbers import duration

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Logs `phase step/total, loss, steps/s, time left` of one run; the logger's format adds the run's name."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._start: tuple[str, int, float] = ("", 0, self._last)

    def report(self, phase: str, step: int, total: int, loss: float) -> None:
        """Log the state if the last line is ten seconds old."""
        now = time.monotonic()
        if phase != self._start[0]:
            self._start = (phase, step, now)
        if now - self._last < SECONDS_BETWEEN_LINES:
            return
        self._last = now
        _, first, since = self._start
        rate = (step - first) / max(now - since, 1e-9)
        left = duration((total - step) / rate) if rate > 0 else "unknown"
        log.info("%s %d/%d  loss %.3e  %.1f steps/s  %s left", phase, step, total, loss, rate, left)
