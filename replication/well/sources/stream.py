"""Some trajectories of remote files, read through fsspec (`hf://`, `memory://`, ...) and kept as small local files.

Fetching two trajectories of a 15 GB file reads only those. The hub's address is `hf://datasets/polymathic-ai`, which
needs the package huggingface_hub.
"""

import posixpath
from pathlib import Path

import fsspec
import h5py
import numpy as np

from replication.errors import UserError
from replication.storage.atomic import replacing
from replication.well.catalogue import SPLITS, Dataset, dataset
from replication.well.checksums import write_checksums
from replication.well.disk import state_need, told_when_full
from replication.well.inspection import check_layout, inspect, opened

BLOCK_BYTES = 1 << 20


def stream(name: str, source: str, base: Path, trajectories: int, files: int | None = None) -> Path:
    """Copy the first `trajectories` of at most `files` files a split below `source` to `base/name`; return the folder.

    The disk need is printed before the first value and refused with a UserError if it does not fit. Files that are
    there whole are kept, so an interrupted call goes on. Checksums are kept in `checksums.json`.
    """
    entry, folder = dataset(name), base / name
    remote = f"{source.rstrip('/')}/{name}"
    try:
        system, root = fsspec.url_to_fs(remote)
        found = {split: sorted(system.glob(f"{root}/data/{split}/*.h*5")) for split in SPLITS}
    except (ImportError, OSError) as error:
        raise UserError(f"{remote}: not reachable ({error}); use data.source mini or local") from None
    for split, paths in found.items():
        if not paths:
            raise UserError(f"{remote}/data/{split}: no HDF5 file there; is the address that of the datasets' folder?")
    pending, needed = {}, 0
    for split, paths in found.items():
        for path in paths[:files]:
            local = folder / "data" / split / posixpath.basename(path)
            with system.open(path, "rb", block_size=BLOCK_BYTES) as raw, opened(Path(path), raw) as file:
                check_layout(file, Path(path), entry)
                count = min(trajectories, int(file.attrs["n_trajectories"]))
                if not _holds(local, entry, count):
                    pending[local] = path
                    needed += _bytes(file, count)
    state_need(f"stream of {name} ({len(pending)} files)", needed, base, "free space or ask for fewer trajectories")
    for local, path in pending.items():
        with (
            told_when_full(local),
            system.open(path, "rb", block_size=BLOCK_BYTES) as raw,
            h5py.File(raw, "r") as file,
            replacing(local) as temporary,
            h5py.File(temporary, "w") as copy,
        ):
            cut(file, copy, trajectories)
    with replacing(folder / "stats.yaml") as temporary:
        temporary.write_bytes(system.cat_file(f"{root}/stats.yaml"))
    inspect(folder, entry, values=False)
    write_checksums(folder)
    return folder


def cut(source: h5py.File, copy: h5py.File, trajectories: int) -> None:
    """Copy a file in The Well's format, keeping only its first trajectories."""
    count = min(trajectories, int(source.attrs["n_trajectories"]))
    copy.attrs.update(source.attrs)
    copy.attrs["n_trajectories"] = count

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Group):
            made = copy.require_group(name)
        elif item.attrs.get("sample_varying", False):
            made = copy.create_dataset(name, shape=(count, *item.shape[1:]), dtype=item.dtype)
            for index in range(count):
                made[index] = item[index]
        else:
            made = copy.create_dataset(name, data=item[()])
        made.attrs.update(item.attrs)

    source.visititems(visit)


def _bytes(file: h5py.File, count: int) -> int:
    """Return the size of the fields of `count` trajectories."""
    fields = [data for order in range(3) for data in file[f"t{order}_fields"].values()]
    return sum(
        int(np.prod(data.shape[1:])) * count * data.dtype.itemsize if data.attrs["sample_varying"] else data.nbytes
        for data in fields
    )


def _holds(path: Path, entry: Dataset, trajectories: int) -> bool:
    """Tell whether an earlier call has left that many trajectories, or more, in `path`."""
    if not path.exists():
        return False
    with opened(path) as file:
        check_layout(file, path, entry)
        return bool(int(file.attrs["n_trajectories"]) >= trajectories)
