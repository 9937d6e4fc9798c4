"""The wavelet loss: unweighted squares are the pixel loss, weights make bands count alike, L1 is something else."""

import pytest
import torch

from replication.errors import UserError
from replication.networks.wavelet import WaveletTransform
from replication.papers.wavelit.objective import detail_weights, wavelet_loss

TRANSFORM = WaveletTransform("db2", 2)


def fields(seed):
    return torch.randn(4, 3, 16, 24, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def gradient(loss):
    prediction, target = fields(1).requires_grad_(), fields(2)
    loss(prediction, target).backward()
    return prediction.grad


def mean_square(prediction, target):
    return (prediction - target).square().mean()


def test_unweighted_squares_change_nothing_but_the_factor():
    auxiliary = wavelet_loss("l2", 0.3, TRANSFORM, fields(0))
    torch.testing.assert_close(gradient(auxiliary), 0.3 * gradient(mean_square), rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("kind", ["l1", "weighted_l1", "weighted_l2"])
def test_the_others_pull_elsewhere(kind):
    ours, pixels = gradient(wavelet_loss(kind, 0.3, TRANSFORM, fields(0) * 0.2)), gradient(mean_square)
    assert torch.nn.functional.cosine_similarity(ours.flatten(), pixels.flatten(), dim=0) < 0.99


def test_weights_bring_every_detail_band_to_unit_spread():
    smooth = torch.cumsum(fields(0), dim=-1)
    weights = detail_weights(smooth, TRANSFORM)
    for detail, weight in zip(TRANSFORM.analyse(smooth).details, weights, strict=True):
        spread = (detail * weight[..., None, None]).std(dim=(0, -2, -1))
        torch.testing.assert_close(spread, torch.ones_like(spread))


def test_a_weighted_loss_is_what_its_formula_says():
    prediction, target, train = fields(1), fields(2), fields(0)
    error = TRANSFORM.analyse(prediction - target)
    weights = detail_weights(train, TRANSFORM)
    terms = [error.approximation, *(d * w[..., None, None] for d, w in zip(error.details, weights, strict=True))]
    values = torch.cat([term.flatten() for term in terms])
    assert values.numel() == target.numel()
    for kind, expected in (("weighted_l1", values.abs().mean()), ("weighted_l2", values.square().mean())):
        torch.testing.assert_close(wavelet_loss(kind, 0.1, TRANSFORM, train)(prediction, target), 0.1 * expected)


def test_a_band_without_energy_does_not_rule():
    weights = detail_weights(torch.zeros(2, 1, 8, 8), TRANSFORM)
    assert all(torch.isfinite(weight).all() for weight in weights)


def test_none_is_no_loss_and_an_unknown_kind_one_line():
    assert wavelet_loss("none", 0.1, TRANSFORM, fields(0)) is None
    with pytest.raises(UserError, match=r"auxiliary\.kind: 'l3' is unknown; allowed are none, l2, l1"):
        wavelet_loss("l3", 0.1, TRANSFORM, fields(0))
