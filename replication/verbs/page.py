"""Render the page of one paper, or of several, and its Markdown twin; what is missing is shown as pending."""

import argparse
import json
from pathlib import Path

from replication.report import page
from replication.report.content import export
from replication.report.inputs import Inputs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--preset", required=True, help="name of the preset")
    parser.add_argument("--papers", required=True, nargs="+", help="slugs of the papers to show, in order")
    parser.add_argument("--verdicts", required=True, type=Path, help="verdicts, one row a claim")
    parser.add_argument("--evidence", required=True, type=Path, help="single tests")
    parser.add_argument("--sensitivity", required=True, type=Path, help="verdicts over a range of margins")
    parser.add_argument("--metrics", required=True, type=Path, help="long table")
    parser.add_argument("--runs", required=True, type=Path, help="runs.json")
    parser.add_argument("--figures", required=True, type=Path, help="folder of figures")
    parser.add_argument(
        "--tables", required=True, type=Path, help="folder for the page's tables as CSV, Markdown, LaTeX"
    )
    parser.add_argument("--datasets", type=Path, help="folder of datasets' fidelity cards and frames")
    parser.add_argument("--settings", type=json.loads, default={}, help="the preset as run, as JSON")
    parser.add_argument("--root", type=Path, help="working directory that holds the run folders, to link to them")
    parser.add_argument("--html", required=True, type=Path, help="page to write")
    parser.add_argument("--markdown", required=True, type=Path, help="Markdown twin to write")


def run(options: argparse.Namespace) -> None:
    """Write page, twin and the papers' tables."""
    inputs = Inputs(
        preset=options.preset,
        papers=tuple(options.papers),
        verdicts=options.verdicts,
        evidence=options.evidence,
        sensitivity=options.sensitivity,
        metrics=(options.metrics,),
        runs=(options.runs,),
        figures=options.figures,
        tables=options.tables,
        root=options.root,
        settings=options.settings,
        datasets=options.datasets,
    )
    for paper in options.papers:
        export(inputs, paper, options.tables / paper)
    page.render(inputs, options.html, options.markdown)
