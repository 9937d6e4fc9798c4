"""Write the start of a new baseline, which runs as it is, and say how to try it."""

import argparse
from pathlib import Path

from replication import layout
from replication.baselines.declaration import check_name
from replication.errors import UserError
from replication.plan import Plan
from replication.settings.loading import load_preset
from replication.settings.preset import paper_slugs
from replication.storage.atomic import write_text

TEMPLATES = Path(__file__).parents[1] / "baselines" / "templates"
PRESET = layout.PRESETS / "smoke.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("name", help="name of the method: a-z, 0-9 and _")
    parser.add_argument("--for", dest="paper", required=True, help="slug of the paper it competes in")


def run(options: argparse.Namespace) -> None:
    """Write `workflow/baselines/<name>.smk` and `<name>.py`; nothing that exists is overwritten."""
    if options.paper not in paper_slugs():
        raise UserError(f"--for {options.paper!r} is not a paper; allowed: {', '.join(paper_slugs())}")
    check_name(options.name)
    program = "forecast.py.template" if options.paper in layout.FORECASTING else "points.py.template"
    files = {
        layout.BASELINES / f"{options.name}.smk": "rule.smk.template",
        layout.BASELINES / f"{options.name}.py": program,
    }
    for file in files:
        if file.exists():
            raise UserError(f"{file} exists already; choose another name, or delete it first")
    for file, template in files.items():
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        write_text(file, text.replace("NAME", options.name).replace("PAPER", options.paper))
    plan = Plan(load_preset(PRESET))
    first = next(run for run in plan.runs(options.paper) if run.method == options.name)
    print(f"Wrote {' and '.join(map(str, files))}. Put your method there. To try it:\n")
    print(f"  python -m replication check-baseline {options.name}")
    for target in (first.folder(plan.name) / "scores.json", options.paper):
        print(f"  snakemake {target} --cores 1 --configfile {PRESET}")
    page = layout.page(plan.name, options.paper)
    print(f"\nThey say whether it keeps the contract, make the scores of one run, and put it on {page}.")
