"""One writer a folder: a second one waits and says for whom."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

SECONDS_BETWEEN_MESSAGES = 10.0


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold `folder`'s lock; while another process holds it, wait and name that process every ten seconds.

    The lock belongs to the process, so it is gone when its holder is killed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    owner = folder / ".owner"
    announced = -SECONDS_BETWEEN_MESSAGES
    while True:
        try:
            lock.acquire(timeout=0.5)
            break
        except Timeout:
            if time.monotonic() - announced >= SECONDS_BETWEEN_MESSAGES:
                announced = time.monotonic()
                holder = owner.read_text(encoding="utf-8").strip() if owner.is_file() else "another process"
                log.warning("waiting for %s, which is writing %s", holder, folder)
    try:
        owner.write_text(f"process {os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()
