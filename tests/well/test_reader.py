"""The cached reader gives the samples of the_well's `WellDataset`, bit for bit."""

import pickle

import h5py
import numpy as np
import pytest
import torch
from the_well.data.datasets import WellDataset
from the_well.data.normalization import ZScoreNormalization
from torch.utils.data import DataLoader

from replication.errors import UserError
from replication.well.catalogue import DATASETS
from replication.well.reader import WellReader

pytestmark = pytest.mark.filterwarnings("ignore:Only axis-aligned boundary")


def theirs(folder, split="train", **options):
    return WellDataset(
        well_base_path=str(folder.parent), well_dataset_name=folder.name, well_split_name=split, **options
    )


def assert_equal(sample, reference):
    assert sample.keys() == reference.keys()
    for key, values in reference.items():
        assert sample[key].dtype == torch.float32
        assert torch.equal(sample[key], values), key


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.items() if not entry.outside])
@pytest.mark.parametrize(("inputs", "outputs", "stride"), [(1, 1, 1), (4, 1, 1), (2, 3, 2)])
def test_samples_are_bit_equal_to_the_wells(name, inputs, outputs, stride, make_set):
    folder = make_set(name)
    ours = WellReader(folder, "train", inputs=inputs, outputs=outputs, stride=stride)
    reference = theirs(folder, n_steps_input=inputs, n_steps_output=outputs, min_dt_stride=stride, max_dt_stride=stride)
    assert len(ours) == len(reference)
    for index in range(0, len(ours), 5):
        assert_equal(ours[index], reference[index])


@pytest.mark.parametrize("name", ["acoustic_scattering_maze", "active_matter"])
def test_normalised_samples_are_bit_equal_to_the_wells(name, make_set):
    folder = make_set(name)
    reference = theirs(folder, use_normalization=True, normalization_type=ZScoreNormalization, n_steps_input=2)
    ours = WellReader(folder, "train", inputs=2, normalised=True)
    for index in (0, 17, len(ours) - 1):
        assert_equal(ours[index], reference[index])


@pytest.mark.parametrize("inputs", [1, 4])
def test_a_rollout_is_that_of_the_wells_full_trajectories(inputs, make_set):
    folder = make_set("rayleigh_benard")
    reference = theirs(folder, "test", n_steps_input=inputs, full_trajectory_mode=True, start_output_steps_at_t=6)
    ours = WellReader(folder, "test", inputs=inputs, outputs=100, rollout_from=6)
    assert len(ours) == len(reference) == 3
    for index in range(3):
        assert_equal(ours[index], reference[index])
    assert ours[0]["output_fields"].shape[0] == 12 - 6


def test_valid_and_test_are_normalised_by_the_training_statistics(make_set):
    folder = make_set("shear_flow")
    raw, normalised = WellReader(folder, "test"), WellReader(folder, "test", normalised=True)
    back = normalised.normalisation.denormalise(normalised[3]["input_fields"])
    torch.testing.assert_close(back, raw[3]["input_fields"])
    assert not torch.equal(normalised[3]["input_fields"], raw[3]["input_fields"])


def test_a_restriction_gives_that_many_different_trajectories_and_smaller_ones_are_part_of_larger(make_set):
    folder = make_set("gray_scott_reaction_diffusion")
    windows = [
        {(window.file, window.trajectory) for window in WellReader(folder, "train", trajectories=count).windows}
        for count in (1, 3, 6)
    ]
    assert [len(chosen) for chosen in windows] == [1, 3, 6]
    assert windows[0] < windows[1] < windows[2]
    other = WellReader(folder, "train", trajectories=3, restriction_seed=5)
    assert {(window.file, window.trajectory) for window in other.windows} != windows[1]
    one = WellReader(folder, "train", trajectories=1)
    first = {tuple(sample["input_fields"].flatten()[:4].tolist()) for sample in one}  # type: ignore[attr-defined]
    assert len(first) == len(one) == 12 - 1


def test_workers_read_the_same_samples_whether_forked_or_spawned(make_set):
    folder = make_set("active_matter")
    reader = WellReader(folder, "train", inputs=2)
    expected = [reader[index]["input_fields"] for index in range(len(reader))]  # the parent's handles are open now
    loaded = torch.cat([batch["input_fields"] for batch in DataLoader(reader, batch_size=8, num_workers=2)])
    assert torch.equal(loaded, torch.stack(expected))
    sent = pickle.loads(pickle.dumps(reader))
    assert torch.equal(sent[7]["input_fields"], expected[7])


@pytest.mark.parametrize("storage", [{"chunks": True}, {"chunks": True, "compression": "gzip"}, {"dtype": np.float64}])
def test_chunked_compressed_and_double_precision_files_read_the_same(storage, make_set):
    folder = make_set("rayleigh_benard")
    expected = WellReader(folder, "test", inputs=2)[5]
    for path in (folder / "data" / "test").iterdir():
        with h5py.File(path, "r+") as file:
            values, attributes = file["t1_fields/velocity"][:], dict(file["t1_fields/velocity"].attrs)
            del file["t1_fields/velocity"]
            file["t1_fields"].create_dataset("velocity", data=values, **storage).attrs.update(attributes)
    assert_equal(WellReader(folder, "test", inputs=2)[5], expected)


def test_reading_never_changes_a_file(make_set):
    folder = make_set("rayleigh_benard")
    (path,) = (folder / "data" / "test").iterdir()
    before = path.read_bytes()
    WellReader(folder, "test")[0]["input_fields"].fill_(7.0)
    assert path.read_bytes() == before


def test_include_keeps_files_by_name(make_set):
    folder = make_set("gray_scott_reaction_diffusion")
    chosen = WellReader(folder, "train", include=["diffusion_1"])
    assert [header.path.name for header in chosen.headers] == ["gray_scott_reaction_diffusion_1.hdf5"]
    np.testing.assert_array_equal(chosen[0]["constant_scalars"], [2.0, 3.0])


def test_nan_under_the_mask_becomes_zero_when_normalised(make_set):
    folder = make_set("helmholtz_staircase")
    for path in (folder / "data" / "test").iterdir():
        with h5py.File(path, "r+") as file:
            file["t0_fields/pressure_re"][:, :, 0, 0] = np.nan
    assert WellReader(folder, "test")[0]["input_fields"].isnan().any()
    sample = WellReader(folder, "test", normalised=True)[0]["input_fields"]
    assert sample[:, 0, 0, 0].tolist() == [0.0]
    assert not sample.isnan().any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"inputs": 12}, "too few for windows of 13"),
        ({"inputs": 4, "rollout_from": 3}, "cannot hold a rollout from frame 3"),
        ({"rollout_from": 12}, "cannot hold a rollout from frame 12"),
        ({"trajectories": 7}, "split train has 1 to 6"),
        ({"include": ["nothing"]}, "no trajectories to read"),
    ],
)
def test_what_cannot_be_read_is_told(options, message, make_set):
    with pytest.raises(UserError, match=message):
        WellReader(make_set("shear_flow"), "train", **options)


def test_an_unknown_split_is_told(make_set):
    with pytest.raises(UserError, match="allowed are train, valid, test"):
        WellReader(make_set("shear_flow"), "validation")
