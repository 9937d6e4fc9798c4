"""Tokenizers lose nothing: what is split is joined to the same field, in every layout, to rounding."""

import pytest
import torch

from replication.networks.tokenizer import MallatTokenizer, PatchTokenizer, tokenizer
from replication.networks.wavelit_settings import WaveLiTNetwork

LAYOUTS = {
    "mallat": {},
    "gathered": {"pyramid": "single"},
    "packet": {"pyramid": "single", "layout": "packet"},
    "patch": {"tokenizer": "patch"},
    "patch, single scale": {"tokenizer": "patch", "pyramid": "single"},
}
WAVELETS = {
    "haar": {},
    "haar, three levels": {"levels": 3},
    "db2": {"wavelet": "db2"},
    "db2, symmetric": {"wavelet": "db2", "boundary": "symmetric"},
    "db4, symmetric": {"wavelet": "db4", "boundary": "symmetric"},
}
GRID, PERIODIC, CHANNELS = (32, 48), (True, False), 3


def joinable(split, arrays):
    """Return the arrays of `split` as `join` takes them.

    In the Mallat layout a scale is split into its smooth band, too, which is joined from the next coarser one. With
    patches each scale gives the whole field, and their sum is joined.
    """
    if isinstance(split, PatchTokenizer):
        return [array / len(arrays) for array in arrays]
    if isinstance(split, MallatTokenizer):
        details = [array.unflatten(-1, (-1, 4))[..., 1:].flatten(-2) for array in arrays[:-1]]
        return [*details, arrays[-1]]
    return arrays


@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 1e-6), (torch.float64, 1e-13)])
@pytest.mark.parametrize("wavelet", WAVELETS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_split_is_joined_to_the_same_field(layout, wavelet, dtype, bound):
    split = tokenizer(GRID, PERIODIC, WaveLiTNetwork(**(LAYOUTS[layout] | WAVELETS[wavelet])))
    field = torch.randn(2, CHANNELS, *GRID, dtype=dtype, generator=torch.Generator().manual_seed(0))
    arrays = split.split(field)
    assert [tuple(array.shape[1:3]) for array in arrays] == split.grids
    assert [array.shape[-1] for array in arrays] == split.inputs(CHANNELS)
    tokens = joinable(split, arrays)
    assert [array.shape[-1] for array in tokens] == split.outputs(CHANNELS)
    assert (split.join(tokens) - field).abs().max() <= bound * field.abs().max()
