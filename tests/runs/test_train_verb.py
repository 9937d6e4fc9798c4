"""A training run leaves every file of its contract, whatever becomes of it."""

import json

import numpy as np
import pandas as pd
import torch

from replication.__main__ import main
from replication.networks.saved import load_network
from replication.runs.outcome import read_record

from .conftest import DISTILLED, EXPLOSIVE, SETTINGS, UNTRAINED, score, train


def test_a_finished_run_is_whole_and_its_model_gives_its_prediction(workplace):
    folder = train(workplace, "teacher", SETTINGS)
    record = read_record(folder)
    assert record["status"] == "done"
    assert {name: phase["steps"] for name, phase in record["phases"].items()} == {"adam": 5, "lbfgs": 5}
    assert record["lbfgs_stop"] == "budget used"
    points = np.load("evaluation.npz")["points"]
    again = load_network(folder)(torch.as_tensor(points, dtype=torch.float32))[:, 0].numpy()
    np.testing.assert_array_equal(np.load(folder / "prediction.npz")["u"], again.astype(float))
    assert not (folder / "checkpoint.safetensors").exists()
    rows = {row.metric: row for row in score(folder)}
    assert rows["relative_l2"].value > 0
    assert rows["train_cpu"].timing
    assert not rows["relative_l2"].timing


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(workplace):
    first = np.load(train(workplace, "teacher", SETTINGS) / "prediction.npz")["u"]
    other = np.load(train(workplace, "teacher", SETTINGS, seed=1) / "prediction.npz")["u"]
    (workplace / "results").rename(workplace / "kept")
    again = np.load(train(workplace, "teacher", SETTINGS) / "prediction.npz")["u"]
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_the_students_of_a_seed_start_alike_and_differ_by_the_teacher_alone(workplace):
    teacher = train(workplace, "teacher", SETTINGS | {"hidden": [16, 16]})
    scratch = train(workplace, "scratch_student", SETTINGS | UNTRAINED)
    distilled = train(workplace, "kd_student", DISTILLED | UNTRAINED, needs=[teacher])
    same = [np.load(folder / "prediction.npz")["u"] for folder in (scratch, distilled)]
    np.testing.assert_array_equal(*same)
    assert "loss_distillation" in pd.read_csv(
        train(workplace, "kd_student", DISTILLED, 1, needs=[teacher]) / "history.csv"
    )


def test_a_diverged_run_keeps_its_history_and_is_a_row_without_values(workplace):
    folder = train(workplace, "teacher", EXPLOSIVE)
    assert read_record(folder)["status"] == "diverged"
    assert "not finite at adam step" in read_record(folder)["reason"]
    assert np.load(folder / "prediction.npz").files == []
    assert len(pd.read_csv(folder / "history.csv")) >= 1
    rows = {row.metric: row for row in score(folder)}
    assert (rows["relative_l2"].value, rows["relative_l2"].status) == (None, "diverged")


def test_a_run_that_does_not_fit_the_memory_is_a_row_that_says_so(workplace):
    endless = SETTINGS | {"points": SETTINGS["points"] | {"collocation": 10**13}}
    teacher = train(workplace, "teacher", endless)
    record = read_record(teacher)
    assert (record["status"], record["reason"]) == ("skipped", "out of memory; take fewer points or a smaller network")
    assert read_record(train(workplace, "teacher", SETTINGS | {"hidden": [10**7, 10**7]}, 1))["status"] == "skipped"
    assert read_record(train(workplace, "kd_student", DISTILLED, needs=[teacher]))["status"] == "skipped"


def test_what_builds_on_a_diverged_teacher_is_skipped_and_says_so(workplace):
    teacher = train(workplace, "teacher", EXPLOSIVE)
    record = read_record(train(workplace, "kd_student", DISTILLED, needs=[teacher]))
    assert (record["status"], record["reason"]) == ("skipped", "teacher diverged")


def test_a_target_that_is_absent_gives_skipped_rows(workplace):
    (workplace / "gpu.json").write_text(json.dumps({"status": "absent", "device": "cuda", "reason": "no CUDA device"}))
    folder = train(workplace, "teacher", SETTINGS, hardware="gpu.json")
    assert read_record(folder)["reason"] == "no CUDA device"
    assert pd.read_csv(folder / "history.csv").empty
    assert {row.status for row in score(folder)} == {"skipped"}


def test_a_finished_run_of_the_same_settings_is_not_trained_twice(workplace, capfd):
    train(workplace, "teacher", SETTINGS)
    train(workplace, "teacher", SETTINGS)
    assert "already trained" in capfd.readouterr().err


def test_the_table_refuses_a_run_of_other_code(workplace, capsys):
    folder = train(workplace, "teacher", SETTINGS)
    score(folder)
    record = json.loads((folder / "training.json").read_text())
    (folder / "training.json").write_text(json.dumps(record | {"code_version": "0" * 16}))
    assert main(["table", "--runs", str(folder / "scores.json"), "--out", "table.csv"]) == 1
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("error: ")
    assert "made by code version 0000000000000000" in error


def test_a_missing_file_of_the_contract_is_named(workplace, capsys):
    folder = train(workplace, "teacher", SETTINGS)
    (folder / "history.csv").unlink()
    arguments = ["score", "--run", str(folder), "--reference", "reference.npz", "--out", "scores.json"]
    assert main(arguments) == 1
    assert "history.csv is missing; delete the folder and run it again" in capsys.readouterr().err
