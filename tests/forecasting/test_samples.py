"""Training samples: what the reader gives, scaled; a batch depends on seed and step alone."""

import numpy as np
import pytest
import torch

from replication.errors import UserError
from replication.forecasting.samples import Samples
from replication.forecasting.scaling import Scaling
from replication.well.reader import WellReader

HISTORY = 3
PERIODIC, WALLED, MASKED = "gray_scott_reaction_diffusion", "acoustic_scattering_maze", "helmholtz_staircase"


@pytest.mark.parametrize("name", [PERIODIC, WALLED, MASKED])
@pytest.mark.parametrize("resident_gb", [1.0, 0.0])
def test_inputs_are_the_readers_history_and_targets_lead_to_the_readers_next_frame(make_set, name, resident_gb):
    folder = make_set(name)
    samples = Samples(folder, "train", HISTORY, resident_gb=resident_gb)
    reader, scaling = WellReader(folder, "train", inputs=HISTORY, outputs=1), samples.scaling
    assert len(samples) == len(reader) == 4 * (24 - HISTORY)
    for index in (0, 20, 21, len(samples) - 1):
        batch, window = samples.batch([index]), reader[index]
        history = torch.nan_to_num(window["input_fields"])[None]
        constants = window.get("constant_fields", torch.empty(*history.shape[2:4], 0))[None]
        scalars = window.get("constant_scalars", torch.empty(0))[None]
        assert torch.equal(batch.inputs, scaling.inputs(history, constants, scalars))
        assert batch.inputs.shape[1:] == (samples.shape.inputs, *samples.shape.grid)
        # field fastest, oldest frame first
        last = batch.inputs[0, (HISTORY - 1) * samples.shape.fields]
        torch.testing.assert_close(last * scaling.std[0] + scaling.mean[0], history[0, -1, ..., 0])
        solid = window["output_fields"][0].isnan()
        following = torch.where(solid, torch.nan, scaling.next_frame(history, batch.target)[0])
        torch.testing.assert_close(following, window["output_fields"][0], rtol=0, atol=1e-5, equal_nan=True)
        if name == MASKED:
            assert torch.equal(batch.counts[0, 0], ~solid[..., 0])
        else:
            assert batch.counts is None


def test_targets_have_unit_root_mean_square(make_set):
    samples = Samples(make_set(PERIODIC), "train", 1, resident_gb=1.0)
    target = samples.spread(len(samples)).target
    torch.testing.assert_close(target.square().mean(dim=(0, 2, 3)), torch.ones(2), rtol=1e-4, atol=0)


def test_an_epoch_holds_each_window_once_and_a_batch_depends_on_seed_and_step_alone(make_set):
    folder = make_set(PERIODIC)
    first, again = (Samples(folder, "train", HISTORY, resident_gb=1.0, shift=True) for _ in range(2))
    late = first.drawn(30, 4, "seed", 0)
    assert torch.equal(late.inputs, again.drawn(30, 4, "seed", 0).inputs)
    assert not torch.equal(late.inputs, again.drawn(30, 4, "seed", 1).inputs)
    unshifted = Samples(folder, "train", HISTORY, resident_gb=1.0)
    epoch = torch.cat([unshifted.drawn(step, 4, "seed", 0).inputs for step in range(len(unshifted) // 4)])
    assert len(epoch.flatten(1).unique(dim=0)) == len(unshifted)


def test_a_shift_rolls_inputs_and_target_alike_along_periodic_axes_only(make_set):
    for name, rolls in ((PERIODIC, True), (WALLED, False)):
        folder = make_set(name)
        plain, shifted = (Samples(folder, "train", 1, resident_gb=1.0, shift=shift) for shift in (False, True))
        batch, rolled = (samples.drawn(0, 8, "seed") for samples in (plain, shifted))
        assert torch.equal(batch.inputs, rolled.inputs) is not rolls
        following = [
            samples.scaling.next_frame(each.inputs[:, :1].movedim(1, -1)[:, None] * 0, each.target)
            for samples, each in ((plain, batch), (shifted, rolled))
        ]
        # the same values in another place
        torch.testing.assert_close(*(each.flatten(1).sort().values for each in following))


def test_a_channel_at_rest_is_left_out(make_set):
    scaling = Scaling(make_set("active_matter"))
    assert scaling.at_rest == ("concentration",)
    assert len(scaling.fields) == scaling.shape(2).fields == 10
    assert scaling.shape(2).inputs == 2 * 10 + 3


def test_a_split_that_holds_nan_outside_solids_is_refused(make_set):
    import h5py

    folder = make_set(PERIODIC)
    with h5py.File(next((folder / "data" / "train").glob("*.hdf5")), "r+") as file:
        file["t0_fields/A"][0, 3, 2, 2] = np.nan
    with pytest.raises(UserError, match="gray_scott_reaction_diffusion/train: holds values that are not finite"):
        Samples(folder, "train", HISTORY, resident_gb=1.0)
