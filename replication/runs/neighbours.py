"""How busy the rest of the machine was while something was timed: what is timed should have the machine to itself."""

import logging
import time

import psutil

log = logging.getLogger(__name__)

IDLE = ("idle", "iowait")
COUNTED_TWICE = ("guest", "guest_nice")
"""The time of virtual machines that run here is part of `user` and `nice` already."""

BUSY = 0.25
"""From so many cores on, the others may have slowed what was timed; Snakemake itself keeps a tenth of one busy."""


class Neighbours:
    """Counts, while it is entered, the CPU time of all that is neither this process nor its descendants.

    On a virtual machine this includes the time that the host gave to other guests ("steal"). `cores` is, after that,
    how many cores the others kept busy on average; None if it was never entered, nothing having been timed.
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
    """Return the CPU seconds that all others have used since the machine started."""
    machine = psutil.cpu_times()._asdict()
    left_out = (*IDLE, *COUNTED_TWICE)
    busy = sum(seconds for name, seconds in machine.items() if name not in left_out)
    own = psutil.Process()
    return busy - sum(map(_seconds, [own, *own.children(recursive=True)]))


def _seconds(process: psutil.Process) -> float:
    """Return the CPU seconds of a process and of its children that have ended."""
    try:
        return sum(process.cpu_times()[:4])
    except psutil.NoSuchProcess:  # ended since it was listed: its parent counts it now
        return 0.0
