"""The code version changes with what runs and with nothing else."""

import textwrap

import pytest

from replication.provenance import code_version as module
from replication.provenance.modules import training_modules


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of three modules, `method` importing `core` inside a function; returns (write, version)."""
    root = tmp_path / module.PACKAGE
    root.mkdir()

    def write(name, text):
        (root / f"{name}.py").write_text(textwrap.dedent(text))

    def version(name):
        for function in (module.code_version, module._tree, module._syntax, module._imports):
            function.cache_clear()
        return module.code_version(f"replication.{name}")

    monkeypatch.setattr(module, "ROOT", root)
    write("core", "def f(x):\n    return x + 1\n")
    write("method", "def train(x):\n    from replication.core import f\n    return f(x)\n")
    write("other", "VALUE = 3\n")
    yield write, version
    for function in (module.code_version, module._tree, module._syntax, module._imports):
        function.cache_clear()


def test_docstrings_comments_and_layout_do_not_count(package):
    write, version = package
    before = version("method")
    write(
        "core", '"""Now documented."""\n\n\ndef f(x):\n    """Add one."""\n    # because\n    return (x\n        + 1)\n'
    )
    assert version("method") == before


def test_a_statement_below_the_module_counts(package):
    write, version = package
    before = version("method")
    write("core", "def f(x):\n    return x + 2\n")
    assert version("method") != before


def test_a_module_that_is_not_imported_does_not_count(package):
    write, version = package
    before = version("method")
    write("other", "VALUE = 4\n")
    assert version("method") == before


def test_the_teacher_does_not_depend_on_the_students():
    found = module.imported_modules("replication.papers.kd_pinn.methods.teacher")
    assert "replication.training.fit" in found
    assert not any("student" in name for name in found)
    assert "replication.papers.kd_pinn.settings" not in found


def test_a_training_depends_on_its_equation_which_is_found_by_name():
    assert training_modules("kd_pinn", "allen_cahn", "kd_student-w10") == (
        "replication.papers.kd_pinn.methods.kd_student",
        "replication.problems.allen_cahn",
    )
    assert training_modules("kd_pinn", "shear_flow", "teacher") == ("replication.papers.kd_pinn.methods.teacher",)


def test_a_problem_named_after_its_equation_counts_that_equation() -> None:
    assert training_modules("s2gpt_pinn", "burgers_sharp", "pinn")[1:] == ("replication.problems.burgers",)
    assert training_modules("kd_pinn", "allen_cahn_hard", "teacher")[1:] == ("replication.problems.allen_cahn_hard",)
    assert training_modules("wavelit", "shear_flow", "wavelit")[1:] == ()
