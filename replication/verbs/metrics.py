"""Put the papers' long tables together, as CSV and as Parquet."""

import argparse
from pathlib import Path

import pandas as pd

from replication.measurement.table import read_rows, write_rows
from replication.storage.atomic import replacing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--tables", nargs="+", type=Path, help="the papers' tables")
    parser.add_argument("--csv", required=True, type=Path, help="CSV file to write")
    parser.add_argument("--parquet", required=True, type=Path, help="Parquet file to write")


def run(options: argparse.Namespace) -> None:
    """Write both files."""
    rows = [row for path in options.tables for row in read_rows(path)]
    write_rows(rows, options.csv)
    with replacing(options.parquet) as temporary:
        pd.DataFrame(rows).to_parquet(temporary, index=False)
