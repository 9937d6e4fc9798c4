"""Judge the claims of one paper by its long table, and see at which margins the verdicts would flip."""

import argparse
from pathlib import Path

from replication.report.sources import read_tables
from replication.storage.atomic import replacing
from replication.verdicts.claim import load_claims
from replication.verdicts.judge import judge


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--paper", required=True, help="the paper's slug")
    parser.add_argument("--table", required=True, type=Path, help="the paper's long table")
    parser.add_argument(
        "--size", required=True, choices=["none", "reduced", "published"], help="what the runs speak to"
    )
    parser.add_argument("--evidence", required=True, help="evidence level printed with each verdict")
    parser.add_argument("--verdicts-out", required=True, type=Path, help="verdicts to write, one row a claim")
    parser.add_argument("--evidence-out", required=True, type=Path, help="single tests to write")
    parser.add_argument("--sensitivity-out", required=True, type=Path, help="verdicts over a range of margins to write")


def run(options: argparse.Namespace) -> None:
    """Write verdicts, evidence and sensitivity."""
    claims, table = load_claims(options.paper), read_tables([options.table])
    found = judge(claims, table, size=options.size, evidence=options.evidence)
    for frame, path in (
        (found.verdicts, options.verdicts_out),
        (found.evidence, options.evidence_out),
        (found.sensitivity, options.sensitivity_out),
    ):
        with replacing(path) as temporary:
            frame.to_csv(temporary, index=False, lineterminator="\n")
