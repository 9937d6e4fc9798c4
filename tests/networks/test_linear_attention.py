"""Linear attention equals its explicit quadratic sum; positions, boundaries and convolutions are what they say."""

import pytest
import torch
from torch.nn import functional

from replication.networks.depthwise import DepthwiseConvolution
from replication.networks.linear_attention import Attention, linear_attention
from replication.networks.rms_norm import rms_norm
from replication.networks.token_grid import TokenGrid, coarsen, refine


@pytest.fixture(autouse=True)
def _exact():
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def quadratic(query, key, value, heads, grid=None):
    """Return the attention of the formula, with its N x N matrix."""
    split = [x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (query, key, value)]
    q, k, v = split
    phi_q, phi_k = functional.elu(q) + 1, functional.elu(k) + 1
    alpha = torch.ones(*k.shape[:-1])
    if grid is not None:
        logits = torch.einsum("bhc,bhnc->bhn", q.mean(2), k) / k.shape[-1] ** 0.5
        alpha = k.shape[2] * torch.softmax(logits, dim=-1)
    denominator = torch.einsum("bhnc,bhmc,bhm->bhn", phi_q, phi_k, alpha)
    if grid is not None:
        phi_q, phi_k = (
            grid.rotate(x.transpose(1, 2).flatten(2)).unflatten(-1, (heads, -1)).transpose(1, 2) for x in (phi_q, phi_k)
        )
    matrix = torch.einsum("bhnc,bhmc,bhm->bhnm", phi_q, phi_k, alpha)
    return (matrix @ v / denominator[..., None]).transpose(1, 2).flatten(2)


@pytest.mark.parametrize(("channels", "heads"), [(16, 2), (64, 4), (192, 4), (96, 1)])
@pytest.mark.parametrize("augmented", [True, False])
def test_linear_attention_is_the_quadratic_sum(channels, heads, augmented):
    grid = TokenGrid((6, 4), (True, False), channels, heads) if augmented else None
    query, key, value = (torch.randn(2, 24, channels) for _ in range(3))
    torch.testing.assert_close(
        linear_attention(query, key, value, heads, grid), quadratic(query, key, value, heads, grid)
    )


def test_plain_weights_are_positive_and_sum_to_one():
    query, key = torch.randn(2, 24, 16), torch.randn(2, 24, 16)
    torch.testing.assert_close(linear_attention(query, key, torch.ones(2, 24, 16), 2), torch.ones(2, 24, 16))
    value = torch.rand(2, 24, 16)
    assert linear_attention(query, key, value, 2).min() >= value.min()


def test_rotation_depends_on_the_distance_alone_and_wraps_on_periodic_axes():
    grid = TokenGrid((8, 6), (True, False), 16, 2)
    q, k = torch.randn(16), torch.randn(16)
    product = (grid.rotate(q.expand(1, 48, 16))[0] @ grid.rotate(k.expand(1, 48, 16))[0].T).view(8, 6, 8, 6)
    shifted = product.roll((3, 3), dims=(0, 2))
    torch.testing.assert_close(product, shifted)
    torch.testing.assert_close(product[:, 0, :, 1], product[:, 4, :, 5])
    assert (product[:, 0, :, 5] - product[:, 5, :, 0]).abs().max() > 0.1


@pytest.mark.parametrize("periodic", [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize("size", [3, 5])
def test_a_depthwise_convolution_is_that_of_the_padded_image_with_exact_gradients(periodic, size):
    layer, grid = DepthwiseConvolution(8, size), TokenGrid((6, 4), periodic, 8, 2)
    tokens, direction = torch.randn(2, 6, 4, 8, requires_grad=True), torch.randn(2, 6, 4, 8)
    reach, image = size // 2, tokens.permute(0, 3, 1, 2)
    for wraps, padding in zip(periodic, [(0, 0, reach, reach), (reach, reach, 0, 0)], strict=True):
        image = functional.pad(image, padding, mode="circular" if wraps else "constant")
    expected = functional.conv2d(image, layer.weight, groups=8).permute(0, 2, 3, 1)
    found = layer(tokens, grid)
    torch.testing.assert_close(found, expected)
    wanted = torch.autograd.grad((expected * direction).sum(), [tokens, layer.weight])
    torch.testing.assert_close(torch.autograd.grad((found * direction).sum(), [tokens, layer.weight]), wanted)


def test_normalised_tokens_have_unit_mean_square_and_exact_gradients():
    x = torch.randn(3, 5, 8, requires_grad=True)
    torch.testing.assert_close(rms_norm(x).square().mean(-1), torch.ones(3, 5), rtol=1e-5, atol=0)
    assert torch.autograd.gradcheck(rms_norm, [x])


def test_gathering_loses_nothing_and_keeps_neighbours_together():
    tokens = torch.randn(2, 6, 8, 3)
    blocks = coarsen(tokens, (3, 4))
    torch.testing.assert_close(refine(blocks, (6, 8)), tokens)
    torch.testing.assert_close(blocks[:, 1, 2], tokens[:, 2:4, 4:6].flatten(1))
    margin = (1, 3)
    torch.testing.assert_close(refine(coarsen(tokens, (4, 7), margin), (6, 8), margin), tokens)


@pytest.mark.parametrize("kind", ["augmented", "plain", "softmax"])
def test_every_kind_of_attention_uses_all_its_weights(kind):
    attention, grid = Attention(16, 2, kind), TokenGrid((4, 4), (False, False), 16, 2)
    attention(torch.randn(2, 4, 4, 16), grid).square().sum().backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in attention.parameters())


def test_sums_over_tokens_are_taken_in_float32_under_autocast():
    attention, grid = Attention(16, 2, "plain").float(), TokenGrid((32, 32), (False, False), 16, 2).float()
    tokens = torch.randn(1, 32, 32, 16, dtype=torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = attention(tokens, grid)
    assert mixed.dtype == torch.float32
