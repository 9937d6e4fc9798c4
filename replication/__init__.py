"""Replicates claims about small neural PDE solvers and judges each of them."""

__version__ = "0.1.0"
