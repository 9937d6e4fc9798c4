"""The two ceilings of a machine, and where small networks stand below them.

Roofline model: Williams, Waterman and Patterson 2009, Commun. ACM 52(4), 65-76. A computation of F operations on B
bytes takes at least max(F / peak, B / bandwidth); its arithmetic intensity is F / B, the machine balance peak over
bandwidth.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

BYTES = 4
"""Single precision."""
PASSES_PER_ACTIVATION = 4
"""Memory passes of a hidden unit without fusion: product written, activation reads and writes, next product reads."""


@dataclass(frozen=True)
class Machine:
    """Peak in operations per second, bandwidth in bytes per second; single precision, one thread on a CPU."""

    peak: float
    bandwidth: float

    def seconds(self, operations: float, traffic: float) -> float:
        """Return the least time for so many operations on so many bytes."""
        return max(operations / self.peak, traffic / self.bandwidth)


@dataclass(frozen=True)
class Shape:
    """Layer widths of a fully connected network, inputs and outputs included."""

    widths: tuple[int, ...]

    @property
    def flops(self) -> int:
        """Operations per point: a multiplication and an addition for each weight; activations are not counted."""
        return 2 * sum(inputs * outputs for inputs, outputs in zip(self.widths[:-1], self.widths[1:], strict=True))

    def traffic(self, fused: bool) -> int:
        """Return bytes per point: input and output, and without fusion four passes over every hidden unit.

        Weights are shared by all points of a batch and not counted.
        """
        hidden = 0 if fused else PASSES_PER_ACTIVATION * sum(self.widths[1:-1])
        return BYTES * (self.widths[0] + self.widths[-1] + hidden)

    def intensity(self, fused: bool) -> float:
        """Return operations per byte."""
        return self.flops / self.traffic(fused)


def measure_machine(matrix: int, stream: int, repeats: int, device: str = "cpu") -> Machine:
    """Measure peak (product of two square matrices) and bandwidth (STREAM's triad a = b + s c), fastest of `repeats`.

    `matrix` is the size of the matrices, `stream` the numbers in each of the three arrays, which should not fit the
    caches. As in STREAM the triad counts three arrays of traffic. On a CPU one thread is used.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        one, other = (torch.rand(matrix, matrix, device=device) for _ in range(2))
        product = torch.empty_like(one)
        seconds = _fastest(lambda: torch.mm(one, other, out=product), repeats, device)
        peak = 2 * matrix**3 / seconds
        b, c = (torch.rand(stream, device=device) for _ in range(2))
        a = torch.empty_like(b)
        seconds = _fastest(lambda: torch.add(b, c, alpha=3.0, out=a), repeats, device)
        return Machine(peak, 3 * BYTES * stream / seconds)
    finally:
        torch.set_num_threads(threads)


def _fastest(call: Callable[[], object], repeats: int, device: str) -> float:
    call()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        if device != "cpu":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
