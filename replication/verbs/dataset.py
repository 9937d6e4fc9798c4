"""Have one dataset of The Well at hand: simulate a mini set, check a folder of one's own, or fetch the real one."""

import argparse
import json
import logging
from pathlib import Path
from typing import Any

from replication.provenance.code_version import code_version
from replication.runs import log
from replication.storage.atomic import write_json
from replication.storage.lock import only_writer
from replication.well.catalogue import dataset
from replication.well.generation import MiniSet, generate
from replication.well.inspection import inspect
from replication.well.sources.download import fetch
from replication.well.sources.local import dataset_folder
from replication.well.sources.stream import stream

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--name", required=True, help="official name of the dataset")
    parser.add_argument("--settings", required=True, type=json.loads, help="source and its settings, as JSON")
    parser.add_argument("--base", required=True, type=Path, help="folder to put the dataset's folder into")
    parser.add_argument("--cores", type=int, default=1, help="processes that simulate trajectories")
    parser.add_argument("--out", required=True, type=Path, help="file to write: where the dataset lies")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write where the dataset lies, once it is whole."""
    log.start(options.name, options.log)
    source, name = options.settings["source"], dataset(options.name).name
    chosen: dict[str, Any] = options.settings[source] or {}
    if source == "local":
        folder = dataset_folder(Path(chosen["folder"]), name)
    else:
        with only_writer(options.base / f"{name}.lock"):
            folder = _made(source, name, chosen, options.base, options.cores)
            inspect(folder, dataset(name))
    write_json(options.out, {"dataset": name, "source": source, "folder": str(folder), "settings": options.settings})
    logger.info("%s lies in %s", name, folder)


def _made(source: str, name: str, chosen: dict[str, Any], base: Path, cores: int) -> Path:
    if source == "mini":
        code = code_version(f"replication.well.solvers.{name}", "replication.well.generation")
        return generate(MiniSet(name, **chosen, code=code), base, cores)
    if chosen["trajectories"] is None:
        return fetch(name, base, chosen["files"])
    return stream(name, chosen["url"], base, chosen["trajectories"], chosen["files"])
