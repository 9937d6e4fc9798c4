"""How PyTorch and NumPy say that memory does not suffice."""

import torch

OUT_OF_MEMORY = (RuntimeError, MemoryError)
"""What they raise, among other things; PyTorch has no class of its own for the CPU's memory."""


def says_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error is the lack of memory, of the processor or of an accelerator."""
    told = any(words in str(error) for words in ("can't allocate memory", "out of memory"))
    return told or isinstance(error, torch.OutOfMemoryError | MemoryError)
