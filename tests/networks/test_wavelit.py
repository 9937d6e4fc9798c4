"""WaveLiT: sizes, identity at the start, equivariance, gradients to every parameter, and one-line errors."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from replication.errors import UserError
from replication.forecasting.shape import ForecastShape
from replication.networks.matching import count
from replication.networks.saved import load_network
from replication.networks.wavelit import WaveLiT, WaveLiTJoint, matched_settings
from replication.networks.wavelit_settings import SIZES, WaveLiTNetwork, sized
from replication.well.catalogue import WAVELIT_EIGHT, dataset

MAZE = ForecastShape(history=4, fields=3, constants=1, grid=(64, 64), periodic=(False, False))
CHANNEL = ForecastShape(history=2, fields=2, constants=1, grid=(16, 24), periodic=(True, False))
SMALL = WaveLiTNetwork(width=16, blocks=2, heads=2)
CHOICES = {
    "base": {},
    "three levels": {"levels": 3},
    "db2": {"wavelet": "db2"},
    "db4, symmetric": {"wavelet": "db4", "boundary": "symmetric"},
    "plain attention": {"attention": "plain"},
    "softmax attention": {"attention": "softmax"},
    "unshared": {"pyramid": "unshared"},
    "single scale": {"pyramid": "single"},
    "single scale, db2, symmetric": {"pyramid": "single", "wavelet": "db2", "boundary": "symmetric"},
    "packet": {"pyramid": "single", "layout": "packet"},
    "patches": {"tokenizer": "patch"},
    "patches, single scale": {"tokenizer": "patch", "pyramid": "single"},
}


def stirred(network):
    """Give the heads, which start at zero, weights; returns the network."""
    torch.manual_seed(1)
    for name, parameter in network.named_parameters():
        if "heads" in name or "edges" in name or "scale" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    return network.eval()


def inputs(shape, batch=2):
    return torch.randn(batch, shape.inputs, *shape.grid, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("name", "low", "high"), [("mini", 1e5, 3e5), ("1m", 0.9e6, 1.15e6), ("4m", 3.6e6, 4.4e6), ("10m", 9e6, 11e6)]
)
def test_sizes_hold_as_many_parameters_as_they_say(name, low, high):
    with torch.device("meta"):
        assert low <= count(WaveLiT(MAZE, sized(name))) <= high


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name", ["1m", "mini"])
def test_every_ingredient_goes_at_equal_parameters(choice, name):
    base = sized(name)
    changed = matched_settings(MAZE, replace(base, **CHOICES[choice]), base)
    with torch.device("meta"):
        wanted, found = count(WaveLiT(MAZE, base)), count(WaveLiT(MAZE, changed))
    assert abs(found - wanted) <= 0.02 * wanted
    assert 1 <= changed.expansion <= 5


@pytest.mark.parametrize("choice", CHOICES)
def test_an_untrained_network_forecasts_no_change_and_trains_every_parameter(choice):
    network = WaveLiT(CHANNEL, replace(SMALL, **CHOICES[choice]))
    assert network(inputs(CHANNEL)).abs().max() == 0
    assert network(inputs(CHANNEL)).shape == (2, 2, 16, 24)
    stirred(network)(inputs(CHANNEL)).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("choice", CHOICES)
def test_shifts_by_whole_tokens_along_periodic_axes_go_through(choice):
    changes = CHOICES[choice]
    network, x = stirred(WaveLiT(CHANNEL, replace(SMALL, **changes)).double()), inputs(CHANNEL).double()
    shift = 2 ** changes.get("levels", 2)
    with torch.no_grad():
        torch.testing.assert_close(network(x.roll(shift, 2)), network(x).roll(shift, 2))
        assert (network(x.roll(4, 3)) - network(x).roll(4, 3)).abs().max() > 1e-3


@pytest.mark.parametrize("choice", ["base", "db2", "packet"])
def test_the_parity_shift_breaks_the_grid_of_the_transform_in_training_alone(choice):
    network, x = stirred(WaveLiT(CHANNEL, replace(SMALL, **CHOICES[choice])).double()), inputs(CHANNEL).double()
    with torch.no_grad():
        expected = {shift: network(x.roll(shift, 2)).roll(-shift, 2) for shift in range(4)}
        network.train()
        drawn = set()
        for _ in range(30):
            found = network(x)
            drawn.add(next(shift for shift, each in expected.items() if torch.allclose(found, each)))
        assert drawn == set(range(4))
        still = WaveLiT(CHANNEL, replace(SMALL, **CHOICES[choice], parity_shift=False)).double()
        still.load_state_dict(network.state_dict())
        torch.testing.assert_close(still(x), expected[0])


def test_mixed_precision_keeps_tokens_and_forecasts_in_float32():
    network, seen = stirred(WaveLiT(CHANNEL, SMALL)), []
    network.trunk.register_forward_hook(lambda module, given, tokens: seen.extend(each.dtype for each in tokens))
    with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
        mixed = network(inputs(CHANNEL))
    assert {mixed.dtype, *seen} == {torch.float32}
    exact = network(inputs(CHANNEL))
    assert 1e-5 < (mixed - exact).norm() / exact.norm() < 3e-2


def test_recomputing_changes_no_gradient():
    gradients = []
    for recompute in (False, True):
        torch.manual_seed(0)
        network = stirred(WaveLiT(CHANNEL, replace(SMALL, recompute=recompute)).double())
        network(inputs(CHANNEL).double()).square().sum().backward()
        gradients.append([parameter.grad for parameter in network.parameters()])
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("size", [64, 16])
@pytest.mark.parametrize("name", WAVELIT_EIGHT)
def test_every_grid_of_the_working_set_goes_through(name, size):
    grid = dataset(name).shape_at(size)
    shape = ForecastShape(1, 1, 0, grid, (True, False))
    with torch.no_grad():
        assert WaveLiT(shape, SMALL)(inputs(shape, 1)).shape == (1, 1, *grid)


def test_a_joint_network_shares_the_trunk_alone_and_comes_back_from_disk(tmp_path):
    network = stirred(WaveLiTJoint({"maze": MAZE, "channel": CHANNEL}, SMALL))
    bespoke = WaveLiT(CHANNEL, SMALL)
    bespoke.interface.load_state_dict(network.interfaces["channel"].state_dict())
    bespoke.trunk.load_state_dict(network.trunk.state_dict())
    x = inputs(CHANNEL)
    torch.testing.assert_close(bespoke.eval()(x), network(x, "channel"))
    with pytest.raises(UserError, match="dataset 'shear_flow': this network was built for maze, channel"):
        network(x, "shear_flow")
    for each, call in ((network, lambda made: made(x, "channel")), (bespoke, lambda made: made(x))):
        save_file(each.state_dict(), tmp_path / "model.safetensors")
        (tmp_path / "model.json").write_text(json.dumps(each.architecture()))
        with torch.no_grad():
            torch.testing.assert_close(call(load_network(tmp_path)), call(each), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("grid", "changes", "message"),
    [
        ((62, 64), {}, r"grid 62x64: 2 levels of haar .* 31 points along H cannot be halved at level 2"),
        ((62, 64), {"tokenizer": "patch"}, r"grid 62x64: patches of 4 points do not fill it"),
        ((64, 4), {}, r"grid 64x4: 2 levels leave one token along an axis"),
    ],
)
def test_odd_or_too_small_grids_end_in_one_line(grid, changes, message):
    with pytest.raises(UserError, match=message):
        WaveLiT(replace(MAZE, grid=grid), replace(SMALL, **changes))


def test_inputs_of_another_shape_end_in_one_line():
    with pytest.raises(UserError, match=r"inputs are \(13, 64, 64\), but it was built for \(5, 16, 24\)"):
        WaveLiT(CHANNEL, SMALL)(inputs(MAZE))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"wavelet": "db3"}, "network.wavelet: 'db3' is unknown; allowed are haar, db2, db4"),
        ({"width": 20}, "network.width: 20 does not divide by four times network.heads = 2; the next that does is 24"),
        ({"blocks": 0}, "network.blocks: 0 is too small"),
        ({"layout": "packet"}, "network.layout: packet has one grid of tokens; set network.pyramid to single"),
    ],
)
def test_settings_that_do_not_fit_end_in_one_line(changes, message):
    with pytest.raises(UserError, match=message.replace(".", r"\.")):
        replace(SMALL, **changes)


def test_an_unknown_size_ends_in_one_line():
    with pytest.raises(UserError, match=f"network size 'huge' is unknown; allowed are {', '.join(SIZES)}"):
        sized("huge")
