"""A version of the code that made a run: a hash of the syntax trees of a module and of all that it imports from here.

Comments, docstrings and layout do not count, so they rerun nothing; a changed statement anywhere below the module does.
Nothing is imported to find out, so the Snakefile can ask without loading torch.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = "replication"
ROOT = Path(__file__).resolve().parents[1]


@cache
def code_version(*modules: str) -> str:
    """Return 16 hexadecimal digits for `modules` (dotted names) and every module of this package below them."""
    digest = hashlib.sha256()
    for name in sorted(imported_modules(*modules)):
        digest.update(f"{name}\n{_syntax(name)}\n".encode())
    return digest.hexdigest()[:16]


def files_version(*files: Path) -> str:
    """Return 16 hexadecimal digits for files outside this package and every module of it below them.

    Python files count by their syntax, rule files without their comment lines, others byte for byte.
    """
    digest = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes()
        if file.suffix == ".py":
            tree = ast.parse(content)
            imported = sorted(_imports_of(tree))
            content = f"{_dump(tree)}\n{code_version(*imported) if imported else ''}".encode()
        elif file.suffix == ".smk":
            content = b"\n".join(line for line in content.splitlines() if not line.startswith(b"#"))
        digest.update(f"{file.name}\n".encode() + content + b"\n")
    return digest.hexdigest()[:16]


def imported_modules(*modules: str) -> set[str]:
    """Return `modules` and all modules of this package that they import, directly or not."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_imports(name))
    return found


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse(_file(name).read_text(encoding="utf-8"))


@cache
def _syntax(name: str) -> str:
    return _dump(ast.parse(_file(name).read_text(encoding="utf-8")))


def _dump(tree: ast.Module) -> str:
    """Write a tree without its docstrings, which are taken out of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [statement for statement in node.body if not _is_text(statement)]
    return ast.dump(tree, include_attributes=False)


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a bare string: a docstring, or the text under a constant."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


@cache
def _imports(name: str) -> frozenset[str]:
    return _imports_of(_tree(name))


def _imports_of(tree: ast.Module) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(name for name in names if name.split(".")[0] == PACKAGE and exists(name))


def exists(name: str) -> bool:
    """Whether a dotted name is a module file of this package."""
    return _path(name).with_suffix(".py").is_file()


def _path(name: str) -> Path:
    return ROOT.joinpath(*name.split(".")[1:])


def _file(name: str) -> Path:
    return _path(name).with_suffix(".py")
