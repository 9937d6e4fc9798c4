"""A baseline is found by its file; a mistake in its header is one line that names file, key, value and what to do."""

import json
from pathlib import Path

import pytest

from replication.baselines import task
from replication.baselines.declaration import baselines, method_version
from replication.baselines.task import Task
from replication.errors import UserError
from replication.plan import Plan
from replication.settings.loading import load_preset

SMOKE = Path(__file__).resolve().parents[2] / "workflow" / "presets" / "smoke.yaml"


def message(door):
    with pytest.raises(UserError) as raised:
        baselines()
    (line,) = str(raised.value).splitlines()
    return line


def test_a_file_is_a_baseline_and_its_header_says_where_it_competes(door):
    door.add("mine", "{paper: kd_pinn, problems: [burgers], needs: [teacher], seeds: 2}")
    (found,) = baselines().values()
    assert (found.name, found.header.paper, found.header.needs, found.header.seeds) == (
        "mine",
        "kd_pinn",
        ["teacher"],
        2,
    )
    assert found.runs_on("burgers")
    assert not found.runs_on("kovasznay")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("{paper: kd_pinn, problem: all}", "unknown key problem in the header; allowed: paper, problems, needs, seeds"),
        ("{paper: kd_pin}", "paper = 'kd_pin' is not known; allowed: "),
        ("{paper: kd_pinn, problems: [burger]}", "problems = 'burger' is not one of kd_pinn; allowed: burgers, "),
        ("{paper: kd_pinn, needs: [techer]}", "needs = 'techer' is no method of kd_pinn; allowed: kd_only_student, "),
        ("{paper: kd_pinn, seeds: 0}", "seeds = 0: input should be greater than 0"),
        ("{paper: kd_pinn", "is not valid YAML"),
        ("kd_pinn", "header = 'kd_pinn'"),
        ("{}", "paper = {}: field required"),
    ],
)
def test_a_bad_header_is_one_line(door, header, expected):
    door.add("mine", header)
    assert message(door).startswith("workflow/baselines/mine.smk: ")
    assert expected in message(door)


def test_a_file_without_a_header_says_what_it_needs(door):
    (door.baselines / "mine.smk").write_text("rule run:\n    output: []\n")
    assert "one line `# baseline: {paper: " in message(door)
    assert "is needed, found 0" in message(door)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("teacher", "teacher is a method of kd_pinn itself"), ("My-Method", "may hold a-z, 0-9 and _")],
)
def test_a_name_that_is_taken_or_impossible_is_refused(door, name, expected):
    door.add(name)
    assert expected in message(door)


def test_the_code_version_covers_the_files_of_that_name_but_no_comments(door):
    rule, script = door.add("mine"), door.baselines / "mine.jl"
    script.write_text("u = 1\n")
    (door.baselines / "mine.py").write_text("u = 1\n")
    (door.baselines / "mine_too.py").write_text("u = 1\n")

    def version():
        return method_version("kd_pinn", "burgers", "mine")

    first = version()
    rule.write_text(rule.read_text().replace("# A method.", "# Another description."))
    (door.baselines / "mine.py").write_text('"""A docstring."""\n\nu = 1  # a comment\n')
    (door.baselines / "mine_too.py").write_text("u = 2\n")
    assert version() == first
    script.write_text("u = 2\n")
    second = version()
    (door.baselines / "mine.py").write_text("u = 2\n")
    assert len({first, second, version()}) == 3


@pytest.fixture
def planned(door):
    """Runs of a baseline in the smoke preset with its name alone, as (problem, seed)."""

    def plan(header, name="mine", **overrides):
        door.add(name, header)
        made = Plan(load_preset(SMOKE, overrides))
        return [(run.problem, run.seed) for run in made.runs("kd_pinn") if run.method == name]

    return plan


def test_it_runs_where_its_header_says_and_where_what_it_needs_runs(planned):
    assert ("kovasznay", 0) in planned("{paper: kd_pinn}", "everywhere")
    assert planned("{paper: kd_pinn, problems: [burgers]}", "here") == [("burgers", 0), ("burgers", 1)]
    assert planned("{paper: kd_pinn, problems: [burgers], seeds: 1}", "once") == [("burgers", 0)]
    assert planned("{paper: kd_pinn, needs: [teacher]}", "pupil") == [("burgers", 0), ("burgers", 1)]
    assert planned("{paper: kd_pinn, needs: [kd_student-width32]}", "narrow") == [("burgers", 0)]


def test_a_preset_or_the_command_line_chooses_among_baselines_and_changes_no_evidence(door):
    for name in ("mine", "yours"):
        door.add(name)
    only = load_preset(SMOKE, {"baselines": "[yours]"})
    assert list(Plan(only).baselines) == ["yours"]
    assert only.evidence_level == "smoke"
    assert Plan(load_preset(SMOKE, {"baselines": []})).baselines == {}


def test_an_unknown_baseline_is_one_line_with_the_nearest(door):
    door.add("mine")
    with pytest.raises(
        UserError, match=r"baselines = 'mien' is no file of workflow/baselines; did you mean mine\? allowed: mine"
    ):
        load_preset(SMOKE, {"baselines": ["mien"]})


@pytest.mark.parametrize("paper", ["kd_pinn", "s2gpt_pinn", "wavelit"])
def test_a_run_records_the_settings_that_the_plan_gives_its_task(door, paper):
    door.add("mine", f"{{paper: {paper}}}")
    plan = Plan(load_preset(SMOKE))
    run = next(run for run in plan.runs(paper) if run.method == "mine")
    task.write(json.loads(plan.task_settings(run)), {"device": "cpu", "status": "present"}, door.task)
    assert Task.read(door.task).settings == json.loads(plan.training_settings(run))
