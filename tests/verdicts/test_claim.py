"""Claim files: those of the papers are whole, malformed ones are told apart in one line."""

import subprocess
import sys

import pytest
import yaml

from replication.errors import UserError
from replication.verdicts.claim import load_claim, load_claims

CLAIM = {
    "statement": "A is faster than B.",
    "source": {"place": "abstract", "mark": "paper"},
    "quantity": "speed-up",
    "published": "5 times",
    "unit": "1",
    "figures": ["speedup_map"],
    "tests": [
        {
            "kind": "ratio",
            "metric": "speedup",
            "method": "kd_student",
            "problems": ["burgers"],
            "published": 5,
            "margin": 1.2,
            "reason": "a fifth either way",
        }
    ],
}


@pytest.fixture
def load(tmp_path):
    def written(content):
        file = tmp_path / "some_paper" / "claims" / "X1.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return load_claim(file)

    return written


def test_kd_pinn_has_its_thirteen_claims_in_order():
    claims = load_claims("kd_pinn")
    assert [claim.id for claim in claims] == [f"KD{number}" for number in range(1, 14)]
    assert [claim.id for claim in claims if claim.not_testable] == ["KD11"]


def test_reading_claims_imports_neither_torch_nor_scipy_nor_pandas():
    code = (
        "import sys; from replication.verdicts.claim import load_claims; load_claims('kd_pinn');"
        "print(*{'torch', 'scipy', 'pandas'} & sys.modules.keys())"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (finished.stdout, finished.stderr) == ("\n", "")


def test_a_claim_is_named_by_its_file(load):
    claim = load(CLAIM)
    assert (claim.id, claim.paper, claim.tests[0].claimed("burgers")) == ("X1", "some_paper", (5.0, 5.0))


def test_an_unknown_paper_is_named_with_those_that_have_claims():
    with pytest.raises(UserError, match=r"no claims of a paper 'kd_pin'; allowed: .*kd_pinn"):
        load_claims("kd_pin")


def _test(**changes):
    return CLAIM | {"tests": [CLAIM["tests"][0] | changes]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: [1", "not YAML: "),
        ("just text", "holds str, allowed is a mapping of "),
        (CLAIM | {"id": "X2"}, "id: 'X2': not allowed, the file's place says 'X1'"),
        (CLAIM | {"statment": "A"}, "statment: no such key, did you mean `statement`; allowed: figures, not_testable"),
        ({key: CLAIM[key] for key in CLAIM if key != "unit"}, "unit: missing, and required"),
        (CLAIM | {"source": {"place": "abstract", "mark": "rumour"}}, "source.mark: 'rumour': Input should be 'paper'"),
        (
            CLAIM | {"source": {"plac": "abstract", "mark": "paper", "place": "a b"}},
            "source.plac: no such key, did you",
        ),
        (CLAIM | {"tests": []}, "give `tests`, or say in `not_testable` what is missing"),
        (CLAIM | {"not_testable": "no constant"}, "give `tests`, or say in `not_testable` what is missing"),
        (_test(kind="ration"), "tests[0]: Input tag 'ration' found using 'kind' does not match any of the expected"),
        (_test(margins=2), "tests[0].margins: no such key, did you mean `margin`; allowed: better, combine, "),
        (_test(margin="wide"), "tests[0].margin: 'wide': Input should be a valid number"),
        (_test(margin=0.8), "tests[0]: a margin that is a factor is at least 1, not 0.8"),
        (_test(published=[6, 5]), "published range 6.0 to 5.0 for burgers: lowest first, and positive"),
        (_test(published={"heat": 5}), "published values for ['heat'], problems ['burgers']"),
        (_test(combine="most"), "tests[0].combine: 'most': String should match pattern"),
        (_test(combine="at least 2"), "`combine: at least 2` of only 1 problems and conditions"),
        (_test(conditions=["batch 1"]), "tests[0].conditions[0]: 'batch 1': String should match pattern"),
        (_test(better="lower"), "`better: lower` needs a reference"),
        (_test(reference={}), "tests[0].reference: {}: name a method, a condition or both"),
        (_test(reference={"methode": "teacher"}), "tests[0].reference.methode: no such key, did you mean `method`"),
        (_test(published=float("nan")), "tests[0].published: nan: "),
    ],
)
def test_a_malformed_file_gives_one_line_that_names_it(load, content, message):
    with pytest.raises(UserError) as error:
        load(content)
    assert "some_paper/claims/X1.yaml: " in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
