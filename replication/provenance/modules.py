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
    """Return the module of a problem's equation: of its name, or of the words that its name begins with."""
    words = problem.split("_")
    names = ("_".join(words[:count]) for count in range(len(words), 0, -1))
    return next(((f"replication.problems.{name}",) for name in names if exists(f"replication.problems.{name}")), ())
