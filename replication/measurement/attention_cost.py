"""Time of one attention layer, forward and backward, over the number of tokens."""

import time
from collections.abc import Iterable, Mapping
from statistics import median

import torch

from replication.networks.linear_attention import Attention
from replication.networks.token_grid import TokenGrid

CALLS, SECONDS = 5, 2.0
"""Timed calls of one size in one round at most, and the time after which no further one starts."""


def grid_of(tokens: int) -> tuple[int, int]:
    """Return the grid of a power of two of tokens whose sides differ by a factor of two at most."""
    side = 1 << ((tokens.bit_length() - 1) // 2)
    return tokens // side, side


def attention_times(
    kinds: Mapping[str, Iterable[int]], width: int, heads: int, repeats: int, device: str
) -> dict[tuple[str, int], list[float]]:
    """Return for each kind of attention and number of tokens the median seconds of a call in each of several rounds.

    `kinds` gives each kind the numbers of tokens (powers of two) at which it is timed. Rounds go through all layers in
    turn, so that what slows the machine for a while slows all of them; one round that does not count goes before.
    """
    layers = {}
    for kind, counts in kinds.items():
        layer = Attention(width, heads, kind).to(device)
        for tokens in counts:
            size = grid_of(tokens)
            grid = TokenGrid(size, (True, True), width, heads).to(device)
            values = torch.randn(1, *size, width, device=device, requires_grad=True)
            layers[kind, tokens] = (layer, grid, values)
    times: dict[tuple[str, int], list[float]] = {key: [] for key in layers}
    for _ in range(repeats + 1):
        for key, (layer, grid, values) in layers.items():
            calls: list[float] = []
            while len(calls) < CALLS and sum(calls) < SECONDS:
                start = time.perf_counter()
                layer(values, grid).sum().backward()
                if device == "cuda":
                    torch.cuda.synchronize()
                calls.append(time.perf_counter() - start)
            times[key].append(median(calls))
    return {key: rounds[1:] for key, rounds in times.items()}
