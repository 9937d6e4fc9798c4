"""Smaller copies of a trained network: without its smallest weights, or with weights of eight bits."""

import torch
from torch import Tensor, nn

LEVELS = 127
"""Largest magnitude of a signed byte; -128 is left out, so that zero is exact and signs are alike."""


def largest_weights(network: nn.Module, share: float) -> Tensor:
    """Return which parameters (P,) stay when a share of all weights, the smallest of the whole network, is removed.

    Biases stay. Global magnitude pruning (Han, Pool, Tran & Dally 2015, arXiv:1506.02626); the order is that of
    `named_parameters`.
    """
    kept = torch.cat([torch.full((p.numel(),), p.dim() < 2) for p in network.parameters()])
    magnitudes = torch.cat([p.detach().abs().reshape(-1) for p in network.parameters()])
    weights = (~kept).nonzero()[:, 0]
    order = magnitudes[weights].argsort(descending=True, stable=True)
    kept[weights[order[: len(weights) - round(share * len(weights))]]] = True
    return kept


@torch.no_grad()
def quantise(network: nn.Module) -> int:
    """Round all weights to signed bytes with one scale for each row; return the bytes that the network then takes.

    Symmetric, per output channel, weights only (Jacob et al. 2018, arXiv:1712.05877): w ≈ s q with |q| <= 127 and
    s = max|w| / 127 in float32; biases in float32.
    """
    size = 0
    for parameter in network.parameters():
        if parameter.dim() < 2:
            parameter.copy_(parameter.float())
            size += 4 * parameter.numel()
            continue
        scales, integers = rounded(parameter)
        parameter.copy_(scales * integers)
        size += integers.numel() + 4 * len(scales)
    return size


def rounded(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return scales (rows, 1) in float32 and integers (rows, columns) in int8 of a weight matrix."""
    scales = (weight.abs().amax(dim=1, keepdim=True) / LEVELS).float().clamp_min(torch.finfo(torch.float32).tiny)
    return scales, (weight / scales).round().clamp(-LEVELS, LEVELS).to(torch.int8)
