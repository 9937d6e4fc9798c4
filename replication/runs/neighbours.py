"""How busy the rest of the machine was while something was timed: what is timed should have the machine to itself."""

import logging
import time

from replication.runs import cpu_time

log = logging.getLogger(__name__)

BUSY = 0.25
"""From so many cores on, the others may have slowed what was timed; Snakemake itself keeps a tenth of one busy."""


class Neighbours:
    """Counts, while it is entered, the CPU time of all that is neither this process nor its descendants.

    `cores` is, after that, how many cores the others kept busy on average; None if it was never entered, nothing having
    been timed.
    """

    cores: float | None = None

    def __enter__(self) -> "Neighbours":
        """Start counting."""
        self._start, self._wall = _others_seconds(), time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop counting."""
        seconds, wall = _others_seconds() - self._start, time.monotonic() - self._wall
        self.cores = max(0.0, seconds / wall)
        if self.cores >= BUSY:
            log.warning("others kept %.1f cores busy meanwhile: time it again when the machine is free", self.cores)


def _others_seconds() -> float:
    return cpu_time.of_machine() - cpu_time.of_this_process()
