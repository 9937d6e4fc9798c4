"""What a program does with memory: keep what is freed for the next step, and say when it does not suffice."""

import ctypes

import torch

OUT_OF_MEMORY = (RuntimeError, MemoryError)
"""What they raise, among other things; PyTorch has no class of its own for the CPU's memory."""


def says_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error is the lack of memory, of the processor or of an accelerator."""
    told = any(words in str(error) for words in ("can't allocate memory", "out of memory"))
    return told or isinstance(error, torch.OutOfMemoryError | MemoryError)


TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Numbers of glibc's settings, see mallopt(3)."""
LARGEST = 2**31 - 1, 2**25
"""The largest values that every release of glibc takes: bytes kept at the heap's end, and of a block from the heap."""


def keep_freed_memory() -> None:
    """Let the C library keep freed blocks for the next allocation, where it is glibc.

    By default it gives large blocks back to the system, and a training, whose every step allocates the same blocks
    anew, spends up to a third of its time on page faults.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for setting, value in zip((TRIM_THRESHOLD, MMAP_THRESHOLD), LARGEST, strict=True):
            mallopt(setting, value)
