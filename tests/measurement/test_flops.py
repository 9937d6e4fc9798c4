"""Operations are counted as the layers' formulas say, those of grouped convolutions too."""

import pytest
import torch
from torch import nn

from replication.measurement.flops import flops


@pytest.mark.parametrize("groups", [1, 4, 8])
@pytest.mark.parametrize("transposed", [False, True])
def test_a_convolution_costs_three_times_its_forward_pass_to_train(groups, transposed):
    kind = nn.ConvTranspose2d if transposed else nn.Conv2d
    layer = kind(8, 16, 3, padding=1, groups=groups, bias=False)
    image = torch.randn(2, 8, 6, 5, requires_grad=True)
    forward = 2 * 2 * 6 * 5 * 9 * 8 * 16 // groups
    assert flops(lambda: layer(image)) == forward
    assert flops(lambda: layer(image).sum().backward()) == 3 * forward


def test_a_linear_layer_costs_three_times_its_forward_pass_to_train():
    layer, rows = nn.Linear(5, 7, bias=False), torch.randn(11, 5, requires_grad=True)
    assert flops(lambda: layer(rows).sum().backward()) == 3 * 2 * 11 * 5 * 7
