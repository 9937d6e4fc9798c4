"""Floating-point operations of a call, counted by torch from the shapes of its matrix products and convolutions."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, flop_registry

aten = torch.ops.aten
PRODUCTS = (aten.mm, aten.addmm, aten.bmm, aten.baddbmm)
COMPLEX = 4
"""Real products and sums in a complex one of each, over the two of a real one: 8 / 2."""


def flops(call: Callable[[], Any]) -> int:
    """Return the operations of `call()`, a multiplication and an addition being two; elementwise ones do not count.

    Three formulas are not torch's own, which lacks the factor for complex numbers, knows softmax attention by the names
    of its CUDA kernels only, and counts the gradients of a grouped convolution higher by up to the number of groups (25
    times for a depthwise one of 48 channels), though they cost as much as the convolution itself.
    """
    mapping: dict[Any, Any] = {product: _for_any_number(product) for product in PRODUCTS}
    mapping[aten.convolution_backward] = _convolution_backward
    for suffix in ("", "_backward"):
        on_cpu = getattr(aten, f"_scaled_dot_product_flash_attention_for_cpu{suffix}")
        mapping[on_cpu] = _raw(flop_registry[getattr(aten, f"_scaled_dot_product_flash_attention{suffix}")])
    with FlopCounterMode(display=False, custom_mapping=mapping) as counter:
        call()
    return counter.get_total_flops()


def _raw(formula: Callable[..., int]) -> Callable[..., int]:
    """Return a formula that is given the tensors themselves, not their shapes."""

    def counted(*tensors: Any, **options: Any) -> int:
        return formula(*tensors, **options)

    counted._get_raw = True  # type: ignore[attr-defined]
    return counted


def _for_any_number(product: Any) -> Callable[..., int]:
    real = flop_registry[product]

    def counted(*tensors: Any, out_val: torch.Tensor, **options: Any) -> int:
        return real(*tensors, out_val=out_val, **options) * (COMPLEX if out_val.is_complex() else 1)

    return _raw(counted)


def _convolution_backward(
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
