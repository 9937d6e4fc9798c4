"""Disk use is stated before, and a disk that is or runs full is told in one line."""

import errno
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replication.errors import UserError


def state_need(what: str, needed: int, folder: Path, advice: str) -> None:
    """Print on stderr how many bytes `what` needs below `folder`; UserError with `advice` if they are not free."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    print(f"{what}: needs {needed / 1e6:.0f} MB, {free / 1e6:.0f} MB free in {folder}", file=sys.stderr, flush=True)
    if needed > free:
        raise UserError(f"{folder}: {what} needs {needed / 1e6:.0f} MB, {free / 1e6:.0f} MB are free; {advice}")


@contextmanager
def told_when_full(path: Path) -> Iterator[None]:
    """Turn a full disk while writing `path` into a one-line UserError; HDF5 reports it as OSError or RuntimeError."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        if getattr(error, "errno", None) == errno.ENOSPC or "no space left" in str(error).lower():
            raise UserError(f"{path}: the disk is full; free space there and run the command again") from error
        raise
