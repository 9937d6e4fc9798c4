import pytest
import torch
from conftest import SHAPES, TRAINED

from replication.errors import UserError
from replication.forecasting.shape import ForecastShape
from replication.networks.changes import Changes
from replication.networks.matching import count, matched

PERIODIC = ForecastShape(2, 2, 1, (32, 32), (True, True))
TASK = {"parameters": 150_000}


def awake(network, seed=0):
    """The network with its last layer no longer at zero, where nothing below it matters."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            if not parameter.any():
                parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
    return network


def test_the_history_is_seen_as_its_last_frame_and_the_changes_before():
    shape = ForecastShape(3, 2, 1, (2, 2), (True, True))
    frames = torch.tensor([1.0, 10.0, 2.0, 20.0, 4.0, 50.0, 7.0])[None, :, None, None].expand(1, 7, 2, 2)
    seen = Changes(shape)(frames)[0, :, 0, 0]
    assert seen.tolist() == [3.0, 30.0, 6.0, 90.0, 4.0, 50.0, 7.0]


@pytest.mark.parametrize("dataset", SHAPES)
@pytest.mark.parametrize("name", TRAINED)
def test_forecasts_no_change_at_first_on_every_dataset(script, name, dataset):
    shape = SHAPES[dataset]
    torch.manual_seed(0)
    network = script(name).build(shape, TASK)
    with torch.no_grad():
        change = network(torch.randn(2, shape.inputs, *shape.grid))
        assert change.shape == (2, shape.fields, *shape.grid)
        assert not change.any()
        assert awake(network)(torch.randn(2, shape.inputs, *shape.grid)).std() > 0


@pytest.mark.parametrize("name", TRAINED)
def test_every_parameter_receives_a_gradient(script, name):
    torch.manual_seed(0)
    network = awake(script(name).build(SHAPES["rayleigh_benard"], TASK))
    shape = SHAPES["rayleigh_benard"]
    network(torch.randn(2, shape.inputs, *shape.grid)).square().mean().backward()
    for label, parameter in network.named_parameters():
        assert parameter.grad is not None, label
        # but few elements may be without: softmax does not see a shift of all keys, ReLU not what is below zero
        assert (parameter.grad != 0).float().mean() > 0.5, label


@pytest.mark.parametrize("dataset", ["active_matter", "helmholtz_staircase", "turbulent_radiative_layer_2D"])
@pytest.mark.parametrize("parameters", [100_000, 300_000, 1_000_000])
@pytest.mark.parametrize("name", sorted(set(TRAINED) - {"plain_cnn"}))
def test_has_as_many_parameters_as_asked_for(script, name, parameters, dataset):
    with torch.device("meta"):
        network = script(name).build(SHAPES[dataset], {"parameters": parameters})
    assert count(network) == pytest.approx(parameters, rel=0.05)


def test_no_network_of_the_wrong_size_is_passed_off_as_equal():
    with pytest.raises(UserError, match=r"parameters 7: the closest Linear for this dataset has 2, more than 5% away"):
        matched(lambda size: torch.nn.Linear(1, 1 if size < 100 else 100), 7)


@pytest.mark.parametrize("name", ["fno", "plain_cnn"])
def test_commutes_with_every_shift_along_periodic_axes(script, name):
    network, x = awake(script(name).build(PERIODIC, TASK)).double(), torch.randn(2, 5, 32, 32, dtype=torch.float64)
    torch.testing.assert_close(network(x.roll((3, 5), (2, 3))), network(x).roll((3, 5), (2, 3)))


@pytest.mark.parametrize("name", ["unet", "convnext_unet"])
def test_commutes_with_shifts_by_its_coarsest_cell_along_periodic_axes(script, name):
    network, x = awake(script(name).build(PERIODIC, TASK)).double(), torch.randn(2, 5, 32, 32, dtype=torch.float64)
    torch.testing.assert_close(network(x.roll((4, 8), (2, 3))), network(x).roll((4, 8), (2, 3)))


@pytest.mark.parametrize("name", ["fno", "unet", "convnext_unet", "plain_cnn"])
def test_tells_walls_from_the_interior(script, name):
    """Shifts commute with it along the periodic axis, not across the one with walls."""
    torch.manual_seed(0)
    network = awake(script(name).build(ForecastShape(2, 2, 1, (32, 32), (False, True)), TASK)).double()
    x = torch.randn(2, 5, 32, 32, dtype=torch.float64)
    across = (network(x.roll(8, 2)) - network(x).roll(8, 2)).norm() / network(x).norm()
    along = (network(x.roll(8, 3)) - network(x).roll(8, 3)).norm() / network(x).norm()
    assert along < 1e-12
    assert across > 1e-2


@pytest.mark.parametrize("name", TRAINED)
def test_a_forecast_does_not_depend_on_its_batch(script, name):
    network, x = awake(script(name).build(PERIODIC, TASK)).double(), torch.randn(3, 5, 32, 32, dtype=torch.float64)
    torch.testing.assert_close(network(x)[1:2], network(x[1:2]))


@pytest.mark.parametrize("name", TRAINED)
def test_runs_in_reduced_precision(script, name):
    torch.manual_seed(0)
    network, x = awake(script(name).build(PERIODIC, TASK)), torch.randn(1, 5, 32, 32)
    exact = network(x)
    with torch.autocast("cpu", torch.bfloat16):
        network(x).float().square().mean().backward()
        assert (network(x) - exact).norm() < 0.05 * exact.norm()
