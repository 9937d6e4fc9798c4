import math

import pytest
import torch
from conftest import SHAPES, load

fno = load("fno")


def band_limited(points, modes, channels=3):
    """The same random fields of wave numbers below `modes` on any grid, (1, channels, points, points)."""
    generator = torch.Generator().manual_seed(0)
    x = torch.arange(points, dtype=torch.float64) * 2 * math.pi / points
    waves = torch.stack([f(k * x) for k in range(modes) for f in (torch.cos, torch.sin)])
    weights = torch.randn(channels, 2 * modes, 2 * modes, generator=generator, dtype=torch.float64)
    return torch.einsum("cab,ax,by->cxy", weights, waves, waves)[None]


def test_the_spectral_convolution_is_the_same_operator_on_every_grid():
    operator = fno.SpectralConvolution(3, 2, (4, 5)).double()
    fine, coarse = operator(band_limited(48, 7)), operator(band_limited(16, 7))
    torch.testing.assert_close(fine[..., ::3, ::3], coarse)


def test_the_spectral_convolution_is_a_circular_convolution():
    """By the convolution theorem: with the impulse's response as kernel, summed over all shifts."""
    operator = fno.SpectralConvolution(1, 1, (4, 5)).double()
    impulse = torch.zeros(1, 1, 8, 12, dtype=torch.float64)
    impulse[..., 0, 0] = 1
    kernel, v = operator(impulse), torch.randn(1, 1, 8, 12, dtype=torch.float64)
    direct = sum(v[0, 0, i, j] * kernel.roll((i, j), (2, 3)) for i in range(8) for j in range(12))
    torch.testing.assert_close(operator(v), direct)


def test_modes_beyond_the_kept_ones_are_removed():
    operator = fno.SpectralConvolution(3, 3, (4, 4)).double()
    spectrum = torch.fft.rfft2(operator(torch.randn(2, 3, 32, 32, dtype=torch.float64)), norm="forward").abs()
    assert spectrum[..., :4, :4].min() > 1e-6
    assert spectrum[..., 4:-3, :].max() < 1e-14
    assert spectrum[..., 4:].max() < 1e-14


def test_a_wave_is_multiplied_by_its_own_matrix():
    """cos(2x + 3y) -> Re(R(2, 3) exp(i(2x + 3y)))."""
    operator = fno.SpectralConvolution(1, 1, (4, 4)).double()
    x = torch.arange(16, dtype=torch.float64) * 2 * math.pi / 16
    phase = 2 * x[:, None] + 3 * x[None]
    symbol = torch.view_as_complex(operator.weight)[0, 0, 3 + 2, 3]
    torch.testing.assert_close(operator(phase.cos()[None, None])[0, 0], (symbol * torch.exp(1j * phase)).real)


@pytest.mark.parametrize("dataset", ["active_matter", "rayleigh_benard", "helmholtz_staircase"])
def test_spectral_blocks_change_the_forecast_and_all_their_weights_learn(dataset):
    torch.manual_seed(0)
    shape = SHAPES[dataset]
    network = fno.build(shape, {"parameters": 200_000})
    torch.nn.init.normal_(network.head.weight)
    inputs = torch.randn(2, shape.inputs, *shape.grid)
    forecast = network(inputs)
    forecast.square().mean().backward()
    for block in network.blocks:
        # all but the imaginary part of the mean's matrix, which is real times real
        gradient = block.spectral.weight.grad.clone()
        gradient[:, :, block.spectral.modes[0] - 1, 0, 1] = 1
        assert (gradient != 0).all()
        kept = block.spectral.weight.detach().clone()
        with torch.no_grad():
            block.spectral.weight.zero_()
            assert (network(inputs) - forecast).abs().mean() > 0.05 * forecast.abs().mean()
            block.spectral.weight.copy_(kept)


def test_the_whole_operator_hardly_depends_on_the_grid_where_it_resolves_its_input():
    """Not exactly: GELU makes finer scales than a coarse grid holds."""
    torch.manual_seed(0)
    shape = SHAPES["gray_scott_reaction_diffusion"]
    network = fno.build(shape, {"parameters": 100_000}).double()
    torch.nn.init.normal_(network.head.weight)
    with torch.no_grad():
        fine, coarse = (network(band_limited(points, 4, shape.inputs)) for points in (128, 64))
    assert (fine[..., ::2, ::2] - coarse).norm() < 0.01 * coarse.norm()
