"""Every claim of every paper can be judged: some preset of the size it asks for makes the rows that its tests read."""

import ast
from functools import cache
from pathlib import Path

import pytest

import replication
from replication import layout
from replication.plan import Plan
from replication.report import figure
from replication.report.erratum import load as load_errata
from replication.settings.loading import load_preset
from replication.verdicts.claim import load_claims

PACKAGE = Path(replication.__file__).parent
PAPERS = sorted({path.parents[1].name for path in PACKAGE.glob("papers/*/claims/*.yaml")})
CLAIMS = [(claim, test) for paper in PAPERS for claim in load_claims(paper) for test in claim.tests]


@cache
def runs(size):
    """Every (paper, problem, method) that a preset of this size runs."""
    plans = [Plan(load_preset(path)) for path in sorted(layout.PRESETS.glob("*.yaml"))]
    return {
        (run.paper, run.problem, run.method)
        for plan in plans
        if plan.preset.settings.size == size
        for paper in plan.papers
        for run in plan.runs(paper)
    }


@cache
def texts():
    """Every text that our code holds, those with gaps joined, so that names of metrics and conditions are found."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def named(claims):
    return pytest.mark.parametrize(
        ("claim", "test"), claims, ids=[f"{claim.paper}-{claim.id}-{test.kind}" for claim, test in claims]
    )


@pytest.mark.parametrize("paper", PAPERS)
def test_every_claim_and_erratum_names_figures_that_exist(paper):
    known = figure.figures(paper)
    for claim in load_claims(paper):
        assert set(claim.figures) <= set(known), claim.id
    for erratum in load_errata(paper):
        assert erratum.figure is None or erratum.figure in known, erratum.title


@named(CLAIMS)
def test_a_preset_makes_the_runs_it_compares(claim, test):
    methods = {*test.methods, *test.references}
    wanted = {(claim.paper, problem, method) for problem in test.problems for method in methods}
    pending = [size for size in test.sizes if claim.paper not in {paper for paper, _, _ in runs(size)}]
    if pending:
        pytest.skip(f"pending: no preset of {' or '.join(pending)} size runs {claim.paper}")
    lacking = {size: wanted - runs(size) for size in test.sizes}
    # A reduced preset may leave some of them out, which makes the claim not testable there; a published one may not.
    assert not lacking.get("published", set()), "no preset of published size runs these"
    assert lacking.get("reduced", set()) != wanted, "no preset of reduced size runs any of these"


@named(CLAIMS)
def test_our_code_knows_its_metric_and_its_conditions(claim, test):
    for metric in test.metrics:
        assert metric in texts(), metric
    conditions = [*test.conditions, *([test.reference.condition] if test.reference else [])]
    for key in {part.split("=")[0] for condition in conditions if condition for part in condition.split(";")}:
        assert any(f"{key}=" in text or text == key for text in texts()), key


@pytest.mark.parametrize("paper", PAPERS)
def test_the_command_of_an_erratum_asks_for_something_that_exists(paper):
    for erratum in load_errata(paper):
        program, *words = erratum.command.split()
        if program == "snakemake":
            preset, _, of_paper, drawing = Path(words[-1]).relative_to(layout.REPORTS).parts
            assert (layout.PRESETS / f"{preset}.yaml").is_file()
            assert Path(drawing).stem in figure.figures(of_paper)
        else:
            assert [program, *words[:2]] == ["python", "-m", "replication"]
            assert (PACKAGE / "verbs" / f"{words[2].replace('-', '_')}.py").is_file()
