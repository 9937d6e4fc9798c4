"""Run a baseline on a small task and say whether it keeps the contract: files, budget, same bits, no peeking."""

import argparse
import tempfile
from pathlib import Path

from replication import layout
from replication.baselines.check import check
from replication.baselines.declaration import baselines
from replication.errors import UserError
from replication.plan import Plan
from replication.settings.loading import load_preset
from replication.verbs.report import overrides, preset_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("name", help=f"stem of a file in {layout.BASELINES}/")
    parser.add_argument("--preset", default="smoke", help="name of a file in workflow/presets/, or a path to one")
    parser.add_argument("--config", nargs="*", default=[], metavar="KEY=VALUE", help="settings to override")
    parser.add_argument("--problem", help="problem or dataset to try it on; the first of the preset by default")


def run(options: argparse.Namespace) -> None:
    """Print a line for each thing looked at. Raises UserError if one of them failed."""
    if options.name not in (found := baselines()):
        raise UserError(
            f"{layout.BASELINES}/{options.name}.smk does not exist; there are: {', '.join(found) or 'none'}"
        )
    only = overrides(options.config) | {"baselines": [options.name]}
    plan = Plan(load_preset(preset_path(options.preset), only))
    failed = []
    with tempfile.TemporaryDirectory(prefix=f"check-{options.name}-") as scratch:
        for finding in check(plan, options.name, options.problem, Path(scratch).resolve()):
            print(f"{'ok    ' if finding.passed else 'FAILED'}  {finding.what:<9}  {finding.found}", flush=True)
            failed += [] if finding.passed else [finding.what]
    if failed:
        raise UserError(f"{options.name} does not keep the contract: {', '.join(failed)}")
