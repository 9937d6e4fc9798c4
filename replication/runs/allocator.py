"""What the C library does with freed memory.

By default glibc gives large blocks back to the system, and a training, whose every step allocates the same blocks anew,
spends up to a third of its time on page faults. The values below are the largest that all its releases take; other C
libraries know neither the call nor the variables.
"""

import ctypes

KEPT = 2**31 - 1
"""Bytes that may lie free at the end of the heap (see mallopt(3))."""

FROM_THE_HEAP = 2**25
"""Bytes of the largest block that comes from the heap."""

ENVIRONMENT = {"MALLOC_TRIM_THRESHOLD_": str(KEPT), "MALLOC_MMAP_THRESHOLD_": str(FROM_THE_HEAP)}
"""With these a program keeps freed memory from its start."""


def keep_freed_memory() -> None:
    """Let this process keep freed blocks for the next allocation."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        trim_threshold, mmap_threshold = -1, -3
        mallopt(trim_threshold, KEPT)
        mallopt(mmap_threshold, FROM_THE_HEAP)
