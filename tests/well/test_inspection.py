"""Files that are not what they should be are told in one line that names them."""

import shutil

import h5py
import numpy as np
import pytest

from replication.errors import UserError
from replication.well.catalogue import dataset
from replication.well.inspection import inspect
from replication.well.reader import WellReader

NAME = "acoustic_scattering_maze"


def first_file(folder, split="train"):
    return sorted((folder / "data" / split).iterdir())[0]


def told(folder, message, reader_too=True):
    """`inspect`, and the reader where it looks too, raise one line with the message."""
    with pytest.raises(UserError, match=message) as error:
        inspect(folder, dataset(folder.name))
    assert "\n" not in str(error.value)
    assert str(folder) in str(error.value)
    if reader_too:
        with pytest.raises(UserError, match=message):
            WellReader(folder, "train", normalised=True)


def test_a_whole_set_passes(make_set):
    inspect(make_set(NAME), dataset(NAME))


@pytest.mark.parametrize("kept", [0, 100, 4000])
def test_a_truncated_file(kept, make_set):
    folder = make_set(NAME)
    path = first_file(folder)
    path.write_bytes(path.read_bytes()[:kept])
    told(folder, "not a whole HDF5 file")


def test_a_file_of_another_format(make_set):
    folder = make_set(NAME)
    with h5py.File(first_file(folder), "w") as file:
        file["temperature"] = np.zeros(3)
    told(folder, "not in The Well's format")


def test_missing_statistics(make_set):
    folder = make_set(NAME)
    (folder / "stats.yaml").unlink()
    told(folder, "stats.yaml: missing")


def test_another_order_of_fields(make_set):
    folder = make_set("gray_scott_reaction_diffusion")
    with h5py.File(first_file(folder), "r+") as file:
        file["t0_fields"].attrs["field_names"] = np.array(["B", "A"], dtype=h5py.string_dtype())
    told(folder, r"fields of order 0 are \['B', 'A'\], gray_scott_reaction_diffusion has \['A', 'B'\]")


def test_the_files_of_another_set(make_set):
    folder, other = make_set("gray_scott_reaction_diffusion"), make_set("shear_flow")
    shutil.copy(first_file(other), first_file(folder))
    told(folder, "take the files of gray_scott_reaction_diffusion")


def test_more_trajectories_announced_than_there_are(make_set):
    folder = make_set(NAME)
    with h5py.File(first_file(folder), "r+") as file:
        file.attrs["n_trajectories"] = 5
    told(folder, "header and axes say")


def test_a_frame_that_is_not_finite(make_set):
    folder = make_set(NAME)
    with h5py.File(first_file(folder), "r+") as file:
        file["t1_fields/velocity"][1, 7, 2, 2, 0] = np.nan
    told(folder, "velocity of trajectory 1 is not finite from frame 7", reader_too=False)


def test_nan_in_the_solid_of_the_staircase_is_legal_and_elsewhere_not(make_set):
    folder = make_set("helmholtz_staircase")
    with h5py.File(first_file(folder), "r+") as file:
        file["t0_fields/mask"][:] = 0
        file["t0_fields/mask"][:, :, 0] = 1
        file["t0_fields/pressure_im"][:, :, :, 0] = np.nan
    inspect(folder, dataset(folder.name))
    with h5py.File(first_file(folder), "r+") as file:
        file["t0_fields/pressure_im"][2, 4, 3, 3] = np.inf
    told(folder, "pressure_im of trajectory 2 is not finite from frame 4", reader_too=False)


def test_a_split_without_files_or_without_trajectories(make_set):
    folder = make_set(NAME, per_file=1)
    for path in (folder / "data" / "valid").iterdir():
        path.unlink()
    with pytest.raises(UserError, match="split valid has no HDF5 file"):
        WellReader(folder, "valid")
    told(folder, "split valid has no HDF5 file", reader_too=False)
