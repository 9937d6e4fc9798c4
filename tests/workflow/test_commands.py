"""The command that the page prints beside a run makes that run again, and nothing else, with its own settings."""

import json
import shlex

import pytest

from replication.report import runs
from replication.settings.loading import load_preset
from replication.verbs.report import overrides

pytestmark = pytest.mark.slow

CHANGED = "kd_pinn={problems: {burgers: {distillation_weight: 0.5}}}"
PLACE = "results/tiny/cpu/kd_pinn/burgers"


@pytest.fixture(scope="module", params=[(), (CHANGED,)], ids=["as in the preset", "modified"])
def entries(request, workplace):
    """A measurement, a run that needs another, and that other, as a page's record has them."""
    made = [f"{PLACE}/{method}/seed0/training.json" for method in ("teacher", "kd_student")]
    measured = f"{PLACE}/measured/latency/seed0.csv"
    shown = workplace.snakemake(*made, measured, *(["--config", *request.param] if request.param else []))
    assert shown.returncode == 0, shown.stdout
    preset = load_preset(workplace.folder / "workflow/presets/tiny.yaml", overrides(list(request.param)))
    record = runs.collect([workplace.folder / path for path in made], [workplace.folder / measured], preset.config)
    # A run that others need comes last: once made anew, it makes them stale.
    return [*record["measurements"], *sorted(record["runs"], key=lambda run: run["method"])]


def test_a_printed_command_makes_its_run_again_and_no_other(entries, workplace):
    for entry in entries:
        place = workplace.folder / runs.folder(entry)
        made = place if "measurement" in entry else place / "training.json"
        before = made.stat().st_mtime_ns
        program, *arguments = shlex.split(runs.command(entry))
        assert program == "snakemake"
        shown = workplace.run(*arguments)
        assert shown.returncode == 0, shown.stdout
        assert "1 of 1 steps (100%) done" in shown.stdout
        assert made.stat().st_mtime_ns > before


def test_a_run_made_again_has_the_settings_it_had(entries, workplace):
    student = next(entry for entry in entries if entry.get("method") == "kd_student")
    again = json.loads((workplace.folder / runs.folder(student) / "training.json").read_text())
    assert again["settings"]["weights"]["distillation"] == (0.5 if student["config"] else 1.0)
