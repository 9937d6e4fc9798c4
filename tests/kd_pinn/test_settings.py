"""What a preset may say about KD-PINN, and how its variants find their teachers and seeds."""

from pathlib import Path

import pytest

from replication.errors import UserError
from replication.papers.kd_pinn.problems import Problems
from replication.papers.kd_pinn.settings import Settings
from replication.plan import Plan
from replication.settings.loading import load_preset

BURGERS = {"points": {"collocation": 10, "conditions": {"initial": 5, "boundary": 5}}}
SWEEPS = {
    "w10": {"methods": ["kd_student"], "distillation_weight": 10.0, "seeds": 2},
    "width32": {"methods": ["kd_student", "scratch_student"], "student": [32, 32, 32]},
    "steps500": {"methods": ["teacher", "kd_student"], "teacher_steps": [500, 0]},
}


def settings(**burgers):
    return Settings.model_validate({"problems": {"burgers": BURGERS | burgers}})


@pytest.mark.parametrize(
    ("burgers", "expected"),
    [
        ({"distillation_weight": "-1"}, ["distillation_weight = -1", "greater than or equal to 0"]),
        ({"networks": {"activation": "relu"}}, ["networks.activation = 'relu'", "'silu'"]),
        ({"networks": {"teacher": "[]"}}, ["networks.teacher = []", "at least 1"]),
        ({"networks": {"student": "[20, 0]"}}, ["networks.student.1 = 0", "greater than 0"]),
        ({"variants": {"w10": {"methods": "[kd_student]", "distillation_weight": "-2"}}}, ["distillation_weight = -2"]),
        ({"variants": {"w10": {"methods": "[pupil]"}}}, ["'pupil' is not known", "kd_student"]),
        ({"methods": "[]"}, ["methods = []", "no method is named", "teacher", "scratch_student"]),
        ({"variants": {"w10": {"methods": "[]"}}}, ["variants.w10.methods = []", "no method is named", "kd_student"]),
        (
            {"extrapolation": {"coordinate": "t", "domains": "{}"}},
            ["domains = {}", "no domain is named", "mild_right: [1, 1.25]"],
        ),
        (
            {"variants": {"w-10": {"methods": "[kd_student]", "student": "[10]"}}},
            ["variant 'w-10' may hold"],
        ),
        (
            {"variants": {"same": {"methods": "[kd_student]"}}},
            ["variant 'same' changes nothing in kd_student", "teacher_steps"],
        ),
        (
            {"variants": {"steps": {"methods": "[kd_student]", "teacher_steps": "[500, 0]"}}},
            ["variant 'steps' changes nothing in kd_student", "teacher_steps of a teacher of its own"],
        ),
        (
            {"variants": {"w10": {"methods": "[kd_student, scratch_student]", "distillation_weight": "10"}}},
            ["variant 'w10' changes nothing in scratch_student", "distillation_weight of kd_student"],
        ),
        (
            {"variants": {"wide": {"methods": "[teacher]", "student": "[50]"}}},
            ["variant 'wide' changes nothing in teacher"],
        ),
        (
            {"variants": {"soft": {"methods": "[teacher]", "conditions": "soft"}}},
            ["variant 'soft' changes nothing in teacher"],
        ),
        (
            {"variants": {"w0": {"methods": "[kd_student]", "distillation_weight": "0"}}},
            ["variant 'w0'", "w_KD = 0 is run already"],
        ),
        (
            {"variants": {name: {"methods": "[kd_student]", "distillation_weight": "10"} for name in ("w10", "w10.0")}},
            ["variant 'w10'", "w_KD = 10 is run already"],
        ),
        (
            {"distillation_weight": 5, "variants": {"w10": {"methods": "[kd_student]", "distillation_weight": "10"}}},
            ["distillation_weight = 5", "'w10' is shown beside a main arm of 1"],
        ),
        (
            {"variants": {"w99": {"methods": "[kd_student]", "distillation_weight": "5"}}},
            ["variant 'w99' is shown at w_KD = 99"],
        ),
        ({"extrapolation": {"domains": "{}"}}, ["domains = {}", "no domain is named"]),
        (
            {"extrapolation": {"coordinate": "t", "domains": {"mild_right": "[1.25, 1.25]"}}},
            ["domain mild_right = [1.25, 1.25] is empty", "begin < end"],
        ),
        (
            {"extrapolation": {"coordinate": "t", "domains": {"left": "[0.5, 1.0]"}}},
            ["domain left = [0.5, 1] is empty or inside"],
        ),
        ({"extrapolation": {"coordinate": "z"}}, ["coordinate 'z' is not one of x, t"]),
        ({"conditions": "hard"}, ["burgers.conditions = 'hard'", "allowed: soft"]),
        ({"grid": {"x": 10, "y": 10}}, ["burgers.grid", "coordinates must be x and t"]),
        ({"measurements": "[speed]"}, ["measurements.0 = 'speed'", "'latency'"]),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_value_and_what_is_allowed(burgers, expected):
    with pytest.raises(UserError) as caught:
        load_preset(Path("workflow/presets/smoke.yaml"), {"kd_pinn": {"problems": {"burgers": burgers}}})
    message = str(caught.value)
    assert "\n" not in message
    assert "kd_pinn.problems.burgers" in message
    for part in expected:
        assert part in message


def test_a_condition_that_the_problem_has_not_is_refused():
    points = {"conditions": {"terminal": 5, "boundary": 5}}
    with pytest.raises(ValueError, match="conditions must be initial and boundary"):
        settings(points=points)


def test_a_part_of_networks_domains_or_bands_leaves_the_rest_as_the_problem_has_it():
    flow = {"points": {"collocation": 10, "conditions": {"initial": 5, "boundary": 5}}}
    changed = flow | {"networks": {"student": [16, 16]}, "bands": {"edges": [3.0, 9.0]}}
    taylor_green = Settings.model_validate({"problems": {"taylor_green": changed}}).problem("taylor_green")
    assert taylor_green.networks.model_dump() == {"teacher": [64, 64, 64], "student": [16, 16], "activation": "silu"}
    assert taylor_green.bands.model_dump() == {"coordinates": ["x", "y"], "edges": (3.0, 9.0)}
    prices = {"points": {"conditions": {"terminal": 5, "boundary": 5}}, "extrapolation": {"domains": {"far": [2, 3]}}}
    black_scholes = Settings.model_validate({"problems": {"black_scholes": prices}}).problem("black_scholes")
    assert black_scholes.extrapolation.model_dump() == {"coordinate": "s", "domains": {"far": (2.0, 3.0)}}


def test_a_variant_learns_from_its_own_teacher_if_it_has_one():
    chosen = settings(methods=["scratch_student"], variants=SWEEPS)
    assert chosen.needs("burgers", "kd_student") == ("teacher",)
    assert chosen.needs("burgers", "kd_student-w10") == ("teacher",)
    assert chosen.needs("burgers", "kd_student-steps500") == ("teacher-steps500",)
    assert chosen.needs("burgers", "scratch_student-width32") == ()
    assert chosen.methods("burgers") == (
        "scratch_student",
        "teacher",
        "kd_student-w10",
        "kd_student-width32",
        "scratch_student-width32",
        "teacher-steps500",
        "kd_student-steps500",
    )


def test_a_variant_changes_what_it_says_and_nothing_else():
    chosen = settings(variants=SWEEPS)
    base = chosen.training_settings("burgers", "kd_student") | {"snapshots": 0}
    heavy = chosen.training_settings("burgers", "kd_student-w10")
    assert heavy["weights"]["distillation"] == 10
    assert heavy | {"weights": base["weights"]} == base
    wide = chosen.training_settings("burgers", "scratch_student-width32")
    assert wide["hidden"] == [32, 32, 32]
    stopped = chosen.training_settings("burgers", "teacher-steps500")
    assert (stopped["training"]["adam"]["steps"], stopped["training"]["lbfgs"]["iterations"]) == (500, 0)
    assert chosen.training_settings("burgers", "kd_student-steps500") == base


def test_a_variant_has_its_own_number_of_seeds_and_is_measured_only_there():
    chosen = settings(seeds=4, variants=SWEEPS)
    assert [chosen.seeds("burgers", method) for method in ("teacher", "kd_student-w10", "kd_student-width32")] == [
        4,
        2,
        3,
    ]
    assert "kd_student-w10" in chosen.measured("burgers", "frequency_bands", 1)
    assert "kd_student-w10" not in chosen.measured("burgers", "frequency_bands", 2)
    assert chosen.measured("burgers", "extrapolation", 3) == (
        "kd_only_student",
        "kd_student",
        "scratch_student",
        "teacher",
    )
    assert chosen.measured("burgers", "latency", 3) == ("teacher", "kd_student")


def test_without_a_teacher_nothing_is_timed_and_no_snapshots_are_kept():
    alone = settings(methods=["scratch_student"])
    assert set(alone.measurements("burgers")) == {"extrapolation", "frequency_bands"}
    assert alone.training_settings("burgers", "scratch_student")["snapshots"] == 0
    assert settings().training_settings("burgers", "scratch_student")["snapshots"] > 0
    assert settings().training_settings("burgers", "teacher")["snapshots"] == 0


@pytest.mark.parametrize("name", ["smoke", "quick", "laptop", "paper"])
def test_every_need_of_a_preset_is_among_its_runs(name):
    plan = Plan(load_preset(Path(f"workflow/presets/{name}.yaml")))
    runs = set(plan.runs("kd_pinn"))
    for run in runs:
        baseline = plan.baselines.get(run.method)
        needs = baseline.header.needs if baseline else plan.papers["kd_pinn"].needs(run.problem, run.method)
        for needed in needs:
            assert any((other.problem, other.method, other.seed) == (run.problem, needed, run.seed) for other in runs)


def test_smoke_runs_every_method_on_burgers_and_every_problem():
    plan = Plan(load_preset(Path("workflow/presets/smoke.yaml")))
    assert plan.papers["kd_pinn"].problem_names() == tuple(Problems.model_fields)
    methods = {run.method for run in plan.runs("kd_pinn") if run.problem == "burgers"}
    assert {"teacher", "kd_student", "scratch_student", "kd_only_student"} <= methods
