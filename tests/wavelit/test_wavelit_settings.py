"""WaveLiT's block of settings: who runs where, what each training reads, ablations of equal size."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from replication.errors import UserError
from replication.forecasting.shape import ForecastShape
from replication.layout import PRESETS
from replication.networks.matching import TOLERANCE, count
from replication.networks.wavelit_settings import sized
from replication.papers.wavelit.settings import Settings
from replication.papers.wavelit.training import built, network
from replication.plan import Plan
from replication.settings.loading import load_preset
from replication.well.catalogue import WAVELIT_EIGHT, dataset

MAZE, STAIRCASE = "acoustic_scattering_maze", "helmholtz_staircase"
KURAMOTO = "kuramoto_sivashinsky"
TINY = {"datasets": {MAZE: {}, STAIRCASE: {"steps": 7}}, "training": {"steps": 5}, "repeats": 3}


def preset(name):
    return load_preset(PRESETS / f"{name}.yaml").settings.wavelit


def shape_of(name, size=64):
    entry = dataset(name)
    constants = len(entry.constant_channels) + len(entry.scalars)
    return ForecastShape(4, len(entry.channels), constants, entry.shape_at(size), (True, False))


@pytest.mark.parametrize("name", ["quick", "laptop", "paper", "gpu"])
def test_all_eight_datasets_and_the_joint_model_are_trained(name):
    block = preset(name)
    outside = (KURAMOTO,) if name == "laptop" else ()
    assert block.problem_names() == (*WAVELIT_EIGHT, *outside, "joint")
    assert block.methods("joint") == ("wavelit_joint",)
    assert block.joint_datasets() == WAVELIT_EIGHT
    assert all("wavelit" in block.methods(problem) for problem in (*WAVELIT_EIGHT, *outside))
    assert block.data_settings("joint") == {}


@pytest.mark.parametrize(
    ("name", "problem"), [("laptop", MAZE), ("gpu", MAZE), ("paper", "turbulent_radiative_layer_2D")]
)
def test_ablations_have_as_many_parameters_as_what_they_are_compared_with(name, problem):
    block, shape = preset(name), shape_of(problem, size=32)
    own = count(built(shape, block.training_settings(problem, "wavelit")))
    for method in ("patch_tokens", "plain_attention", "single_scale"):
        settings = block.training_settings(problem, f"wavelit-{method}")
        assert settings["network"] != block.training_settings(problem, "wavelit")["network"]
        assert count(built(shape, settings)) == pytest.approx(own, rel=TOLERANCE)


@pytest.mark.parametrize("name", ["laptop", "paper", "gpu"])
def test_the_small_model_has_about_a_tenth_of_the_parameters(name):
    block = preset(name)
    for problem in (MAZE, STAIRCASE):
        small, own = (
            count(built(shape_of(problem), block.training_settings(problem, method)))
            for method in ("wavelit-small", "wavelit")
        )
        assert 0.05 < small / own < 0.2


@pytest.mark.parametrize("name", ["laptop", "paper"])
def test_the_medium_model_lies_between_the_small_and_the_full_one(name):
    block = preset(name)
    small, medium, own = (
        count(built(shape_of(MAZE), block.training_settings(MAZE, method)))
        for method in ("wavelit-small", "wavelit-medium", "wavelit")
    )
    assert 2 < medium / small < 6
    assert 2 < own / medium < 4


def test_a_baseline_gets_the_budget_of_its_dataset_and_no_target_frames():
    block = Settings(**TINY)
    assert [block.task(name)["training"]["steps"] for name in (MAZE, STAIRCASE)] == [5, 7]
    plan = Plan(load_preset(PRESETS / "quick.yaml"))
    assert plan.dataset_folder(MAZE) == Path("data/mini/quick/datasets") / MAZE


@pytest.mark.parametrize("exclude_none", [True, False])
def test_recorded_settings_mean_the_trainings_that_they_record(exclude_none):
    block = preset("gpu")
    recorded = block.model_dump(mode="json", exclude_none=exclude_none)
    again = Settings.model_validate(recorded)
    for problem in block.problem_names():
        for method in block.methods(problem):
            assert again.training_settings(problem, method) == block.training_settings(problem, method)
    assert recorded["network"]["size"] == "1m"
    assert recorded["variants"]["plain_attention"]["network"].get("size") is None


def test_a_network_without_a_size_is_the_smallest():
    block = Settings(**TINY, network={"width": 64})
    assert block.training_settings(MAZE, "wavelit")["network"] == {"size": "mini", "width": 64}
    assert block.model_dump(exclude_none=True)["network"] == {"size": "mini", "width": 64}


def test_windows_hold_the_longest_history_of_a_dataset():
    block = Settings(**TINY, variants={"history6": {"datasets": [MAZE], "history": 6}})
    assert [block.data_settings(name)["history"] for name in (MAZE, STAIRCASE)] == [6, 4]
    assert block.training_settings(MAZE, "wavelit-history6")["history"] == 6
    assert block.training_settings(MAZE, "wavelit-history6")["equal_to"] is None


def test_a_variant_or_the_joint_model_may_have_fewer_seeds():
    variants = {"plain": {"datasets": [MAZE], "repeats": 1, "network": {"attention": "plain"}}}
    block = Settings(**TINY, variants=variants, joint={"steps": 3, "repeats": 2})
    assert [block.seeds(MAZE, method) for method in block.methods(MAZE)] == [3, 1, 2]
    assert block.seeds("joint", "wavelit_joint") == 2


def test_a_variant_reads_only_what_it_changes():
    variants = {"plain": {"datasets": [MAZE], "network": {"attention": "plain"}}}
    block = Settings(**TINY, variants=variants)
    own, plain = (block.training_settings(MAZE, method) for method in ("wavelit", "wavelit-plain"))
    assert plain["network"] == own["network"] | {"attention": "plain"}
    assert plain["equal_to"] == own["network"]
    assert network(plain["network"]).attention == "plain"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"datasets": {"acoustic_maze": {}}}, "did you mean acoustic_scattering_maze"),
        ({"variants": {"x": {"datasets": ["shear_flow"]}}}, "'shear_flow' is not a dataset of this block"),
        ({"joint": {"steps": 3, "datasets": ["shear_flow"]}}, "joint: 'shear_flow' is not a dataset"),
        ({"network": {"width": 50}}, "does not divide by four times"),
        ({"training": {"steps": 5, "batch": 4, "accumulation": 3}}, "accumulation 3 does not divide batch 4"),
        ({"variants": {"Big": {"datasets": [MAZE]}}}, "variant name 'Big' may hold"),
    ],
)
def test_mistakes_are_named(changes, message):
    with pytest.raises((ValidationError, UserError), match=message):
        Settings(**(TINY | changes))


def test_a_baseline_is_told_a_network_that_it_can_count():
    adaptive = Settings.model_validate(TINY | {"network": {"wavelet": "adaptive"}})
    assert adaptive.training_settings(MAZE, "wavelit")["network"]["wavelet"] == "adaptive"
    told = dict(adaptive.task(MAZE)["network"])
    assert sized(told.pop("size"), **told).wavelet == "haar"
