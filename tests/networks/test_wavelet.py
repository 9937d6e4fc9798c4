"""The wavelet transform is PyWavelets', exactly invertible, and keeps the energy where it is orthonormal."""

import numpy as np
import pytest
import pywt
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import UserError
from replication.networks.wavelet import VANISHING_MOMENTS, WaveletTransform, _filters, scaling_filter

MODES = {"periodised": "periodization", "symmetric": "symmetric"}
WAVELETS = tuple(VANISHING_MOMENTS)


def field(*shape, dtype=torch.float64):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(sum(shape)))


@pytest.mark.parametrize("wavelet", WAVELETS)
def test_filters_are_those_of_pywavelets(wavelet):
    np.testing.assert_allclose(scaling_filter(wavelet), pywt.Wavelet(wavelet).rec_lo, atol=1e-11)


@pytest.mark.parametrize("wavelet", WAVELETS)
@pytest.mark.parametrize("boundary", MODES)
@pytest.mark.parametrize("grid", [(16, 24), (6, 10), (8, 2)])
def test_one_step_is_that_of_pywavelets(wavelet, boundary, grid):
    x = field(2, *grid)
    bands = WaveletTransform(wavelet, 1, (boundary, boundary)).split(x)
    smooth, (horizontal, vertical, diagonal) = pywt.dwt2(x.numpy(), wavelet, MODES[boundary])
    np.testing.assert_allclose(bands, np.stack([smooth, vertical, horizontal, diagonal], axis=1), atol=1e-12)


@pytest.mark.parametrize("wavelet", WAVELETS)
def test_levels_are_those_of_pywavelets_with_another_boundary_on_each_axis(wavelet):
    x = field(3, 64, 64)
    ours = WaveletTransform(wavelet, 3, ("periodised", "symmetric")).analyse(x)
    theirs = pywt.wavedec2(x.numpy(), wavelet, (MODES["periodised"], MODES["symmetric"]), 3, axes=(-2, -1))
    np.testing.assert_allclose(ours.approximation, theirs[0], atol=1e-11)
    for detail, (horizontal, vertical, diagonal) in zip(ours.details, reversed(theirs[1:]), strict=True):
        np.testing.assert_allclose(detail, np.stack([vertical, horizontal, diagonal], axis=1), atol=1e-11)


@settings(max_examples=60)
@given(
    wavelet=st.sampled_from(WAVELETS),
    boundaries=st.tuples(*[st.sampled_from(sorted(MODES))] * 2),
    halves=st.tuples(*[st.integers(1, 40)] * 2),
    precision=st.sampled_from([(torch.float32, 1e-6), (torch.float64, 1e-13)]),
)
def test_a_step_is_undone_exactly_at_every_even_size(wavelet, boundaries, halves, precision):
    dtype, tolerance = precision
    x = field(2 * halves[0], 2 * halves[1], dtype=dtype)
    transform = WaveletTransform(wavelet, 1, boundaries)
    assert (transform.merge(transform.split(x)) - x).abs().max() <= tolerance * x.abs().max()


@pytest.mark.parametrize("wavelet", WAVELETS)
@pytest.mark.parametrize("boundary", MODES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-13)])
def test_several_levels_are_undone_exactly_in_both_layouts(wavelet, boundary, dtype, tolerance):
    x = field(2, 3, 32, 96, dtype=dtype)
    transform = WaveletTransform(wavelet, 3, (boundary, "periodised"))
    for back in (
        transform.synthesise(transform.analyse(x)),
        transform.synthesise_packet(transform.analyse_packet(x), (32, 96)),
    ):
        assert (back - x).abs().max() <= tolerance * x.abs().max()


@pytest.mark.parametrize("wavelet", WAVELETS)
def test_parseval(wavelet):
    x = field(2, 48, 64)
    transform = WaveletTransform(wavelet, 3)
    found = transform.analyse(x)
    energy = found.approximation.square().sum() + sum(detail.square().sum() for detail in found.details)
    torch.testing.assert_close(energy, x.square().sum())
    torch.testing.assert_close(transform.analyse_packet(x).square().sum(), x.square().sum())


def test_details_of_polynomials_below_the_vanishing_moments_are_zero():
    t = torch.arange(64.0, dtype=torch.float64) / 64
    for wavelet, moments in VANISHING_MOMENTS.items():
        smooth = (t ** (moments - 1))[:, None].expand(64, 64)
        inside = WaveletTransform(wavelet, 1).split(smooth)[1:, 8:-8]
        assert inside.abs().max() < 1e-10


def test_the_grids_are_those_of_the_coefficients():
    for boundary in MODES:
        transform = WaveletTransform("db4", 3, (boundary, "periodised"))
        details = transform.analyse(field(64, 32)).details
        assert transform.grids((64, 32)) == [tuple(detail.shape[-2:]) for detail in details]


@pytest.mark.parametrize("grid", [(63, 64), (64, 36), (4, 64)])
def test_grids_that_cannot_be_halved_end_in_one_line(grid):
    with pytest.raises(UserError, match=rf"grid {grid[0]}x{grid[1]}: 3 levels of haar .* take another size") as error:
        WaveletTransform("haar", 3).grids(grid)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("boundary", MODES)
def test_what_inference_asked_for_first_serves_training_too(boundary):
    _filters.cache_clear()
    transform = WaveletTransform("db2", 1, (boundary, boundary))
    x = field(1, 8, 8).requires_grad_()
    with torch.inference_mode():
        transform.merge(transform.split(x))
    transform.merge(transform.split(x)).square().sum().backward()
    torch.testing.assert_close(x.grad, 2 * x.detach())
