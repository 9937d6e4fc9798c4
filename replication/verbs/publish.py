"""Publish the finished problems of a run: copy their rows, figure data, costs and settings into reports/reference/."""

import argparse
from pathlib import Path

from replication import layout
from replication.plan import Plan
from replication.report.publication import publish
from replication.settings.loading import load_preset
from replication.verbs.report import overrides, preset_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--preset", required=True, help="name of a file in workflow/presets/, or a path to one")
    parser.add_argument("--paper", required=True, help="the paper's slug")
    parser.add_argument("--config", nargs="*", default=[], metavar="KEY=VALUE", help="settings the runs were made with")
    parser.add_argument("--allow-dirty", action="store_true", help="although files differ from the commit; is recorded")
    parser.add_argument("--out", type=Path, default=layout.REFERENCE, help="folder of published parts")


def run(options: argparse.Namespace) -> None:
    """Replace the published parts of the problems that are finished, target by target; keep all others."""
    plan = Plan(load_preset(preset_path(options.preset), overrides(options.config)))
    parts = publish(plan, options.paper, options.out, allow_dirty=options.allow_dirty)
    places = ", ".join(part.place for part in parts)
    print(f"Published {places} below {options.out / options.paper}. `make reference` renders the page.")
