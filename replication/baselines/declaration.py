"""Baselines, found by their files `workflow/baselines/<name>.smk`, and what the header of each declares.

The header is a comment line `# baseline: {paper: kd_pinn, problems: [burgers], needs: [teacher], seeds: 3}`, a YAML
mapping of which only `paper` is required. Nothing is imported to read it, and no torch.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, PositiveInt, ValidationError

from replication import layout
from replication.errors import UserError
from replication.provenance.code_version import code_version, files_version
from replication.provenance.modules import training_modules
from replication.settings.preset import PAPERS, paper_slugs
from replication.settings.strict import Strict

BASELINES = Path(__file__).resolve().parents[2] / layout.BASELINES
NAME = re.compile(r"[a-z][a-z0-9_]*")
MARK = "# baseline:"


class Header(Strict):
    """What a baseline's file says about itself."""

    paper: str = Field(description="Slug of the paper whose methods it is compared with.")
    problems: Literal["all"] | list[str] = Field("all", description="Problems or datasets that it runs on.")
    needs: list[str] = Field([], description="Methods of the paper whose finished run of the same seed it reads.")
    seeds: PositiveInt | None = Field(None, description="Most seeds; absent: as many as the paper's methods.")


@dataclass(frozen=True)
class Baseline:
    """A method that comes through the door; its name is its file's stem."""

    file: Path
    header: Header

    @property
    def name(self) -> str:
        """The method's name in tables and paths."""
        return self.file.stem

    def runs_on(self, problem: str) -> bool:
        """Whether it competes on a problem of its paper."""
        return self.header.problems == "all" or problem in self.header.problems

    @cached_property
    def code_version(self) -> str:
        """A hash of its rule file, of the files of the same stem and of a folder of its name beside it."""
        folder = self.file.with_suffix("")
        inside = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        return files_version(*self.file.parent.glob(f"{self.name}.*"), *inside)


def baselines() -> dict[str, Baseline]:
    """Return every baseline by its name. Raises UserError naming file, key, value and what is allowed."""
    return {path.stem: declared(path) for path in sorted(BASELINES.glob("*.smk"))}


def declared(file: Path) -> Baseline:
    """Read and check one baseline's header. Raises UserError as `baselines` does."""
    where = layout.BASELINES / file.name
    check_name(file.stem)
    header = _header(file, where)
    _check(header, where)
    return Baseline(file, header)


def check_name(name: str) -> None:
    """Raise UserError where a baseline cannot be called so."""
    where = layout.BASELINES / f"{name}.smk"
    if not NAME.fullmatch(name):
        raise UserError(f"{where}: a baseline's name may hold a-z, 0-9 and _ only, and begins with a letter")
    for paper in paper_slugs():
        if name in _own_methods(paper):
            raise UserError(f"{where}: {name} is a method of {paper} itself; choose another name")


def method_version(paper: str, problem: str, method: str) -> str:
    """Return the code version of any method: of a baseline's files, or of the modules of a paper's own method."""
    file = BASELINES / f"{method}.smk"
    return declared(file).code_version if file.is_file() else code_version(*training_modules(paper, problem, method))


def _header(file: Path, where: Path) -> Header:
    lines = file.read_text(encoding="utf-8").splitlines()
    texts = [line.removeprefix(MARK).strip() for line in lines if line.startswith(MARK)]
    example = f"{MARK} {{paper: {paper_slugs()[0]}, problems: all}}"
    if len(texts) != 1:
        raise UserError(f"{where}: one line `{example}` is needed, found {len(texts)}")
    try:
        return Header.model_validate(yaml.safe_load(texts[0]))
    except yaml.YAMLError as error:
        raise UserError(f"{where}: header {texts[0]!r} is not valid YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        fault = error.errors()[0]
        key = str(fault["loc"][0]) if fault["loc"] else "header"
        allowed = ", ".join(Header.model_fields)
        if fault["type"] == "extra_forbidden":
            raise UserError(f"{where}: unknown key {key} in the header; allowed: {allowed}") from None
        message = fault["msg"][0].lower() + fault["msg"][1:]
        raise UserError(f"{where}: {key} = {fault['input']!r}: {message}; write for example `{example}`") from None


def _check(header: Header, where: Path) -> None:
    if header.paper not in paper_slugs():
        raise UserError(f"{where}: paper = {header.paper!r} is not known; allowed: {', '.join(paper_slugs())}")
    known = import_module(f"replication.papers.{header.paper}.settings").Settings.known_problems()
    for problem in () if header.problems == "all" else header.problems:
        if problem not in known:
            raise UserError(
                f"{where}: problems = {problem!r} is not one of {header.paper}; allowed: {', '.join(known)}"
            )
    own = _own_methods(header.paper)
    for method in header.needs:
        if method.partition("-")[0] not in own:
            raise UserError(f"{where}: needs = {method!r} is no method of {header.paper}; allowed: {', '.join(own)}")


def _own_methods(paper: str) -> list[str]:
    return sorted(path.stem for path in (PAPERS / paper / "methods").glob("[a-z]*.py"))
