"""Where a training step of WaveLiT goes, beside a plain CNN: time by stage, FLOPs, and memory computed from shapes.

    OMP_NUM_THREADS=1 python benchmarks/wavelit_step.py
    OMP_NUM_THREADS=1 python benchmarks/wavelit_step.py --size 10m --grid 256 256 --memory-only
    OMP_NUM_THREADS=1 python benchmarks/wavelit_step.py --size 10m --grid 256 256 --joint

A step is forward, backward and AdamW on one batch, float32, eager, with the fields of the maze. `--joint` computes the
memory of one model for all eight datasets, each with fields of its own, in the step with the most channels.

WaveLiT and a full-resolution CNN (five 3x3 convolutions, width 32) are stepped in turn; CPU seconds of the process are
compared, which others on the machine disturb less than wall time. Stages are told apart by torch's profiler: an
operation of the backward pass belongs to the stage of its partner in the forward pass.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.distributed._tools.mem_tracker import MemTracker
from torch.profiler import ProfilerActivity, profile, record_function

import replication.networks.linear_attention as attention
import replication.networks.pyramid as pyramid
from replication.forecasting.shape import ForecastShape
from replication.measurement.flops import flops
from replication.networks.depthwise import DepthwiseConvolution
from replication.networks.matching import count
from replication.networks.tokenizer import MallatTokenizer
from replication.networks.wavelit import WaveLiT, WaveLiTJoint
from replication.networks.wavelit_settings import sized
from replication.well.catalogue import WAVELIT_EIGHT, dataset
from replication.well.trajectory import BoundaryKind

HISTORY = 4
STAGE = "stage: "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="mini")
    parser.add_argument("--width", type=int)
    parser.add_argument("--grid", type=int, nargs=2, default=[64, 64])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--memory-only", action="store_true")
    parser.add_argument("--joint", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    shape = shape_of("acoustic_scattering_maze", tuple(options.grid))
    settings = sized(options.size, **({} if options.width is None else {"width": options.width}))
    print(f"{options.size}, batch {options.batch} at {options.grid[0]}x{options.grid[1]}, {settings}")
    if options.joint:
        shapes = {name: shape_of(name, shape.grid) for name in WAVELIT_EIGHT}
        largest = max(shapes, key=lambda name: shapes[name].inputs)
        print(f"largest step: {largest}, {shapes[largest].inputs} channels in")
        needed = memory(lambda: WaveLiTJoint(shapes, settings), shapes[largest], options.batch, dataset=largest)
    else:
        needed = memory(lambda: WaveLiT(shape, settings), shape, options.batch)
    print(f"memory, computed: {needed / 2**30:.2f} GiB at the peak")
    if options.memory_only or options.joint:
        return
    inputs = torch.randn(options.batch, shape.inputs, *shape.grid)
    target = torch.randn(options.batch, shape.fields, *shape.grid)
    networks = {"plain CNN": plain_cnn(shape), "WaveLiT": WaveLiT(shape, settings)}
    steps = {name: Step(network, inputs, target) for name, network in networks.items()}
    times: dict[str, list[float]] = {name: [] for name in steps}
    for repeat in range(options.steps + 3):
        for name, step in steps.items():
            start = time.process_time()
            step()
            if repeat >= 3:
                times[name].append(time.process_time() - start)
    for name, network in networks.items():
        low, middle = 1e3 * np.quantile(times[name], [0.1, 0.5])
        print(
            f"{name:10s} {count(network):9,d} parameters, {flops(steps[name]) / 1e9:6.2f} GFLOP a step, "
            f"CPU ms a step: median {middle:.0f}, lowest tenth {low:.0f}"
        )
    for stage, share in stages(steps["WaveLiT"]).most_common():
        print(f"  {100 * share:5.1f} %  {stage}")


def shape_of(name: str, grid: tuple[int, int]) -> ForecastShape:
    """Return what a network of a dataset is given, on a grid."""
    entry = dataset(name)
    periodic = ["".join(axes) for axes, kind in entry.boundaries.values() if kind is BoundaryKind.PERIODIC]
    wraps = entry.dimensions[0] in periodic, entry.dimensions[1] in periodic
    constants = len(entry.constant_channels) + len(entry.scalars)
    return ForecastShape(HISTORY, len(entry.channels), constants, grid, wraps)


def plain_cnn(shape: ForecastShape, width: int = 32) -> nn.Module:
    layers: list[nn.Module] = []
    for channels in (shape.inputs, width, width, width):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.GELU()]
    return nn.Sequential(*layers, nn.Conv2d(width, shape.fields, 3, padding=1))


class Step:
    """One training step on a fixed batch."""

    def __init__(self, network: nn.Module, inputs: torch.Tensor, target: torch.Tensor) -> None:
        self.network, self.inputs, self.target = network, inputs, target
        self.optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4, fused=True)

    def __call__(self) -> None:
        """Make the step."""
        self.optimiser.zero_grad()
        loss = (self.network(self.inputs) - self.target).square().mean()
        loss.backward()
        with record_function(STAGE + "optimiser"):
            self.optimiser.step()


def memory(build: Callable[[], Any], shape: ForecastShape, batch: int, **which: str) -> float:
    """Return the bytes at the peak of a step on fake tensors, AdamW's moments included; nothing is calculated.

    `which` names the dataset to a network for several.
    """
    with FakeTensorMode(allow_non_fake_inputs=True):
        network = build().eval()  # without the parity shift, whose distances would have to be drawn
        inputs = torch.randn(batch, shape.inputs, *shape.grid)
        tracker = MemTracker()
        tracker.track_external(network)
        with tracker:
            network(inputs, **which).square().mean().backward()
        peaks = tracker.get_tracker_snapshot("peak")
        moments = 2 * sum(parameter.nbytes for parameter in network.parameters())
    return sum(each["Total"] for each in peaks.values()) + moments


def stages(step: Step, repeats: int = 5) -> Counter[str]:
    """Return each stage's share of the CPU time of some steps."""
    label_stages()
    step()
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        for _ in range(repeats):
            step()
    events = [event for event in profiler.events() if not event.is_async]
    stage_of: dict[int, str] = {}
    for event in events:
        stage = forward_stage(event)
        if event.sequence_nr >= 0 and stage:
            stage_of.setdefault(event.sequence_nr, stage)
    spent: Counter[str] = Counter()
    for event in events:
        spent[forward_stage(event) or backward_stage(event, stage_of) or "the rest"] += event.self_cpu_time_total
    total = sum(spent.values())
    return Counter({stage: time / total for stage, time in spent.items()})


