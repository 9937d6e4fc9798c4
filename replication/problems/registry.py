"""Finds a problem by its file."""

from collections.abc import Mapping
from importlib import import_module

from replication.problems.problem import Problem


def problem_named(name: str, coefficients: Mapping[str, float]) -> Problem:
    """Return the problem of `replication/problems/<name>.py` with the given coefficients."""
    module = import_module(f"replication.problems.{name}")
    class_name = "".join(part.capitalize() for part in name.split("_"))
    return getattr(module, class_name)(**coefficients)
