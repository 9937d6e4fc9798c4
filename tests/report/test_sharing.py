"""Results travel in one archive of always the same bytes, and are held beside others by their settings."""

import hashlib
import json
import tarfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from replication import layout
from replication.__main__ import main
from replication.errors import UserError
from replication.sharing import archive, results
from replication.sharing.comparison import compare, in_words
from replication.sharing.results import Results, _Settings

from . import finished
from .finished import PAPER


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A working directory in which both problems of a preset are finished, its table and verdicts made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("replication.verbs.report.layout.PRESETS", tmp_path / "workflow/presets")
    plan = finished.plan("quick")
    for problem in plan.problems(PAPER):
        finished.finish(plan, problem)
    aggregate(plan)
    return plan


def aggregate(plan):
    """Make table, verdicts and record as the workflow does."""
    scores, trainings = (plan.run_files(PAPER, name) for name in ("scores.json", "training.json"))
    measurements, table = plan.measurements(PAPER), layout.table(plan.name, PAPER)
    outs = [
        part
        for kind in ("verdicts", "evidence", "sensitivity")
        for part in (f"--{kind}-out", getattr(layout, kind)(plan.name, PAPER))
    ]
    given = ["--measurements", *measurements]
    call("table", "--runs", *scores, *given, "--out", table)
    call("judge", "--paper", PAPER, "--table", table, "--size", "reduced", "--evidence", "quick", *outs)
    call("record", "--runs", *trainings, *given, "--out", layout.record(plan.name, PAPER))


def call(*words):
    assert main([str(word) for word in words]) == 0


def test_an_archive_has_a_checksum_and_the_same_bytes_whenever_it_is_packed(workplace, tmp_path):
    digest = archive.pack(workplace, tmp_path / "one.tar.gz")
    for path in Path("results").rglob("*"):
        path.touch()
    assert archive.pack(workplace, tmp_path / "two.tar.gz") == digest
    content = (tmp_path / "one.tar.gz").read_bytes()
    assert (tmp_path / "two.tar.gz").read_bytes() == content
    assert (tmp_path / "one.tar.gz.sha256").read_text() == f"{hashlib.sha256(content).hexdigest()}  one.tar.gz\n"


def test_an_archive_holds_what_was_found_and_how_but_no_arrays(workplace, tmp_path):
    archive.pack(workplace, tmp_path / "quick.tar.gz")
    with tarfile.open(tmp_path / "quick.tar.gz") as tar:
        names = set(tar.getnames())
        preset = json.load(tar.extractfile("reports/quick/preset.json"))
    assert {Path(name).suffix for name in names} == {".csv", ".json"}
    assert {f"reports/quick/{kind}/{PAPER}.csv" for kind in ("verdicts", "evidence", "sensitivity")} <= names
    for run in workplace.runs(PAPER):
        assert {f"{run.folder('quick')}/{name}" for name in archive.OF_A_RUN} <= names
    assert preset["name"] == "quick"
    assert preset["settings"][PAPER]["problems"].keys() == {"burgers", "taylor_green"}


def test_an_archive_equals_the_folder_it_was_packed_from(workplace, tmp_path):
    archive.pack(workplace, tmp_path / "quick.tar.gz")
    packed, folder = results.load(tmp_path / "quick.tar.gz"), results.load(Path("results/quick"))
    pd.testing.assert_frame_equal(packed.rows, folder.rows)
    found = compare(packed, folder)
    assert set(found.quantities["status"]) == {"comparable"}
    assert not len(found.differing)
    assert len(found.verdicts) > 0
    assert not len(found.changed)


def test_a_changed_or_damaged_archive_is_refused(workplace, tmp_path):
    path = tmp_path / "quick.tar.gz"
    archive.pack(workplace, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"quick\.tar\.gz: its SHA-256 sum is"):
        results.load(path)
    (tmp_path / "quick.tar.gz.sha256").unlink()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=r"quick\.tar\.gz: not an archive of results"):
        results.load(path)