def forward_stage(event: Any) -> str:
    while event is not None:
        if event.name.startswith(STAGE):
            return event.name.removeprefix(STAGE)
        event = event.cpu_parent
    return ""


def backward_stage(event: Any, stage_of: dict[int, str]) -> str:
    while event is not None:
        if event.name.startswith("autograd::engine") and event.sequence_nr in stage_of:
            return stage_of[event.sequence_nr]
        event = event.cpu_parent
    return ""


def label_stages() -> None:
    """Wrap what the network calls so that the profiler sees the stages; the innermost name counts."""

    def wrap(owner: Any, name: str, stage: str) -> None:
        call = getattr(owner, name)

        def labelled(*args: Any, **kwargs: Any) -> Any:
            with record_function(STAGE + stage):
                return call(*args, **kwargs)

        setattr(owner, name, labelled)

    wrap(MallatTokenizer, "split", "wavelet transform")
    wrap(MallatTokenizer, "join", "wavelet transform")
    wrap(nn.Linear, "forward", "linear maps")
    wrap(pyramid.Residual, "forward", "linear maps back onto the tokens")
    wrap(pyramid.Exchange, "to_coarser", "exchange between scales")
    wrap(pyramid.Exchange, "to_finer", "exchange between scales")
    wrap(attention, "linear_attention", "attention: sums over tokens")
    wrap(attention.Attention, "forward", "attention: gate")
    wrap(pyramid.MixFeedForward, "forward", "feed-forward: gate")
    wrap(DepthwiseConvolution, "forward", "depthwise convolutions")
    wrap(pyramid, "rms_norm", "normalisation")


if __name__ == "__main__":
    main()
