"""SHA-256 of every file of a fetched dataset, in `checksums.json` beside `data/`."""

import hashlib
import json
from pathlib import Path

from replication.errors import UserError
from replication.storage.atomic import write_json

NAME = "checksums.json"


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_checksums(folder: Path) -> None:
    """Record the checksums of `stats.yaml` and of all data files below `folder`."""
    files = [folder / "stats.yaml", *sorted((folder / "data").glob("*/*"))]
    write_json(folder / NAME, {file.relative_to(folder).as_posix(): checksum(file) for file in files})


def recorded(folder: Path) -> dict[str, str]:
    """Return file -> checksum as recorded; empty if nothing was."""
    try:
        return dict(json.loads((folder / NAME).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def verify(folder: Path) -> None:
    """Compare every recorded file with its checksum; UserError naming the first that is missing or changed."""
    for name, expected in recorded(folder).items():
        path = folder / name
        if not path.exists() or checksum(path) != expected:
            raise UserError(f"{path}: missing or changed since it was fetched; delete it and fetch again")
