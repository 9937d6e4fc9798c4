"""Every mistake in a preset or on the command line is one line that names file, key, value and what is allowed."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from replication import layout
from replication.errors import UserError
from replication.plan import Plan
from replication.settings.loading import load_preset
from replication.verbs.report import overrides

PRESETS = sorted(layout.PRESETS.glob("*.yaml"))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_every_preset_is_valid_and_unmodified(path):
    preset = load_preset(path)
    assert preset.name == path.stem
    assert preset.evidence_level == path.stem


def test_there_are_five_presets():
    assert [path.stem for path in PRESETS] == ["gpu", "laptop", "paper", "quick", "smoke"]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"sedes": 3}, ["unknown key sedes", "allowed"]),
        ({"kd_pin": {}}, ["unknown key kd_pin", "did you mean kd_pinn?"]),
        (
            {"kd_pinn": {"problems": {"burgers": {"viscosty": "1"}}}},
            ["unknown key kd_pinn.problems.burgers.viscosty", "did you mean viscosity?"],
        ),
        (
            {"kd_pinn": {"problems": {"burgers": {"seeds": "many"}}}},
            ["kd_pinn.problems.burgers.seeds = 'many'", "valid integer"],
        ),
        ({"kd_pinn": {"problems": {"burgers": {"viscosity": "-1"}}}}, ["viscosity = -1", "greater than 0"]),
        ({"kd_pinn": {"problems": {"burgers": {"viscosity": ".nan"}}}}, ["viscosity = nan", "finite"]),
        (
            {"kd_pinn": {"problems": {"burgers": {"distillation_weight": "-0.5"}}}},
            ["distillation_weight = -0.5", "greater than or equal to 0"],
        ),
        (
            {"kd_pinn": {"problems": {"burgers": {"networks": {"activation": "relu"}}}}},
            ["activation = 'relu'", "'tanh'"],
        ),
        ({"kd_pinn": {"problems": {"burgers": {"networks": {"student": "[20, -3]"}}}}}, ["-3", "greater than 0"]),
        ({"kd_pinn": {"problems": {"burgers": {"methods": "[pupil]"}}}}, ["'pupil' is not known", "kd_student"]),
        ({"problems": "[burger]"}, ["problems = 'burger'", "did you mean burgers?"]),
        ({"hardware": {"cpu": {"device": "tpu"}}}, ["hardware.cpu.device = 'tpu'", "'cuda'"]),
        ({"wavelit": {"cost": {"datasets": "[maze]"}}}, ["wavelit: cost: 'maze' is not a dataset of this block"]),
        ({"wavelit": {"network": {"width": "50"}}}, ["wavelit: acoustic_scattering_maze, wavelit: network.width: 50"]),
        ({"wavelit": {"history": "40"}}, ["history = 40", "evaluation.rollout_from = 17", "allowed: at most 17"]),
        ({"wavelit": {"evaluation": {"rollout_from": "2"}}}, ["evaluation.rollout_from = 2", "history = 4"]),
        (
            {"wavelit": {"variants": {"long": {"datasets": "[shear_flow]", "history": "18"}}}},
            ["variants.long.history = 18", "allowed: at most 17"],
        ),
        (
            {"data": {"mini": {"frames": "10"}}},
            ["wavelit.evaluation.rollout_from = 17", "data.mini.frames = 10", "allowed: at most 9"],
        ),
        (
            {"wavelit": {"evaluation": {"rollout_from": "60"}}},
            ["rollout_from = 60: helmholtz_staircase has 50 frames", "allowed: at most 49"],
        ),
        (
            {"wavelit": {"network": {"levels": "9"}}},
            ["network.levels = 9", "data.mini.size = 64", "allowed: at most 5"],
        ),
        (
            {"wavelit": {"joint": {"network": {"levels": "5"}}}},
            ["helmholtz_staircase, wavelit_joint: network.levels = 5: 128x32 points", "allowed: at most 4"],
        ),
        ({"data": None}, ["data is missing, which wavelit runs on"]),
        ({"problems": []}, ["problems = []", "at least 1 item"]),
        ({"wavelit": {"targets": []}}, ["wavelit.targets = []", "at least 1 item"]),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(overrides, expected):
    with pytest.raises(UserError) as caught:
        load_preset(overrides=overrides)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("--config, over workflow/presets/quick.yaml: ")
    assert "{" not in message
    for part in expected:
        assert part in message


def test_a_mistake_in_the_file_is_not_blamed_on_the_command_line(tmp_path):
    content = yaml.safe_load(Path("workflow/presets/quick.yaml").read_text())
    content["wavelit"]["history"] = 40
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(UserError) as caught:
        load_preset(path, {"kd_pinn": {"problems": {"burgers": {"seeds": "7"}}}})
    assert str(caught.value).startswith(f"{path}: wavelit: history = 40")


def test_real_datasets_are_checked_at_their_own_size_and_a_folder_of_ones_own_is_not():
    changes = {"wavelit": {"network": {"levels": "7"}}, "data": {"source": "hub"}}
    with pytest.raises(UserError, match=r"gray_scott_.*: network\.levels = 7: 128x128 points can be halved 6 times"):
        load_preset(overrides=changes)
    changes["wavelit"]["network"]["levels"] = "6"
    assert load_preset(overrides=changes).settings.wavelit.network.levels == 6
    local = {"wavelit": {"network": {"levels": "9"}}, "data": {"source": "local", "local": {"folder": "here"}}}
    assert load_preset(overrides=local).settings.wavelit.network.levels == 9


def test_values_from_the_command_line_are_typed_and_reported_as_modified():
    preset = load_preset(overrides={"kd_pinn": {"problems": {"burgers": {"seeds": "7", "viscosity": "1e-2"}}}})
    burgers = preset.settings.kd_pinn.problem("burgers")
    assert (burgers.seeds, burgers.viscosity) == (7, 0.01)
    assert preset.modified == ("kd_pinn.problems.burgers.seeds", "kd_pinn.problems.burgers.viscosity")
    assert preset.evidence_level.startswith("quick, modified: kd_pinn.problems.burgers.seeds")


def test_choosing_problems_is_no_modification_since_it_changes_no_run():
    preset = load_preset(overrides={"problems": ["burgers"]})
    assert (preset.modified, preset.evidence_level, preset.config) == ((), "quick", ())
    assert Plan(preset).fidelity("csv") == []  # no dataset is simulated for an equation
    narrowed = Plan(load_preset(overrides={"problems": ["burgers", "shear_flow"]}))
    assert [path.stem for path in narrowed.fidelity("csv")] == ["shear_flow"]


def test_changes_can_be_typed_again_on_a_command_line():
    changes = {"kd_pinn": {"problems": {"burgers": {"seeds": "7", "viscosity": "1e-2"}}}}
    preset = load_preset(overrides=changes)
    again = load_preset(overrides=overrides(list(preset.config)))
    assert preset.config == ('kd_pinn={"problems": {"burgers": {"seeds": 7, "viscosity": "1e-2"}}}',)
    assert again.settings == preset.settings
    assert again.changes == preset.changes


def test_one_sweep_is_left_out_by_null():
    laptop = Path("workflow/presets/laptop.yaml")
    narrowed = load_preset(laptop, {"kd_pinn": {"problems": {"allen_cahn": {"variants": {"w0.1": None, "w10": None}}}}})
    assert list(narrowed.settings.kd_pinn.problem("allen_cahn").variants) == ["soft"]


def test_a_sweep_that_is_not_there_cannot_be_left_out():
    for value in (None, "null"):
        over = {"kd_pinn": {"problems": {"burgers": {"variants": {"w1O": value}}}}}
        with pytest.raises(UserError, match=r"burgers\.variants has no 'w1O' to leave out; did you mean w10"):
            load_preset(Path("workflow/presets/laptop.yaml"), over)


def test_sweeps_are_left_out_by_null():
    laptop = Path("workflow/presets/laptop.yaml")
    narrowed = load_preset(laptop, {"kd_pinn": {"problems": {"burgers": {"variants": None}}}})
    assert load_preset(laptop).settings.kd_pinn.problem("burgers").variants
    assert not narrowed.settings.kd_pinn.problem("burgers").variants
    assert narrowed.settings.kd_pinn.problem("black_scholes").variants
    assert narrowed.modified == ("kd_pinn.problems.burgers.variants",)
    assert narrowed.config == ('kd_pinn={"problems": {"burgers": {"variants": null}}}',)


def test_repeating_the_file_is_no_modification():
    content = yaml.safe_load(Path("workflow/presets/smoke.yaml").read_text())
    assert load_preset(Path("workflow/presets/smoke.yaml"), content).modified == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a: [1", "not valid YAML"), ("- 1\n- 2\n", "a preset is a mapping"), ("", "a preset is a mapping")],
)
def test_a_file_that_is_no_preset(tmp_path, text, expected):
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=expected) as caught:
        load_preset(path)
    assert str(path) in str(caught.value)


def test_a_preset_that_does_not_exist_names_those_that_do():
    with pytest.raises(UserError, match=r"did you mean quick\? allowed: gpu, laptop, paper, quick, smoke"):
        load_preset(layout.PRESETS / "quik.yaml")


def test_reading_a_preset_imports_no_torch():
    code = (
        "import sys; from replication import workflow_start; p = workflow_start.plan([], {});"
        "[list(p.runs(x)) for x in p.papers]; assert 'torch' not in sys.modules; assert 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