def test_an_unfinished_run_is_named_instead_of_packed(workplace, tmp_path):
    lost = workplace.run_files(PAPER, "manifest.json")[0]
    lost.unlink()
    with pytest.raises(UserError, match=f"{lost} is missing, and 0 more: run the workflow first, or where"):
        archive.pack(workplace, tmp_path / "quick.tar.gz")
    layout.verdicts("quick", PAPER).unlink()
    with pytest.raises(UserError, match="no paper has its table"):
        archive.pack(workplace, tmp_path / "quick.tar.gz")
    assert not list(tmp_path.glob("*.gz"))


def test_what_a_run_builds_on_and_is_measured_with_decides_what_it_can_be_compared_with(workplace):
    before = results.load(Path("results/quick"))
    teacher = Path("results/quick/cpu/kd_pinn/burgers/teacher/seed0/manifest.json")
    student = teacher.parents[2] / "kd_student/seed0/training.json"
    teacher.write_text(json.dumps(json.loads(teacher.read_text()) | {"settings_hash": "another"}))
    student.write_text(json.dumps(json.loads(student.read_text()) | {"needs": ["teacher"]}))
    for path in (teacher.parents[2] / "measured").rglob("seed0.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"settings_hash": "another"}))
    call("record", "--runs", *workplace.run_files(PAPER, "training.json"),
         "--measurements", *workplace.measurements(PAPER), "--out", layout.record("quick", PAPER))  # fmt: skip
    after = results.load(Path("results/quick"))
    changed = before.rows[before.rows["settings"] != after.rows["settings"]]
    assert set(zip(changed["problem"], changed["seed"], strict=True)) == {("burgers", 0)}
    assert set(changed["method"]) == {"teacher", "kd_student"}
    assert "speedup" in set(changed["metric"])


def rows(values, method="teacher", metric="relative_l2", settings="same", timing=False):
    """Return rows of one quantity, one a seed; None stands for a run that did not finish."""
    return pd.DataFrame(
        {
            "hardware": "cpu", "paper": PAPER, "problem": "burgers", "method": method, "seed": range(len(values)),
            "condition": "", "metric": metric, "value": [np.nan if value is None else value for value in values],
            "unit": "1", "status": ["diverged" if value is None else "done" for value in values], "timing": timing,
            "settings": settings,
        }
    )  # fmt: skip


def held(a, b):
    return compare(
        *(Results(name, pd.concat(frames), pd.DataFrame(), "a cpu") for name, frames in (("A", a), ("B", b)))
    )


def test_differences_are_in_standard_errors_of_logarithms_of_positive_and_of_plain_other_values():
    a, b = [1e-3, 2e-3, 4e-3], [2e-3, 4e-3, 8e-3]
    found = held([rows(a)], [rows(b)]).differing.iloc[0]
    error = np.log(2) * np.sqrt(1 / 3 + 1 / 3)
    assert found["mean_b"] == pytest.approx(4e-3)
    assert found["standard_errors"] == pytest.approx(np.log(2) / error)
    plain = held([rows([-1.0, 0.0, 1.0])], [rows([0.0, 1.0, 2.0])]).differing.iloc[0]
    assert plain["mean_b"] == pytest.approx(1)
    assert plain["standard_errors"] == pytest.approx(1 / np.sqrt(2 / 3))


def test_values_that_no_exponential_holds_are_compared_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = held([rows([-1.0, 5e6])], [rows([-1.0, 7e6])]).differing.iloc[0]
    assert found["mean_b"] == pytest.approx((7e6 - 1) / 2)


def test_one_seed_has_a_difference_and_no_standard_error():
    found = held([rows([1.0])], [rows([1.5])]).differing.iloc[0]
    assert found["difference"] == pytest.approx(0.5)
    assert np.isnan(found["standard_errors"])


def test_rows_of_other_unknown_or_missing_settings_are_told_apart_and_not_compared():
    a = [rows([1.0]), rows([1.0], "kd_student", settings="old"), rows([1.0], "pinn", settings=""), rows([1.0], "gone")]
    b = [rows([2.0]), rows([2.0], "kd_student", settings="new"), rows([2.0], "pinn", settings=""), rows([2.0], "new")]
    found = held(a, b)
    told = found.quantities.groupby("method")["status"].agg(set)
    assert told["teacher"] == {"comparable"}
    assert told["kd_student"] == {"other settings"}
    assert told["pinn"] == {"settings unknown"}
    assert (told["gone"], told["new"]) == ({"only in A"}, {"only in B"})
    assert list(found.differing["method"]) == ["teacher"]


def test_a_tolerance_covers_values_failures_and_missing_rows_but_no_timings():
    a = [rows([1.0]), rows([1.0], "kd_student"), rows([3.0], metric="latency", timing=True)]
    assert not len(held(a, [rows([1.04]), rows([1.0], "kd_student")]).beyond(0.05))
    assert list(held(a, [rows([1.06]), rows([1.0], "kd_student")]).beyond(0.05)["method"]) == ["teacher"]
    assert list(held(a, [rows([1.0])]).beyond(0.05)["status"]) == ["only in A"]
    assert list(held([rows([1.0, 1.0])], [rows([1.0, None])]).beyond(0.05)["finished_b"]) == [1]
    lost = [rows([None])]
    assert not len(held(lost, lost).beyond(0.05))
    assert not len(held(lost, lost).differing)


def test_on_another_processor_some_values_of_a_paper_may_differ_but_no_row_may_be_missing():
    methods = [f"m{index}" for index in range(5)]
    a = [rows([1.0], name) for name in methods]
    one_off = [rows([2.0 if name == "m0" else 1.0], name) for name in methods]
    assert not len(held(a, one_off).beyond(0.05, spared=0.2))
    assert list(held(a, one_off).beyond(0.05, spared=0.1)["method"]) == ["m0"]
    assert list(held(a, one_off[:-1]).beyond(0.05, spared=0.2)["method"]) == ["m4"]


def test_a_table_of_rows_says_which_processor_made_it(workplace):
    made = results.load(Path("results/quick"))
    results.write_repeatable(made, table := Path("rows.csv"))
    assert made.processor
    assert results.load(table).processor == made.processor


def test_changed_verdicts_stand_beside_their_estimates(workplace):
    a = results.load(Path("results/quick"))
    verdicts = a.verdicts.copy()
    at = verdicts.index[verdicts["estimate"].notna()][0]
    verdicts.loc[at, "verdict"] = "better"
    b = Results("B", a.rows, verdicts, a.processor)
    found = compare(a, b)
    assert list(found.changed["claim"]) == [verdicts.loc[at, "claim"]]
    text = in_words(found, a, b)
    assert f"1 of {len(verdicts)} verdicts changed" in text
    assert "| better " in text


def test_the_verbs_make_a_table_that_a_repeated_run_must_match(workplace, capsys):
    call("export-results", "--preset", "quick", "--out", "expected.csv")
    assert not pd.read_csv("expected.csv")["timing"].any()
    call("compare-results", "expected.csv", "results/quick", "--tolerance", "0.05")
    assert "quantities repeat to 5 %." in capsys.readouterr().out
    table = Path("expected.csv").read_text().splitlines()
    changed = next(line for line in table if ",rmse," in line)
    value = changed.split(",")[7]
    Path("expected.csv").write_text("\n".join(table).replace(value, str(2 * float(value))) + "\n")
    assert main(["compare-results", "expected.csv", "results/quick", "--tolerance", "0.05"]) == 1
    assert "results/quick does not repeat expected.csv to 5 %" in capsys.readouterr().err


def test_what_holds_no_results_is_named(tmp_path):
    with pytest.raises(UserError, match="no results there; expected an archive"):
        results.load(tmp_path / "nothing")
    (tmp_path / "table.csv").write_text("a,value\n1,2\n")
    with pytest.raises(UserError, match="columns are a, value; expected hardware"):
        results.load(tmp_path / "table.csv")


def test_a_forecast_builds_on_the_training_over_several_problems_of_its_own_method():
    def forecast(trained_with):
        place = {"hardware": "cpu", "paper": "wavelit", "method": "wavelit_joint", "seed": 0}
        joint = place | {"problem": "joint", "needs": [], "settings_hash": trained_with}
        own = place | {"problem": "shear_flow", "needs": ["wavelit_joint"], "settings_hash": "windows"}
        return _Settings({"runs": [own, joint], "measurements": []}).of_run(own)

    assert forecast("short") != forecast("long")
