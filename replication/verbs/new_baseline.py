"""Write the start of a new baseline, which runs as it is, and say how to try it."""

import argparse
from pathlib import Path

from replication import layout
from replication.baselines.rule_file import check_new_name
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
    check_new_name(options.name)
    program = "forecast.py.template" if options.paper in layout.FORECASTING else "points.py.template"
    files = {
        layout.BASELINES / f"{options.name}.smk": "rule.smk.template",
        layout.BASELINES / f"{options.name}.py": program,
    }
    for file in files:
        if file.exists():
            raise UserError(f"{file} exists already; choose another name, or delete it first")
    preset = load_preset(PRESET)
    for file, template in files.items():
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        write_text(file, text.replace("NAME", options.name).replace("PAPER", options.paper))
    first = next(run for run in Plan(preset).runs(options.paper) if run.method == options.name)
    scores = first.folder(preset.name) / "scores.json"
    print(f"Wrote {' and '.join(map(str, files))}. Put your method there. To try it:\n")
    print(f"  python -m replication check-baseline {options.name}")
    print(f"  snakemake {scores} --cores 1 --configfile {PRESET}")
    print(f"  python -m replication page-so-far --preset {preset.name}")
    print("\nThey say whether it keeps the contract, make the scores of one run, and put it on a page.")
