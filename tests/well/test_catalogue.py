import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import replication.well.solvers
from replication.errors import UserError
from replication.well.catalogue import DATASETS, WAVELIT_EIGHT, dataset, flattened, published_statistics


def test_an_unknown_name_is_told_with_the_nearest_known_one():
    with pytest.raises(UserError, match="did you mean acoustic_scattering_maze"):
        dataset("acoustic_maze")


def test_the_eight_the_two_spares_and_the_one_outside_are_there():
    assert set(WAVELIT_EIGHT) < set(DATASETS)
    assert set(DATASETS) - set(WAVELIT_EIGHT) == {
        "acoustic_scattering_discontinuous",
        "acoustic_scattering_inclusions",
        "kuramoto_sivashinsky",
    }


def test_every_dataset_has_a_solver_of_its_name():
    folder = Path(replication.well.solvers.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(DATASETS)


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.items() if not entry.outside])
def test_published_statistics_have_the_fields_and_their_shapes(name):
    entry, statistics = dataset(name), published_statistics(name)
    every = {**entry.fields, **entry.constant_fields}
    for moment, fields in (("mean", every), ("std", every), ("std_delta", entry.fields)):
        assert set(statistics[moment]) == set(fields)
        for field, order in fields.items():
            assert np.asarray(statistics[moment][field], dtype=float).shape == (2,) * order


def test_channels_are_flattened_in_the_order_of_the_well():
    assert flattened({"p": 0, "v": 1, "D": 2}, ("x", "y")) == ("p", "v_x", "v_y", "D_xx", "D_xy", "D_yx", "D_yy")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("acoustic_scattering_maze", (64, 64)),
        ("helmholtz_staircase", (128, 32)),
        ("shear_flow", (64, 128)),
        ("turbulent_radiative_layer_2D", (32, 96)),
    ],
)
def test_a_mini_grid_keeps_the_aspect_ratio(name, shape):
    assert dataset(name).shape_at(64) == shape
    assert dataset(name).shape_at(128) == tuple(2 * points for points in shape)


def test_the_catalogue_imports_neither_torch_nor_numba():
    code = "import sys, replication.well.catalogue; print({'torch', 'numba', 'scipy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
