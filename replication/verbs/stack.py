"""Put CSV files with the same columns one below the other."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from replication.storage.atomic import replacing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--parts", required=True, nargs="+", type=Path, help="files to put together, in order")
    parser.add_argument("--out", required=True, type=Path, help="file to write")


def run(options: argparse.Namespace) -> None:
    """Write the union."""
    stack(options.parts, options.out)


def stack(parts: Sequence[Path], out: Path) -> Path:
    """Write the rows of `parts` to `out`, cells as they are; returns `out`."""
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in parts]
    with replacing(out) as temporary:
        pd.concat(frames).to_csv(temporary, index=False, lineterminator="\n")
    return out
