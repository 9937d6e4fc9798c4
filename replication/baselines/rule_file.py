"""What a baseline's name and rule file must be for Snakemake to load it beside ours, told before it tries."""

import re
import sys
from importlib.util import find_spec

from replication import layout
from replication.baselines.declaration import Baseline, check_name
from replication.errors import UserError

SEPARATOR = "__"
"""Stands between a baseline's name and its rule's, so that no two baselines' rules are called the same."""

FOLDERS = {"measured"}
"""What stands beside the methods' folders below `results/`."""

DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
"""Names that Windows allows no file to have."""

RULE = re.compile(r"rule\s+\w+\s*:")
SECTIONS = "input|output|log|benchmark|conda|threads|resources|params|message|shell|script|run"
NO_COLON = re.compile(rf"\s+({SECTIONS})\s*")
OF_ALL = re.compile(r"\bshell\s*\.\s*(prefix|suffix|executable|win_command_prefix)\b")
OUTPUT = re.compile(r"config\[[\"']files[\"']\]")


def check_new_name(name: str) -> None:
    """Raise UserError where a new baseline cannot be called so; no module may be, since it would hide that module."""
    check_name(name)
    _check_taken(name)
    found = find_spec(name)
    if found is not None and found.origin is not None:
        _refuse(name, f"{name} is a module that programs import; choose another name")


def check_rule_file(baseline: Baseline) -> None:
    """Raise UserError where Snakemake could not load a baseline, or would let it change other methods' jobs."""
    name = baseline.name
    _check_taken(name)
    if baseline.header.problems == []:
        _refuse(name, "problems = []: the list is empty; write all, or at least one")
    lines = baseline.file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if re.match(r"rule\b", line) and not RULE.match(line):
            _refuse(name, f"line {number}: {line!r} begins no rule; expected `rule NAME:`")
        if found := NO_COLON.fullmatch(line):
            _refuse(name, f"line {number}: {found[1]} needs a colon after it")
        if found := OF_ALL.search(line.partition("#")[0]):
            _refuse(name, f"line {number}: shell.{found[1]} changes the commands of all methods; put it into the rule")
    if not any(RULE.match(line) for line in lines):
        _refuse(name, "there is no rule in it; expected one line `rule run:`")
    if not any(OUTPUT.search(line) for line in lines):
        _refuse(name, 'no rule makes the files that it has to; expected `output:` with config["files"]')


def _check_taken(name: str) -> None:
    if name in sys.stdlib_module_names:
        _refuse(name, f"{name} is a module of Python, which programs beside it would no longer find")
    if name in FOLDERS | DEVICES:
        _refuse(name, f"a folder cannot be called {name} in results/; choose another name")
    if SEPARATOR in name or name.endswith("_"):
        _refuse(name, f"a baseline's name holds no {SEPARATOR} and does not end with _")


def _refuse(name: str, message: str) -> None:
    raise UserError(f"{(layout.BASELINES / name).as_posix()}.smk: {message}")
