"""Floating-point operations of a call, counted by torch from the shapes of its matrix products and convolutions."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode


def flops(call: Callable[[], Any]) -> int:
    """Return the operations of `call()`, a multiplication and an addition being two; elementwise ones do not count.

    The gradients of a grouped convolution count as much as the convolution itself, which torch's own formula makes
    larger by up to the number of groups: 25 times for a depthwise one of 48 channels.
    """
    with FlopCounterMode(display=False, custom_mapping={torch.ops.aten.convolution_backward: _backward}) as counter:
        call()
    return counter.get_total_flops()


def _backward(
    gradient: Sequence[int],
    image: Sequence[int],
    weight: Sequence[int],
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
    wanted: Sequence[bool],
    **_: Any,
) -> int:
    forward = 2 * prod(image if transposed else gradient) * prod(weight[1:])
    return forward * (wanted[0] + wanted[1])
