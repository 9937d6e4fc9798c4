"""Baselines in the workflow: found by being there, kept apart from our names, checked for what they read."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

OURS = sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "workflow/baselines").glob("*.smk"))
TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "adding-a-baseline.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = "results/tiny/cpu/kd_pinn/burgers/{}/seed0"


def shell(workplace, command, expected=0):
    """Run a command as a user would who has activated the project's environment."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(workplace.folder)}
    ended = subprocess.run(
        command, shell=True, cwd=workplace.folder, env=environment, text=True, capture_output=True, check=False
    )
    assert ended.returncode == expected, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def add(workplace):
    """Write baselines as `new-baseline` does, with other code and texts of the rule file replaced; then remove them."""
    added = []

    def written(name, code, rule=("", "")):
        added.append(name)
        shell(workplace, f"python -m replication new-baseline {name} --for kd_pinn")
        workplace.edit(
            f"workflow/baselines/{name}.py", "    guess = random.normal(scale=1e-3, size=len(points))\n", code
        )
        workplace.edit(f"workflow/baselines/{name}.smk", *rule)

    yield written
    for name in added:
        remove(workplace, name)


def remove(workplace, name):
    for file in (workplace.folder / "workflow/baselines").glob(f"{name}.*"):
        file.unlink()


def test_the_tutorial_followed_to_the_letter_puts_the_method_on_the_page(workplace):
    printed = []
    for language, block in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        if language == "bash":
            printed.append(shell(workplace, block))
        elif (named := re.match(r"# (workflow/baselines/\S+)\n", block)) is not None:
            file, content = workplace.folder / named[1], block[named.end() :]
            if file.suffix == ".smk":
                content = re.sub(r"^# baseline: .*\n", content, file.read_text(), flags=re.MULTILINE)
            file.write_text(content)
    start, check, *_ = printed
    assert "Wrote workflow/baselines/upwind.smk and workflow/baselines/upwind.py." in start
    assert "FAILED" not in check
    scores = json.loads((workplace.folder / RUN.format("upwind").replace("tiny", "smoke") / "scores.json").read_text())
    assert scores[0]["metric"] == "relative_l2"
    assert 0 < scores[0]["value"] < 0.2
    assert "upwind" in (workplace.folder / "reports/smoke/so_far/index.html").read_text()
    record = json.loads((workplace.folder / "reports/smoke/so_far/runs.json").read_text())
    assert {run["status"] for run in record["runs"] if run["method"] == "upwind"} == {"done"}
    remove(workplace, "upwind")


def test_names_of_a_stranger_overwrite_none_of_ours(workplace, add):
    names = 'plan = layout = Path = None\n\n\nrule score:\n    output:\n        "stolen.txt",\n'
    add("stranger", "    guess = points[:, 0]\n", ("rule run:", f"{names}\n\nrule run:"))
    planned = workplace.planned(f"{RUN.format('stranger')}/scores.json")
    assert "Run stranger on burgers, seed 0, cpu" in planned
    assert "Score stranger on burgers, seed 0" in planned


def test_rules_of_two_baselines_never_have_one_name(workplace, add):
    add("one", "    guess = points[:, 0]\n", ("rule run:", "rule two_run:"))
    add("one_two", "    guess = points[:, 0]\n")
    for name in ("one", "one_two"):
        assert f"Run {name} on burgers, seed 0, cpu" in workplace.planned(f"{RUN.format(name)}/training.json")


def test_changed_code_of_a_baseline_runs_it_again_and_a_comment_does_not(workplace, add):
    add("mine", "    guess = points[:, 0]\n")
    target = f"{RUN.format('mine')}/scores.json"
    shown = workplace.snakemake(target)
    assert shown.returncode == 0, shown.stdout
    workplace.edit("workflow/baselines/mine.py", "guess = points[:, 0]", "guess = points[:, 0]  # a line")
    assert workplace.planned(target) == []
    workplace.edit("workflow/baselines/mine.py", "guess = points[:, 0]", "guess = points[:, 1]")
    assert workplace.planned(target) == ["Run mine on burgers, seed 0, cpu", "Score mine on burgers, seed 0"]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("    guess = np.random.default_rng().normal(size=len(points))\n", "repeats    run again with the same seed"),
        (
            '    guess = np.load("data/references/tiny/kd_pinn/burgers.npz")["u"]\n',
            "reference  run again with noise in their place: gave other values",
        ),
        (
            "    root = Path(__file__).resolve().parents[2]\n"
            '    guess = np.load(root / "data/references/tiny/kd_pinn/burgers.npz")["u"]\n',
            "reference  run again with noise in their place: gave other values",
        ),
        (
            "    sys.exit('no licence')\n    guess = 0\n",
            "runs       burgers, seed 0, preset tiny: failed: exit code 1: no",
        ),
    ],
    ids=["unseeded", "peeking", "peeking from its own file", "failing"],
)
def test_the_check_names_what_a_method_must_not_do(workplace, add, code, found):
    add("suspect", code)
    assert workplace.snakemake("data/references/tiny/kd_pinn/burgers.npz").returncode == 0
    assert f"FAILED  {found}" in shell(workplace, "python -m replication check-baseline suspect --preset tiny", 1)


@pytest.mark.parametrize("name", OURS)
def test_every_baseline_of_ours_keeps_the_contract(workplace, name):
    assert "FAILED" not in shell(workplace, f"python -m replication check-baseline {name}")
