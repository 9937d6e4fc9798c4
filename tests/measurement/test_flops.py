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


def test_softmax_attention_costs_two_products_and_five_more_for_its_gradients():
    query, key, value = (torch.randn(2, 3, tokens, 8, requires_grad=True) for tokens in (64, 32, 32))
    product = 2 * (2 * 3) * 64 * 32 * 8

    def attend():
        return nn.functional.scaled_dot_product_attention(query, key, value)

    assert flops(attend) == 2 * product
    # scores again, then the gradients of weights, values, queries and keys
    assert flops(lambda: attend().sum().backward()) == (2 + 5) * product


@pytest.mark.parametrize(("dtype", "factor"), [(torch.float32, 1), (torch.complex64, 4)])
def test_a_complex_product_is_four_real_ones(dtype, factor):
    spectrum, matrix = (torch.randn(5, *shape, dtype=dtype, requires_grad=True) for shape in ((2, 3), (3, 7)))
    forward = factor * 2 * 5 * 2 * 3 * 7
    assert flops(lambda: torch.einsum("kbi,kio->kbo", spectrum, matrix)) == forward
    assert flops(lambda: torch.einsum("kbi,kio->kbo", spectrum, matrix).abs().sum().backward()) == 3 * forward
    assert flops(lambda: spectrum[0] @ matrix[0]) == forward / 5
