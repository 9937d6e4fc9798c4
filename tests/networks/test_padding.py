import itertools

import pytest
import torch

from replication.networks.padding import PaddedConv2d, padded


@pytest.mark.parametrize("periodic", list(itertools.product((True, False), repeat=2)))
def test_wraps_periodic_axes_and_repeats_the_edge_of_others(periodic):
    x = torch.arange(12.0).reshape(1, 1, 3, 4)
    rows = (1, 2, 0, 1, 2, 0, 1) if periodic[0] else (0, 0, 0, 1, 2, 2, 2)
    columns = (2, 3, 0, 1, 2, 3, 0, 1) if periodic[1] else (0, 0, 0, 1, 2, 3, 3, 3)
    assert torch.equal(padded(x, 2, periodic), x[..., list(rows), :][..., list(columns)])


def test_a_convolution_keeps_the_grid_and_commutes_with_shifts_along_periodic_axes_only():
    torch.manual_seed(0)
    convolution = PaddedConv2d(2, 3, 5, (True, False))
    x = torch.randn(1, 2, 8, 8)
    assert convolution(x).shape == (1, 3, 8, 8)
    torch.testing.assert_close(convolution(x.roll(3, -2)), convolution(x).roll(3, -2))
    assert not torch.allclose(convolution(x.roll(3, -1)), convolution(x).roll(3, -1), atol=1e-3)
