"""What is written opens in the_well's own reader, for all ten sets, and is refused if it breaks the contract."""

import dataclasses

import h5py
import numpy as np
import pytest
import torch
from the_well.data.datasets import WellDataset
from torch.utils.data import DataLoader

from replication.errors import UserError
from replication.well.catalogue import DATASETS, dataset
from replication.well.generation import solver
from replication.well.trajectory import BoundaryKind
from replication.well.writer import check, write

from .conftest import ORIGIN, random_trajectory

pytestmark = pytest.mark.filterwarnings("ignore:Only axis-aligned boundary")


def trajectory_of(name, frames=4, **changes):
    made = random_trajectory(dataset(name), (8, 6), frames, np.random.default_rng(0))
    return dataclasses.replace(made, **changes)


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.items() if not entry.outside])
def test_the_well_reads_a_set_with_two_workers(name, make_set):
    folder, entry = make_set(name), dataset(name)
    data = WellDataset(
        well_base_path=str(folder.parent), well_dataset_name=name, well_split_name="train", n_steps_input=4
    )
    metadata = data.metadata
    assert tuple(channel for names in metadata.field_names.values() for channel in names) == entry.channels
    assert metadata.constant_scalar_names == list(entry.scalars)
    assert set(metadata.boundary_condition_types) == {str(kind) for _, kind in entry.boundaries.values()}
    assert metadata.n_trajectories_per_file == [3, 3]
    batches = list(DataLoader(data, batch_size=8, num_workers=2))
    assert sum(len(batch["input_fields"]) for batch in batches) == 2 * 3 * (12 - 4)
    assert batches[0]["input_fields"].shape == (8, 4, 8, 6, len(entry.channels))
    assert batches[0]["input_fields"].dtype == torch.float32


@pytest.mark.parametrize("name", DATASETS)
def test_every_solver_keeps_the_contract(name):
    """Fields in order, shapes, boundary groups, scalars and finite values, as the writer checks them."""
    entry, module = dataset(name), solver(name)
    parameters = module.PARAMETERS[0]
    assert all(tuple(values) == entry.scalars for values in module.PARAMETERS)
    trajectory = module.simulate(entry.shape_at(32), 3, parameters, np.random.default_rng(0))
    check(entry, trajectory)
    assert trajectory.shape == entry.shape_at(32)
    assert len(trajectory.time) == 3
    assert np.diff(trajectory.time).min() > 0
    assert module.DIFFERENCES


def test_attributes_say_that_a_file_is_mini(make_set):
    path = next((make_set("shear_flow") / "data" / "test").iterdir())
    with h5py.File(path) as file:
        assert file.attrs["mini"]
        assert file.attrs["solver"] == "random numbers"
        assert file.attrs["differs"] == "everything"
        assert file.attrs["resolution"] == "8x6"
        assert dict(file.attrs)["Schmidt"] == 2.0
        assert file["t1_fields/velocity"].dtype == np.float32
        assert file["t1_fields/velocity"].chunks is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scalars": {"F": 1.0}}, "scalars"),
        ({"boundaries": ()}, "boundaries"),
        ({"fields": {"B": np.zeros((4, 8, 6)), "A": np.zeros((4, 8, 6))}}, "fields"),
        ({"fields": {"A": np.zeros((4, 8, 6)), "B": np.zeros((4, 6, 8))}}, "shape"),
        ({"fields": {"A": np.zeros((4, 8, 6)), "B": np.full((4, 8, 6), np.nan)}}, "not finite"),
    ],
)
def test_a_trajectory_that_breaks_the_catalogue_is_refused_and_leaves_no_file(changes, message, tmp_path):
    name = "gray_scott_reaction_diffusion"
    path = tmp_path / "x.hdf5"
    with pytest.raises(ValueError, match=message):
        write(path, dataset(name), 1, [trajectory_of(name, **changes)], ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_too_few_trajectories_or_two_parameter_sets_are_refused(tmp_path):
    name = "gray_scott_reaction_diffusion"
    entry, first = dataset(name), trajectory_of(name)
    with pytest.raises(ValueError, match="announced"):
        write(tmp_path / "x.hdf5", entry, 2, [first], ORIGIN)
    with pytest.raises(ValueError, match="other scalars"):
        write(tmp_path / "x.hdf5", entry, 2, [first, trajectory_of(name, scalars={"F": 9.0, "k": 2.0})], ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_nan_is_legal_under_the_mask_of_the_staircase_only():
    trajectory = trajectory_of("helmholtz_staircase")
    solid = np.zeros((8, 6), dtype=bool)
    solid[:, 0] = True
    trajectory.constant_fields["mask"][:] = solid
    trajectory.fields["pressure_re"][:, solid] = np.nan
    check(dataset("helmholtz_staircase"), trajectory)
    trajectory.fields["pressure_re"][2, 3, 3] = np.nan
    with pytest.raises(ValueError, match="pressure_re is not finite"):
        check(dataset("helmholtz_staircase"), trajectory)


def test_a_disk_that_runs_full_is_told_in_one_line_and_leaves_no_file(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(h5py.Group, "create_dataset", full)
    with pytest.raises(UserError, match=r"x\.hdf5: the disk is full"):
        write(tmp_path / "x.hdf5", dataset("shear_flow"), 1, [trajectory_of("shear_flow")], ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_boundary_kinds_are_spelled_as_the_well_spells_them():
    from the_well.data.datasets import BoundaryCondition

    assert {kind.value for kind in BoundaryKind} == {kind.name for kind in BoundaryCondition}
