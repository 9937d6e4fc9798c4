"""Random states from named axes: what should share randomness names the same axes, nothing else does."""

from hashlib import sha256

import numpy as np


def derived_seed(*axes: str | int | float) -> int:
    """Hash the axes (problem, purpose, seed, ...) to an integer in [0, 2^63), the same on every machine."""
    return int.from_bytes(sha256(repr(axes).encode()).digest()[:8], "big") >> 1


def generator(*axes: str | int | float) -> np.random.Generator:
    """Return numpy's default generator, seeded by `derived_seed(*axes)`."""
    return np.random.default_rng(derived_seed(*axes))
