"""How PyTorch and NumPy say that memory does not suffice."""

import torch

OUT_OF_MEMORY = (RuntimeError, MemoryError)
"""What they raise, among other things; PyTorch has no class of its own for the CPU's memory."""


def says_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error is the lack of memory, of the processor or of an accelerator."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)
