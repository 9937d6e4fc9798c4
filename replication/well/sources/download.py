"""Whole files from The Well's download server, by the_well's own downloader (curl, which resumes).

The downloader writes under the final name as it goes and takes an error page for a file, so it works in a folder
`<name>.partial` here; that becomes `<name>` once every file has the size the server announced and opens as HDF5.
"""

import os
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import yaml
from the_well.utils.download import WELL_REGISTRY, well_download

from replication.errors import UserError
from replication.storage.atomic import write_text
from replication.well.catalogue import SPLITS, dataset
from replication.well.checksums import recorded, write_checksums
from replication.well.disk import state_need
from replication.well.inspection import inspect

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class RemoteFile:
    """A file of the registry; `split` is empty for `stats.yaml`."""

    url: str
    split: str

    @property
    def name(self) -> str:
        """Path below the dataset's folder."""
        base = self.url.rsplit("/", 1)[-1]
        return f"data/{self.split}/{base}" if self.split else base


def fetch(name: str, base: Path, files: int | None = None, registry: Path = Path(WELL_REGISTRY)) -> Path:
    """Fetch `stats.yaml` and at most `files` files a split of dataset `name` to `base/name`; return that folder.

    The disk need is printed before the first byte and refused with a UserError if it does not fit. An interrupted call
    goes on where it stopped. Checksums are kept in `checksums.json`. UserError if the server cannot be reached or a
    file came incomplete or is not of this dataset.
    """
    entry, folder = dataset(name), base / name
    if shutil.which("curl") is None:
        raise UserError("data.source hub: the_well's downloader needs the program curl; install it")
    wanted = plan(name, files, registry)
    if set(recorded(folder)) >= {file.name for file in wanted}:
        return folder
    sizes = {file: announced(file) for file in wanted}
    partial = base / f"{name}.partial"
    inside = partial / "datasets" / name
    if folder.exists() and not inside.exists():  # an earlier, smaller request
        inside.parent.mkdir(parents=True, exist_ok=True)
        os.replace(folder, inside)
    missing = [file for file in wanted if _size(inside / file.name) != sizes[file]]
    for file in missing:
        if _size(inside / file.name) > sizes[file]:
            (inside / file.name).unlink()
    needed = sum(sizes[file] - _size(inside / file.name) for file in missing)
    state_need(f"download of {name} ({len(missing)} files)", needed, base, "free space or ask for fewer files")
    if missing:
        _download(name, missing, wanted, partial)
    for file in wanted:
        if _size(inside / file.name) != sizes[file]:
            raise UserError(
                f"{file.url}: {_size(inside / file.name)} of {sizes[file]} bytes came; run the command again to go on"
            )
    inspect(inside, entry, values=False)
    write_checksums(inside)
    os.replace(inside, folder)
    shutil.rmtree(partial)
    return folder


def plan(name: str, files: int | None = None, registry: Path = Path(WELL_REGISTRY)) -> list[RemoteFile]:
    """Return what to fetch: `stats.yaml`, then the first `files` of each split."""
    entries = yaml.safe_load(registry.read_text(encoding="utf-8"))
    if name not in entries:
        raise UserError(f"{registry}: has no dataset {name}")
    data = [RemoteFile(url, split) for split in SPLITS for url in sorted(entries[name][split])[:files]]
    return [RemoteFile(entries[name]["stats"], ""), *data]


def announced(file: RemoteFile) -> int:
    """Return the size the server announces; UserError if it cannot be reached or does not have the file."""
    try:
        request = urllib.request.Request(file.url, method="HEAD")
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.headers["Content-Length"])
    except (urllib.error.URLError, TimeoutError, TypeError, ValueError) as error:
        raise UserError(
            f"{file.url}: not reachable ({error}); use data.source mini, or local with files fetched elsewhere"
        ) from None


def _download(name: str, missing: list[RemoteFile], wanted: list[RemoteFile], partial: Path) -> None:
    """Hand the_well's downloader a registry of only what is missing; it always fetches `stats.yaml`."""
    (stats,) = (file.url for file in wanted if not file.split)
    urls = {split: [file.url for file in missing if file.split == split] for split in SPLITS}
    registry = partial / "registry.yaml"
    write_text(registry, yaml.safe_dump({name: {"stats": stats, **urls}}))
    for split in [split for split in SPLITS if urls[split]] or SPLITS[:1]:
        well_download(str(partial), dataset=name, split=split, registry_path=str(registry))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
