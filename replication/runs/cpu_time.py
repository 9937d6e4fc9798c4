"""CPU seconds of the machine, and of this process with all that it started."""

import psutil

IDLE = ("idle", "iowait")
COUNTED_TWICE = ("guest", "guest_nice")
"""The time of virtual machines that run here is part of `user` and `nice` already."""


def of_machine() -> float:
    """Return the CPU seconds that were used since the machine started, by whomever.

    On a virtual machine this includes the time that the host gave to other guests ("steal").
    """
    left_out = (*IDLE, *COUNTED_TWICE)
    return sum(seconds for name, seconds in psutil.cpu_times()._asdict().items() if name not in left_out)


def of_this_process() -> float:
    """Return the CPU seconds of this process and its descendants, those that have ended included."""
    own = psutil.Process()
    return sum(map(_seconds, [own, *own.children(recursive=True)]))


def _seconds(process: psutil.Process) -> float:
    """Return the CPU seconds of a process and of its children that have ended."""
    try:
        return sum(process.cpu_times()[:4])
    except psutil.NoSuchProcess:  # ended since it was listed: its parent counts it now
        return 0.0
