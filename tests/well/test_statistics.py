import h5py
import numpy as np
import pytest
import torch
from the_well.data.normalization import ZScoreNormalization

from replication.errors import UserError
from replication.well.catalogue import dataset
from replication.well.normalisation import Normalisation
from replication.well.statistics import read_statistics


def test_statistics_are_those_of_all_training_values_together(make_set):
    folder = make_set("viscoelastic_instability")
    statistics = read_statistics(folder / "stats.yaml", dataset(folder.name))
    values = []
    for path in sorted((folder / "data" / "train").glob("*")):
        with h5py.File(path) as file:
            values.append(file["t2_fields/C"][:].astype(np.float64))
    c = np.concatenate(values)
    delta = np.diff(c, axis=1)
    for suffix, data in (("", c), ("_delta", delta)):
        np.testing.assert_allclose(statistics["mean" + suffix]["C"], data.mean(axis=(0, 1, 2, 3)), atol=1e-12)
        np.testing.assert_allclose(statistics["std" + suffix]["C"], data.std(axis=(0, 1, 2, 3)), rtol=1e-12)
        np.testing.assert_allclose(
            statistics["rms" + suffix]["C"], np.sqrt((data**2).mean(axis=(0, 1, 2, 3))), rtol=1e-12
        )


def test_constant_fields_have_no_delta(make_set):
    folder = make_set("acoustic_scattering_maze")
    statistics = read_statistics(folder / "stats.yaml", dataset(folder.name))
    assert "density" in statistics["std"]
    assert "density" not in statistics["std_delta"]


def test_normalisation_is_that_of_the_well(make_set):
    folder = make_set("acoustic_scattering_maze")
    entry = dataset(folder.name)
    ours = Normalisation.of(folder, entry)
    theirs = ZScoreNormalization(
        read_statistics(folder / "stats.yaml", entry), list(entry.fields), list(entry.constant_fields)
    )
    fields, constants = torch.randn(4, 8, 6, 3), torch.randn(8, 6, 2)
    assert torch.equal(ours.normalise(fields), theirs.normalize_flattened(fields, "variable"))
    assert torch.equal(ours.denormalise(fields), theirs.denormalize_flattened(fields, "variable"))
    assert torch.equal(ours.normalise_delta(fields), theirs.delta_normalize_flattened(fields, "variable"))
    assert torch.equal(ours.denormalise_delta(fields), theirs.delta_denormalize_flattened(fields, "variable"))
    assert torch.equal(ours.normalise_constant(constants), theirs.normalize_flattened(constants, "constant"))


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "missing"), ("{{", "not readable"), ("[1, 2]", "lacks"), ("mean: {A: 1.0}", "mean lacks B")],
)
def test_statistics_that_are_missing_or_foreign_are_told(content, message, tmp_path):
    path = tmp_path / "stats.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError, match=message) as error:
        read_statistics(path, dataset("gray_scott_reaction_diffusion"))
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
