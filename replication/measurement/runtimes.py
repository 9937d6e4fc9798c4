"""Ways to run a trained network: each prepares it once and then makes calls for given points and threads."""

import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import nn

from replication.runs.allocator import keep_freed_memory

Call = Callable[[], object]
Prepared = Callable[[np.ndarray, int], Call]
"""Takes points (B, d) and a number of threads; returns a function without arguments that makes one forward pass.

Raises CannotCompile where a network would have to be compiled and cannot be.
"""


class CannotCompile(Exception):
    """No working compiler was found, or it refused the network; the message is the first line of its own."""


def eager(network: nn.Module) -> Prepared:
    """Plain PyTorch under `inference_mode`."""
    return lambda points, threads: _torch_call(network, points, threads)


def eager_kept(network: nn.Module) -> Prepared:
    """Plain PyTorch with freed memory kept for the next call, by this process from now on (`runs.allocator`).

    Without that, glibc may give a layer's result back to the system at every call and have it faulted in again at the
    next; whether it does hangs on the sizes of the batch and of the layers, and on what the process did before.
    """
    keep_freed_memory()
    return eager(network)


def compiled(network: nn.Module) -> Prepared:
    """`torch.compile` with static shapes; raises an error where it would fall back to eager execution.

    It compiles the layers' code anew for every network and condition, and keeps eight results of the same code.
    """

    def prepare(points: np.ndarray, threads: int) -> Call:
        call = _torch_call(torch.compile(network, dynamic=False), points, threads)
        with torch._dynamo.config.patch(fail_on_recompile_limit_hit=True), _compiler_errors():
            call()
        return call

    return prepare


def exported(network: nn.Module) -> Prepared:
    """`torch.export`, then AOTInductor: a compiled library without Python inside, one for each batch."""

    def prepare(points: np.ndarray, threads: int) -> Call:
        torch.set_num_threads(threads)
        with tempfile.TemporaryDirectory() as folder, _compiler_errors():
            with torch.inference_mode():
                program = torch.export.export(network, (torch.as_tensor(points),))
            package = torch._inductor.aoti_compile_and_package(program, package_path=str(Path(folder) / "network.pt2"))
            return _torch_call(torch._inductor.aoti_load_package(package), points, threads)

    return prepare


def onnx(network: nn.Module) -> Prepared:
    """ONNX Runtime with input and output bound to fixed buffers, so that a call copies and allocates nothing."""
    import onnxruntime

    inputs = next(network.buffers()).shape[0]
    example = torch.zeros(2, inputs)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of every operator that torchvision would add
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        batch = torch.export.Dim("batch", min=1)
        program = torch.onnx.export(network, (example,), dynamo=True, dynamic_shapes=({0: batch},), verbose=False)
    assert program is not None
    model = program.model_proto.SerializeToString()

    def prepare(points: np.ndarray, threads: int) -> Call:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        # The idle pools of the other networks' sessions would otherwise keep the cores busy during this one's calls.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        given = np.ascontiguousarray(points)
        (answer,) = session.run(None, {session.get_inputs()[0].name: given})
        binding = session.io_binding()
        for bind, argument, array in (
            (binding.bind_input, session.get_inputs()[0], given),
            (binding.bind_output, session.get_outputs()[0], answer),
        ):
            bind(argument.name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)

        def call() -> tuple[np.ndarray, np.ndarray]:
            session.run_with_iobinding(binding)
            return answer, given  # the bound buffers live as long as the call

        return call

    return prepare


@contextmanager
def _compiler_errors() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        from torch._inductor.exc import InductorError  # takes a second, which figures that read latencies need not wait

        if not isinstance(error, InductorError):
            raise
        raise CannotCompile(str(error).strip().splitlines()[0]) from error


def _torch_call(function: Callable[[torch.Tensor], torch.Tensor], points: np.ndarray, threads: int) -> Call:
    batch = torch.as_tensor(points)
    torch.set_num_threads(threads)

    def call() -> object:
        with torch.inference_mode():
            return function(batch)

    return call


RUNTIMES: dict[str, Callable[[nn.Module], Prepared]] = {
    "eager": eager,
    "onnx": onnx,
    "compiled": compiled,
    "exported": exported,
    "eager_kept": eager_kept,
}
"""Runtime by the name that settings and conditions use, in the order of timing: what changes the process is last."""
