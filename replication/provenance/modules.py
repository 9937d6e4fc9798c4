"""The modules that a number comes from, found by the names of what made it. Imports none of them."""

from replication.provenance.code_version import exists


def method_module(paper: str, method: str) -> str:
    """Return the module of a method; a variant such as `kd_student-w10` is its base method with other settings."""
    return f"replication.papers.{paper}.methods.{method.split('-', 1)[0]}"


def training_modules(paper: str, problem: str, method: str) -> tuple[str, ...]:
    """Return the modules whose code a training's numbers come from: its method's and, found by name, its equation's."""
    return method_module(paper, method), *_equation(problem)


def measurement_modules(problem: str, measurement: str) -> tuple[str, ...]:
    """Return the modules whose code a measurement comes from: the verb of that name and, if any, the equation."""
    return f"replication.verbs.{measurement}", *_equation(problem)


def _equation(problem: str) -> tuple[str, ...]:
    module = f"replication.problems.{problem}"
    return (module,) if exists(module) else ()
