"""The arms of KD-PINN, found by their files; imports no torch, since the Snakefile reads it."""

from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Literal, Protocol, cast


class Arm(Protocol):
    """What a file in `methods/` declares beside its `train`."""

    NETWORK: Literal["teacher", "student"]
    PHYSICS: bool
    DISTILLATION: bool


METHODS: dict[str, Arm] = {
    path.stem: cast(Arm, import_module(f"replication.papers.kd_pinn.methods.{path.stem}"))
    for path in sorted((Path(__file__).parent / "methods").glob("[a-z]*.py"))
}
"""Every arm by its name."""

TEACHER = "teacher"
DISTILLED = "kd_student"
SCRATCH = "scratch_student"


def base_method(method: str) -> str:
    """Return the arm behind a variant such as `kd_student-w10`."""
    return method.partition("-")[0]


def variant_of(method: str) -> str:
    """Return the name of a variant, `w10` of `kd_student-w10`; empty for an arm itself."""
    return method.partition("-")[2]


def needs(method: str, siblings: Collection[str]) -> tuple[str, ...]:
    """Return the arms whose model the training of `method` reads.

    A variant learns from the teacher among its `siblings`, the arms of the same variant, or else from the teacher.
    """
    if not METHODS[base_method(method)].DISTILLATION:
        return ()
    return (f"{TEACHER}-{variant_of(method)}",) if TEACHER in siblings else (TEACHER,)
