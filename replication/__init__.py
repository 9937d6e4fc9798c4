"""Replicates claims about small neural PDE solvers and judges each of them."""

__version__ = "0.1.0"

import os

# Without it MKL's last bits depend on where an array happens to lie: a resumed training is not the unbroken one.
os.environ.setdefault("MKL_CBWR", "AUTO")
