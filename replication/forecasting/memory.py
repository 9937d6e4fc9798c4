"""Memory that does not suffice: an end that is told, of all processes at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from replication.forecasting import processes
from replication.runs.memory import OUT_OF_MEMORY, says_out_of_memory

PREPARING = (
    "out of memory before the first step; set training.resident_gb lower, so that windows are read from disk, or take "
    "a smaller network"
)
FORECASTING = "out of memory in forecasting the published windows; take a smaller network"


class OutOfMemory(Exception):
    """Memory does not suffice; the message says what would do."""


@contextmanager
def within_memory(hint: str, device: str, together: bool = True) -> Iterator[None]:
    """Raise OutOfMemory with `hint` where memory runs out inside.

    If it does so in one process, all raise it at the end of the block, since the others would wait for that one's
    gradients; a block that one process runs alone is not `together`.
    """
    ran_out = False
    try:
        yield
    except OUT_OF_MEMORY as error:
        if not says_out_of_memory(error):
            raise
        ran_out = True
    if processes.in_any(ran_out, device) if together else ran_out:
        raise OutOfMemory(hint)
