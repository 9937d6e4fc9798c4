"""What Snakemake could not load, or would let change other methods' jobs, is one line that names the file."""

import pytest

from replication.__main__ import main
from replication.baselines.place import PROJECT
from replication.baselines.rule_file import check_new_name
from replication.errors import UserError
from replication.settings.loading import load_preset

SMOKE = PROJECT / "workflow/presets/smoke.yaml"
RULE = "rule run:\n    output:\n        config['files'],\n    shell:\n        'solve'\n"


def refusal(**overrides):
    with pytest.raises(UserError) as raised:
        load_preset(SMOKE, overrides)
    (line,) = str(raised.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("rule run:", "rule run", "line 2: 'rule run' begins no rule; expected `rule NAME:`"),
        ("rule run:", "if True:", "there is no rule in it; expected one line `rule run:`"),
        ("output:", "output", "line 3: output needs a colon after it"),
        ("config['files']", "'prediction.npz'", 'expected `output:` with config["files"]'),
        ("rule run:", "shell.prefix('set -x; ')\n\n\nrule run:", "line 2: shell.prefix changes the commands of all"),
    ],
)
def test_a_rule_file_that_does_not_load_alone_is_named(door, before, after, said):
    rules = RULE.replace(before, after)
    (door.baselines / "mine.smk").write_text(f"# baseline: {{paper: kd_pinn}}\n{rules}")
    assert refusal().startswith("workflow/baselines/mine.smk: ")
    assert said in refusal()


def test_a_broken_file_stops_nothing_where_it_is_not_chosen(door):
    door.add("mine").write_text("# baseline: {paper: kd_pinn}\n")
    door.add("yours")
    assert load_preset(SMOKE, {"baselines": ["yours"]}).name == "smoke"
    assert "mine.smk" in refusal(baselines=["mine"])


def test_no_problem_at_all_is_told(door):
    door.add("mine", "{paper: kd_pinn, problems: []}")
    assert refusal() == "workflow/baselines/mine.smk: problems = []: the list is empty; write all, or at least one"


@pytest.mark.parametrize("name", ["json", "measured", "con", "lpt1", "b__run", "b_"])
def test_a_name_that_stands_for_something_else_is_refused(door, name):
    door.add(name)
    assert refusal().startswith(f"workflow/baselines/{name}.smk: ")
    with pytest.raises(UserError, match=rf"workflow/baselines/{name}\.smk: "):
        check_new_name(name)


@pytest.mark.parametrize("name", ["numpy", "replication", "torch"])
def test_a_new_baseline_hides_no_module_that_programs_import(door, name):
    with pytest.raises(UserError, match=f"{name} is a module that programs import"):
        check_new_name(name)


def test_a_new_baseline_outside_the_project_writes_nothing(door, capsys):
    assert main(["new-baseline", "mine", "--for", "kd_pinn"]) == 1
    assert capsys.readouterr().err.startswith("error: preset workflow/presets/smoke.yaml does not exist")
    assert list(door.baselines.iterdir()) == []
