"""What the project says about itself agrees with itself."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from replication.__main__ import main
from replication.report import protocol
from replication.settings.preset import paper_slugs
from replication.settings.reference import markdown, schema
from replication.verbs.settings_reference import REFERENCE, SCHEMA

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pinned():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in pins}


@pytest.mark.parametrize("text", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]])
def test_every_requirement_is_pinned_to_a_version_it_allows(text):
    requirement = Requirement(text)
    pin = pinned()[canonicalize_name(requirement.name)]
    (specifier,) = pin.specifier
    assert specifier.operator == "=="
    assert Version(specifier.version) in requirement.specifier


def test_the_lock_serves_any_build_of_torch():
    assert "+cpu" not in (ROOT / "requirements.lock").read_text()
    assert str(pinned()["torch"]) == "torch==2.13.0"


def test_the_conda_environment_installs_the_lock_on_an_allowed_python():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pip == ["-r requirements.lock", "-e ."]
    (python,) = [entry.split("=")[1] for entry in conda if entry.startswith("python=")]
    assert Version(python) in Requirement(f"python{PROJECT['requires-python']}").specifier


def test_schema_and_settings_reference_are_those_of_the_models():
    import json

    assert json.loads((ROOT / SCHEMA).read_text()) == schema(), "run make schema"
    assert (ROOT / REFERENCE).read_text() == markdown(), "run make schema"


def test_every_setting_says_what_it_means():
    for name, model in schema()["$defs"].items():
        for key, setting in model.get("properties", {}).items():
            assert setting.get("description"), f"{name}.{key}"


@pytest.mark.parametrize("paper", paper_slugs())
def test_every_paper_is_whole(paper):
    folder = ROOT / "replication" / "papers" / paper
    for name in ("protocol.md", "settings.py", "claims", "methods", "figures"):
        assert (folder / name).exists(), name
    assert (ROOT / "workflow" / "papers" / f"{paper}.smk").is_file()
    assert protocol.read(folder / "protocol.md", paper).pending == ()


def test_every_link_of_the_documents_leads_somewhere():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text()):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_on_a_cluster_every_rule_that_times_something_has_the_node_for_itself():
    profile = yaml.safe_load((ROOT / "profiles" / "slurm" / "config.yaml").read_text())
    alone = {rule for rule, asked in profile["set-resources"].items() if "--exclusive" in asked["slurm_extra"]}
    rules = "".join(path.read_text() for path in sorted((ROOT / "workflow").rglob("*.smk")))
    timed = {part.split(":")[0] for part in rules.split("\nrule ") if "threads: workflow.cores" in part}
    assert timed
    assert alone == timed


@pytest.mark.parametrize("verb", sorted(path.stem for path in (ROOT / "replication" / "verbs").glob("[a-z]*.py")))
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as ended:
        main([verb.replace("_", "-"), "--help"])
    assert ended.value.code == 0
    assert f"replication {verb.replace('_', '-')}" in capsys.readouterr().out
