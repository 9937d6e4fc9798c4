"""Pack what a preset's runs found and what they cost into one archive, or its repeatable rows into one table."""

import argparse
from pathlib import Path

from replication import layout
from replication.plan import Plan
from replication.settings.loading import load_preset
from replication.sharing import archive, results
from replication.verbs.report import overrides, preset_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--preset", required=True, help="name of a file in workflow/presets/, or a path to one")
    parser.add_argument("--config", nargs="*", default=[], metavar="KEY=VALUE", help="settings the runs were made with")
    parser.add_argument(
        "--out",
        type=Path,
        help="archive to write (results/PRESET.tar.gz if not given); ending in .csv, its rows that are no timings",
    )


def run(options: argparse.Namespace) -> None:
    """Write archive and checksum, or the table."""
    plan = Plan(load_preset(preset_path(options.preset), overrides(options.config)))
    out = options.out or layout.RESULTS / f"{plan.name}{archive.SUFFIX}"
    if out.suffix == ".csv":
        results.write_repeatable(results.load(layout.RESULTS / plan.name), out)
        print(f"Wrote {out}")
    else:
        digest = archive.pack(plan, out)
        print(f"Wrote {out} ({out.stat().st_size / 1e6:.2f} MB), SHA-256 {digest}")
