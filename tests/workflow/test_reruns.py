"""The workflow runs from end to end, then reruns what a change touches and nothing else."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(workplace):
    """The workplace after one whole run of the tiny preset."""
    shown = workplace.snakemake()
    assert shown.returncode == 0, shown.stdout
    return workplace


def trained(messages):
    return {message.split()[1] for message in messages if message.startswith("Train ")}


def test_everything_promised_is_there(finished):
    for name in ("index.html", "report.md", "verdicts.csv", "evidence.csv", "kd_pinn.html"):
        assert (finished.folder / "reports/tiny" / name).stat().st_size > 100
    for name in ("metrics.csv", "metrics.parquet", "tables/kd_pinn.csv"):
        assert (finished.folder / "results/tiny" / name).is_file()


def test_a_second_run_has_nothing_to_do(finished):
    assert "Nothing to be done" in finished.snakemake().stdout


def test_a_student_setting_reruns_students_and_what_depends_on_them(finished):
    finished.edit("workflow/presets/tiny.yaml", "seeds: 1", "seeds: 1\n      networks: {student: [10, 10]}")
    try:
        planned = finished.planned()
        assert trained(planned) == {"kd_student", "scratch_student"}
        assert any(message.startswith("Time inference") for message in planned)
        assert any(message.startswith("Render the page") for message in planned)
    finally:
        finished.edit("workflow/presets/tiny.yaml", "\n      networks: {student: [10, 10]}", "")


def test_the_weight_of_distillation_reruns_the_distilled_student_alone(finished):
    overridden = "kd_pinn={problems: {burgers: {distillation_weight: 0.5}}}"
    assert trained(finished.planned("--config", overridden)) == {"kd_student"}


def test_a_docstring_or_a_comment_reruns_nothing(finished):
    path = "replication/training/fit.py"
    finished.edit(path, "Trains a small network", "Trains one small network")
    finished.edit(path, "import time\n", "import time  # the clock\n")
    assert finished.planned() == []


def test_code_of_a_student_reruns_that_student(finished):
    path = "replication/papers/kd_pinn/methods/kd_student.py"
    finished.edit(path, "DISTILLATION = True", "DISTILLATION = bool(1)")
    try:
        assert trained(finished.planned()) == {"kd_student"}
    finally:
        finished.edit(path, "DISTILLATION = bool(1)", "DISTILLATION = True")


def test_code_that_all_training_imports_reruns_all_of_it(finished):
    path = "replication/training/lbfgs.py"
    finished.edit(path, "EXPANSION = 4.0", "EXPANSION = 3.0")
    try:
        assert trained(finished.planned()) == {"teacher", "kd_student", "scratch_student"}
    finally:
        finished.edit(path, "EXPANSION = 3.0", "EXPANSION = 4.0")


def test_another_seed_leaves_the_first_alone(finished):
    planned = finished.planned("--config", "kd_pinn={problems: {burgers: {seeds: 2}}}")
    assert {message for message in planned if message.startswith("Train") and "seed 0" in message} == set()
    assert trained(planned) == {"teacher", "kd_student", "scratch_student"}


def test_overridden_settings_mark_the_evidence(finished):
    overridden = "kd_pinn={problems: {burgers: {distillation_weight: 0.5}}}"
    shown = finished.snakemake("reports/tiny/verdicts.csv", "--config", overridden)
    assert shown.returncode == 0, shown.stdout
    verdicts = (finished.folder / "reports/tiny/verdicts.csv").read_text()
    assert "modified: kd_pinn.problems.burgers.distillation_weight" in verdicts


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--config", "kd_pin={}"),
            "error: --config, over workflow/presets/tiny.yaml: unknown key kd_pin; did you mean kd_pinn?",
        ),
        (
            ("--config", "problems=[burger]"),
            "problems = 'burger' is not a problem of this preset; did you mean burgers?",
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_one(finished, arguments, message):
    shown = finished.snakemake(*arguments)
    assert shown.returncode == 1
    assert message in shown.stdout
    assert "Traceback" not in shown.stdout
