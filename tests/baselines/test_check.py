"""What the check hides from a method, and what it leaves as it was."""

import h5py
import numpy as np
import pytest

from replication.baselines import check, hiding, task
from replication.baselines.place import LOCAL, PROJECT, Place, bring_dataset
from replication.layout import RunKey
from replication.plan import Plan
from replication.settings.loading import load_preset

SMOKE = PROJECT / "workflow/presets/smoke.yaml"
FORECAST = {"paper": "wavelit", "problem": "shear_flow", "evaluation": "data/evaluation/tiny/wavelit/shear_flow.h5"}


@pytest.fixture
def place(tmp_path):
    """A folder with references of both kinds, published windows and a dataset; everything in it is zero."""
    arrays = {
        "data/references/tiny/wavelit/shear_flow.h5": {
            "one_step/target": (4, 8, 8, 2),
            "rollout/target": (2, 3, 8, 8, 2),
        },
        FORECAST["evaluation"]: {"one_step/history": (4, 1, 8, 8, 2), "one_step/constants": (4, 8, 8, 1)},
        "data/mini/tiny/datasets/shear_flow/data/test/a.hdf5": {"t0_fields/p": (1, 5, 8, 8), "dimensions/x": (8,)},
        "data/mini/tiny/datasets/shear_flow/data/train/a.hdf5": {"t0_fields/p": (1, 5, 8, 8)},
    }
    for name, shapes in arrays.items():
        (tmp_path / name).parent.mkdir(parents=True)
        with h5py.File(tmp_path / name, "w") as file:
            for key, shape in shapes.items():
                file[key] = np.zeros(shape, dtype=np.float32)
    points = tmp_path / "data/references/tiny/kd_pinn/burgers.npz"
    points.parent.mkdir(parents=True)
    np.savez(points, points=np.zeros((3, 2)), axis_x=np.zeros(3), u=np.zeros(3))
    made = Place(tmp_path, RunKey("cpu", "wavelit", "shear_flow", "mine", 0), "tiny")
    task.write(FORECAST, {}, tmp_path / made.task)
    return made


def touched(place):
    """Return the arrays of all files that are no longer zero, as `file name: array`."""
    found = set()
    for path in place.folder.rglob("*.h*5"):
        with h5py.File(path) as file:
            file.visititems(lambda name, node, p=path: found.add((p.parent.name, name)) if _noisy(node) else None)
    for path in place.folder.rglob("*.npz"):
        found |= {(path.parent.name, name) for name, array in np.load(path).items() if array.any()}
    return found


def _noisy(node):
    return isinstance(node, h5py.Dataset) and bool(node[:].any())


def test_references_and_test_frames_become_noise_and_nothing_else(place):
    hiding.hide_the_answer(place)
    assert touched(place) == {
        ("wavelit", "one_step/target"),
        ("wavelit", "rollout/target"),
        ("test", "t0_fields/p"),
        ("kd_pinn", "u"),
    }


def test_every_second_window_becomes_noise_and_those_between_stay(place):
    hiding.hide_other_windows(place)
    assert touched(place) == {("wavelit", "one_step/history")}
    with h5py.File(place.folder / FORECAST["evaluation"]) as file:
        changed = file["one_step/history"][:].any(axis=(1, 2, 3, 4))
    np.testing.assert_array_equal(changed, [False, True, False, True])


def test_a_dataset_from_elsewhere_is_hidden_in_the_folder_and_stays_as_it_was(place, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "shear_flow"
    (place.folder / "data/mini/tiny/datasets/shear_flow").rename(elsewhere)
    bring_dataset(elsewhere, place.folder / LOCAL / "shear_flow")
    hiding.hide_the_answer(place)
    assert ("test", "t0_fields/p") in touched(place)
    with h5py.File(elsewhere / "data/test/a.hdf5") as file:
        assert not file["t0_fields/p"][:].any()
    train = place.folder / LOCAL / "shear_flow/data/train/a.hdf5"
    assert train.resolve() == elsewhere / "data/train/a.hdf5"


@pytest.mark.parametrize(
    ("paper", "problem", "allowed"),
    [("kd_pinn", "burgers", 100 + 100), ("wavelit", "acoustic_scattering_maze", 4), ("s2gpt_pinn", "burgers", None)],
)
def test_steps_are_held_against_what_the_task_of_the_paper_allows(paper, problem, allowed):
    plan = Plan(load_preset(SMOKE))
    settings = plan.papers[paper].task(problem)
    assert check.allowed_steps(settings) == allowed
