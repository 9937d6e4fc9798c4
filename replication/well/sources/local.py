"""A folder laid out like The Well: `<base>/<name>/data/{train,valid,test}` and `<base>/<name>/stats.yaml`."""

from pathlib import Path

from replication.errors import UserError
from replication.well.catalogue import dataset
from replication.well.inspection import inspect


def dataset_folder(base: Path, name: str) -> Path:
    """Return the folder of dataset `name` in `base` (or in `base/datasets`, as the_well's downloader leaves it).

    Headers of all files are checked, values are not. UserError if the folder or something in it is missing or wrong.
    """
    entry = dataset(name)
    for folder in (base / name, base / "datasets" / name):
        if (folder / "data").is_dir():
            inspect(folder, entry, values=False)
            return folder
    raise UserError(
        f"data.source local: {base} holds neither {name}/data nor datasets/{name}/data; "
        "give the folder that holds the datasets' folders"
    )
