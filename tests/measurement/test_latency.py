"""Every runtime computes the same network, and networks are timed in turn."""

import os
import platform
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import torch

from replication.measurement.latency import (
    COUNTED_CALLS,
    FLOOR,
    LatencySettings,
    Timing,
    _interleaved,
    bytes_needed,
    latency,
    summary,
)
from replication.measurement.runtimes import RUNTIMES
from replication.networks.mlp import MLP


def network(width=20):
    made = MLP([-1.0, 0.0], [1.0, 2.0], [width, width], 1, "tanh")
    return made.initialise(torch.Generator().manual_seed(0)).eval().requires_grad_(False)


@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize(
    "runtime",
    ["eager", "onnx", "eager_kept", *(pytest.param(name, marks=pytest.mark.slow) for name in ("compiled", "exported"))],
)
def test_a_runtime_computes_what_the_network_computes(runtime, batch):
    points = np.random.default_rng(0).uniform(-1, 1, (batch, 2)).astype(np.float32)
    answer = RUNTIMES[runtime](network())(points, 1)()
    found = answer[0] if runtime == "onnx" else answer.numpy()
    np.testing.assert_allclose(found, network()(torch.as_tensor(points)).numpy(), atol=1e-6)


def test_every_runtime_is_tested():
    assert set(RUNTIMES) == {"eager", "onnx", "compiled", "exported", "eager_kept"}


def test_what_changes_the_process_is_timed_last_whatever_the_order_of_the_settings():
    settings = LatencySettings([1, 2], [1], ["eager_kept", "onnx", "eager"], [], warm_up=0, repeats=2, seconds=1.0)
    timings = latency({"small": network(4)}, np.zeros(2), np.ones(2), settings, 1, np.random.default_rng(0))
    runtimes = [timing.condition.rpartition("=")[2] for timing in timings]
    assert runtimes == ["eager", "eager", "onnx", "onnx", "eager_kept", "eager_kept"]


TELL_PAGE_FAULTS = """
import numpy as np
from replication.measurement.latency import LatencySettings, latency
from replication.networks.mlp import MLP
network = MLP([0.0], [1.0], [64, 64], 1, "tanh").eval().requires_grad_(False)
settings = LatencySettings([20000], [1], ["eager", "eager_kept"], [], warm_up=2, repeats=2, seconds=1.0)
for timing in latency({"network": network}, np.zeros(1), np.ones(1), settings, 1, np.random.default_rng(0)):
    print(timing.page_faults["network"])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries do otherwise with freed memory")
def test_kept_memory_is_not_faulted_in_again():
    returning = os.environ | {"MALLOC_MMAP_THRESHOLD_": "131072"}  # larger blocks go back to the system at once
    command = [sys.executable, "-c", TELL_PAGE_FAULTS]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=returning, check=True)
    default, kept = map(float, told.stdout.split())
    pages = 4 * 64 * 20_000 / os.sysconf("SC_PAGE_SIZE")  # of one layer's result
    assert default > pages
    assert kept < default / 4


def test_networks_are_called_in_turn():
    calls = []
    settings = LatencySettings([1], [1], ["eager"], [], warm_up=2, repeats=30, seconds=60.0)
    times = _interleaved({name: lambda name=name: calls.append(name) for name in "AB"}, settings)
    assert calls == ["A", "B"] * 32
    assert {len(seconds) for seconds in times.values()} == {30}


def test_a_slow_condition_is_cut_short_after_twenty_calls():
    settings = LatencySettings([1], [1], ["eager"], [], warm_up=0, repeats=1000, seconds=0.0)
    assert len(_interleaved({"A": lambda: None}, settings)["A"]) == 20


def test_the_speed_up_is_the_median_of_paired_ratios():
    seconds = {"teacher": np.array([2.0, 4.0, 90.0]), "student": np.array([1.0, 1.0, 30.0])}
    timing = Timing("batch=1", seconds, {"teacher": 7.4, "student": 0.0})
    rows = {(name, metric): value for name, metric, value, _ in summary(timing, "teacher")}
    assert rows["student", "speedup"] == 3.0
    assert rows["teacher", "latency"] == 4.0
    assert rows["student", "latency_mean"] == pytest.approx(32 / 3)
    assert rows["teacher", "page_faults"] == 7.4
    assert ("teacher", "speedup") not in rows


def test_a_wider_network_takes_longer_on_a_large_batch():
    settings = LatencySettings([20000], [1], ["eager"], [], warm_up=3, repeats=20, seconds=5.0)
    box = np.array([-1.0, 0.0]), np.array([1.0, 2.0])
    (timing,) = latency({"large": network(200), "small": network(10)}, *box, settings, 1, np.random.default_rng(0))
    assert timing.condition == "batch=20000;threads=1;runtime=eager"
    large, small, floor = (np.median(timing.seconds[name]) for name in ("large", "small", FLOOR))
    assert large > 2 * small > 2 * floor


def test_compiled_networks_run_compiled_in_every_condition(monkeypatch):
    made, calls = [], []

    def counting(graph, examples):
        made.append(graph)
        return lambda *inputs: calls.append(None) or graph(*inputs)

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=counting))
    batches, threads = [1, 2, 3, 4, 5, 6, 7], [1, 2]
    settings = LatencySettings(batches, threads, ["compiled"], [], warm_up=1, repeats=20, seconds=60.0)
    networks = {"teacher": network(50), "student": network(20)}
    timings = latency(networks, np.zeros(2), np.ones(2), settings, 2, np.random.default_rng(0))
    timed = sum(len(seconds) for timing in timings for seconds in timing.seconds.values())
    assert len(made) == 3 * len(batches) * len(threads)
    # Beside them the first call, the one that warms up and those in which page faults are counted.
    assert len(calls) == timed + (2 + COUNTED_CALLS) * len(made)


def test_a_batch_that_does_not_fit_the_memory_is_skipped_and_the_rest_timed(monkeypatch):
    class Little:
        available = 10_000

    monkeypatch.setattr("psutil.virtual_memory", lambda: Little)
    settings = LatencySettings([1, 1000], [1], ["eager"], [], warm_up=0, repeats=5, seconds=1.0)
    networks = {"teacher": network(50), "student": network(20)}
    small, large = latency(networks, np.zeros(2), np.ones(2), settings, 1, np.random.default_rng(0))
    assert len(small.seconds["student"]) == 5
    assert summary(large, "teacher") == [
        ("teacher", "latency", None, "s"),
        ("student", "latency", None, "s"),
        ("student", "speedup", None, "1"),
        ("teacher", "latency_floor", None, "s"),
    ]


@pytest.mark.parametrize("runtime", ["compiled", "exported"])
def test_without_a_compiler_a_runtime_is_skipped_and_the_rest_timed(runtime, caplog):
    settings = LatencySettings([3], [1], [runtime, "eager"], [], warm_up=1, repeats=2, seconds=1.0)
    box = np.array([-1.0, 0.0]), np.array([1.0, 2.0])
    with torch._inductor.config.patch({"cpp.cxx": (None, "no-such-compiler"), "force_disable_caches": True}):
        timed, skipped = latency({"small": network(4)}, *box, settings, 1, np.random.default_rng(0))
    assert ("small", "latency", None, "s") in summary(skipped, "small")
    assert len(timed.seconds["small"])
    assert f"runtime={runtime} skipped: InvalidCxxCompiler: No working C++ compiler found" in caplog.text


def test_memory_is_counted_at_the_widest_layer():
    assert bytes_needed(network(50), 2, 100) == 4 * 100 * (2 + 50 + 50)
