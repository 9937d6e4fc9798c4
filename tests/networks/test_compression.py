"""Pruned and quantised networks against what their definitions promise."""

import pytest
import torch

from replication.networks.compression import largest_weights, quantise, rounded
from replication.networks.flat import flatten, load_flat
from replication.networks.mlp import MLP


def network() -> MLP:
    net = MLP((0.0, 0.0), (1.0, 1.0), (6, 5), 1, "tanh").initialise(torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.3)
    return net.requires_grad_(False)


def test_pruning_nothing_changes_nothing() -> None:
    net = network()
    points = torch.rand(7, 2, dtype=torch.float64)
    before = net(points)
    kept = largest_weights(net, 0.0)
    assert kept.all()
    load_flat(net, flatten(net) * kept)
    assert torch.equal(net(points), before)


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_pruning_removes_the_smallest_weights_of_the_whole_network(share: float) -> None:
    net = network()
    kept = largest_weights(net, share)
    is_weight = torch.cat([torch.full((p.numel(),), p.dim() == 2) for p in net.parameters()])
    assert kept[~is_weight].all()
    weights = flatten(net)[is_weight].abs()
    removed = ~kept[is_weight]
    assert removed.sum() == round(share * len(weights))
    if not removed.all():
        assert weights[removed].max() <= weights[~removed].min()


def test_rounding_to_bytes_and_back_is_within_half_a_step() -> None:
    weight = torch.randn(4, 9, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    weight[2] = 0.0
    scales, integers = rounded(weight)
    assert integers.dtype == torch.int8
    assert scales.dtype == torch.float32
    gap = (scales * integers - weight).abs()
    assert (gap <= scales * (0.5 + 1e-5)).all()
    assert (integers[2] == 0).all()
    assert (integers[[0, 1, 3]].abs().amax(dim=1) == 127).all()
    again = rounded(scales * integers)[1]
    assert torch.equal(again, integers)


def test_quantised_network_says_its_bytes() -> None:
    net = network()
    rows, weights, biases = 6 + 5 + 1, 12 + 30 + 5, 6 + 5 + 1
    assert quantise(net) == weights + 4 * rows + 4 * biases
    for parameter in net.parameters():
        if parameter.dim() == 2:
            for row in parameter:
                assert len(row.unique()) <= 255
