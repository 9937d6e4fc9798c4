"""Messages of a run: on stderr with the run's name before each line, and in the rule's log file."""

import logging
import sys
from pathlib import Path


def start(name: str, file: Path | None) -> None:
    """Send log messages of this package to stderr and, if given, to `file`, each prefixed by time and `name`."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(file, mode="w", encoding="utf-8"))
    formatter = logging.Formatter(f"%(asctime)s [{name}] %(message)s", "%H:%M:%S")
    logger = logging.getLogger("replication")
    logger.setLevel(logging.INFO)
    for handler in handlers:
        handler.setFormatter(formatter)
        logger.addHandler(handler)
