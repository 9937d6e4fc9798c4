"""Hold two results side by side: which rows are comparable, which differ, which verdicts changed."""

import argparse
from pathlib import Path

from replication.errors import UserError
from replication.sharing.comparison import Comparison, compare, in_words
from replication.sharing.results import load
from replication.storage.atomic import replacing

SPARED = 0.2
"""Share of a paper's numbers that another processor may give otherwise.

A greedy search that stands before two nearly equal losses and a network that was hardly trained turn rounding into
other numbers: 8 % of those of S²GPT-PINN at `smoke`, and none of WaveLiT's, between an Intel Xeon and an AMD EPYC; 9 %
of those of KD-PINN between two ways of MKL to sum, although in double precision.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    for name in "ab":
        parser.add_argument(
            name, type=Path, help="archive, results/PRESET, reports/reference or a table made by export-results"
        )
    parser.add_argument("--csv", type=Path, help="table of all quantities to write")
    parser.add_argument(
        "--tolerance",
        type=float,
        help="fail unless B has all of A's rows that are no timings, and no others, within this relative difference;"
        f" if another processor made B, up to {SPARED:.0%}% of the numbers of a paper may differ by more",
    )


def run(options: argparse.Namespace) -> None:
    """Print the comparison in Markdown. With a tolerance, raises UserError if B does not repeat A."""
    a, b = load(options.a), load(options.b)
    found = compare(a, b)
    print(in_words(found, a, b))
    if options.csv:
        with replacing(options.csv) as temporary:
            found.quantities.to_csv(temporary, index=False, lineterminator="\n")
    if options.tolerance is not None:
        spared = 0.0 if a.processor == b.processor else SPARED
        _demand(found, options.tolerance, spared, f"{options.b} does not repeat {options.a}")


def _demand(found: Comparison, tolerance: float, spared: float, failure: str) -> None:
    beyond = found.beyond(tolerance, spared)
    allowed = f"{100 * tolerance:g} %" + (f" but for {spared:.0%} on another processor" if spared else "")
    if len(beyond):
        first = beyond.iloc[0]
        name = " ".join(str(first[key]) for key in ("paper", "problem", "method", "condition", "metric") if first[key])
        counts = ", ".join(f"{count} {status}" for status, count in beyond["status"].value_counts().items())
        raise UserError(
            f"{failure} to {allowed}: {len(beyond)} quantities ({counts}), first {name}:"
            f" {first['mean_a']:.6g} and {first['mean_b']:.6g} ({first['status']})"
        )
    print(f"\nAll {(~found.quantities['timing']).sum()} quantities repeat to {allowed}.")
