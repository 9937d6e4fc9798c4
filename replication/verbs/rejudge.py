"""Judge the published rows by today's claims and tests, and say which verdicts are no longer those of the page."""

import argparse
from pathlib import Path

import pandas as pd

from replication import layout
from replication.report.part import read_all
from replication.report.reference import judged


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--parts", type=Path, default=layout.REFERENCE, help="folder of published parts")


def run(options: argparse.Namespace) -> None:
    """Print every verdict that changed, loudly; that is news and no mistake, so it is no failure either."""
    parts, printed = read_all(options.parts), options.parts / "verdicts.csv"
    if not (parts and printed.is_file()):
        print(f"{options.parts}: nothing is published there")
        return
    changed = changes(pd.read_csv(printed), judged(parts)["verdicts"])
    for line in changed:
        print(f"!!! {line}")
    print(f"{len(changed)} published verdicts changed{'; `make reference` prints them anew' if changed else ''}")


def changes(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Return one line for each claim whose verdict differs, that is new, or that is gone."""
    claim = ["paper", "claim"]
    words = before.merge(after, how="outer", on=claim)[[*claim, "verdict_x", "verdict_y"]].fillna("no such claim")
    return [f"{paper} {name}: {old} -> {new}" for paper, name, old, new in words.to_numpy() if old != new]
