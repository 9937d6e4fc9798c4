from typing import Any

import pytest

from replication import layout
from replication.errors import UserError
from replication.papers.s2gpt_pinn.arms import METHODS, PINN, VARIANTS, arm
from replication.papers.s2gpt_pinn.settings import Settings
from replication.plan import Plan
from replication.settings.loading import load_preset

PRESET = """
description: Test.
size: none
hardware: {{cpu: {{device: cpu}}}}
s2gpt_pinn: {{problems: {{burgers: {{{}}}}}}}
"""


def test_published_sizes() -> None:
    names = ("burgers", "klein_gordon", "helmholtz", "allen_cahn_periodic")
    settings = Settings.model_validate({"problems": {name: {} for name in names}})
    assert [settings.family(name).neurons for name in names] == [10, 12, 24, 15]
    assert settings.family("klein_gordon").parameters["alpha"].count == 10
    assert settings.methods("burgers") == (*METHODS, PINN)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_changes_something_of_one_method(variant: str) -> None:
    assert any(arm(f"{method}-{variant}") != arm(method) for method in METHODS)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("neurons: 125", "neurons = 125 leaves none of the 125 parameters of the grid to ask for"),
        ("methods: [gpt_pinn-published], published_share: 0.05", "none of the 6 parameters"),
        ("parameters: {viscosity: {low: 0.1, high: 1.0}}", "parameters.viscosity.count or scattered"),
        ("parameters: {viscosity: {low: 1.0, high: 0.1, count: 9}}", "low = 1 is not below high = 0.1"),
        ("parameters: {}", "parameters names nothing; needed: viscosity"),
        ("meta_grid: {x: 10}", "meta_grid names x; needed: x, t"),
        ("held_out: 2", "pinn_queries = 3 is more than the held_out = 2 parameters"),
        ("methods: [gpt]", "method 'gpt' is not known; allowed: gpt_pinn, s2gpt_pinn, pinn"),
        ("methods: [gpt_pinn-best]", "allowed after the dash: published"),
        ("parameters: {viscosity: {low: 0.1, high: 1.0, count: 0}}", "greater than 0"),
        ("first: [0.1, 0.2]", "one value for each of viscosity"),
        ("first: [1.5]", "first = [1.5]: viscosity lies outside 0.0360938 to 1"),
        ("methods: []", "no method is named; allowed: gpt_pinn, s2gpt_pinn, pinn"),
        (
            "trainer: {kind: gauss_newton, conditions: {start: 9, boundary: 9}}",
            "trainer.conditions names start, boundary; needed: initial, boundary",
        ),
        ("trainer: {kind: gradient}", "trainer.conditions names nothing; needed: initial, boundary"),
        ("meta_conditions: {initial: 9, wall: 9}", "meta_conditions names initial, wall; needed: initial, boundary"),
        ("held_out_low: {nu: 0.1}", "held_out_low names nu; allowed: viscosity"),
        ("held_out_low: {viscosity: 1.0}", "held_out_low.viscosity = 1 is not below its high = 1"),
    ],
)
def test_mistakes_are_one_line(block: str, message: str, tmp_path: Any) -> None:
    assert message in complaint(PRESET.format(block), tmp_path)


def test_it_runs_on_processors_alone() -> None:
    plan = Plan(load_preset(layout.PRESETS / "paper.yaml"))
    assert set(plan.targets) == {"cpu", "cuda"}
    assert {run.hardware for run in plan.runs("s2gpt_pinn")} == {"cpu"}


def test_a_preset_without_a_processor_is_refused(tmp_path: Any) -> None:
    said = complaint(PRESET.format("").replace("{cpu: {device: cpu}}", "{fast: {device: cuda}}"), tmp_path)
    assert "s2gpt_pinn runs on cpu, of which hardware has none: fast (cuda)" in said


def test_derivatives_without_a_published_error_are_correct_ones(tmp_path: Any) -> None:
    block = PRESET.format("derivatives: as_published")
    for family in ("helmholtz", "advection_diffusion_reaction"):
        said = complaint(block.replace("burgers", family), tmp_path)
        assert f"{family}.derivatives" in said
        assert "'correct'" in said


def complaint(preset: str, folder: Any) -> str:
    """Return the one line in which a preset is refused."""
    file = folder / "wrong.yaml"
    file.write_text(preset)
    with pytest.raises(UserError) as error:
        load_preset(file)
    assert "\n" not in str(error.value)
    return str(error.value)
