"""Judge the claims of one paper by its long table."""

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


def run(options: argparse.Namespace) -> None:
    """Write verdicts and evidence."""
    table = read_tables([options.table])
    found = judge(load_claims(options.paper), table, size=options.size, evidence=options.evidence)
    for frame, path in zip(found, (options.verdicts_out, options.evidence_out), strict=True):
        with replacing(path) as temporary:
            frame.to_csv(temporary, index=False, lineterminator="\n")
