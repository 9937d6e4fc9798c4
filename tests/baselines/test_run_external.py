"""A program of any language leaves a whole run folder, whatever becomes of it."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from replication.__main__ import main
from replication.layout import RECORD_FILES
from replication.measurement.table import run_rows
from replication.runs.outcome import read_record

PERL = shutil.which("perl")
ANSWER = """
import json, os, sys
import numpy as np
task, seed, out = json.load(open(sys.argv[1])), int(sys.argv[2]), sys.argv[3]
points = np.load(task["evaluation"])["points"]
np.savez(out + "/prediction.npz", u=np.full(len(points), float(seed)))
"""


def run(door, *command, name="mine", seed=0, status="done"):
    if not (door.baselines / f"{name}.smk").exists():
        door.add(name)
    place = ["--task", str(door.task), "--seed", str(seed), "--out", str(door.out(name, seed))]
    assert main(["run-external", *place, "--", *command]) == 0
    folder = door.out(name, seed)
    assert {"prediction.npz", *RECORD_FILES} <= {path.name for path in folder.iterdir()}
    record = read_record(folder)
    assert record["status"] == status, record["reason"]
    return record


def python(code):
    return sys.executable, "-c", code, "{task}", "{seed}", "{out}"


def rows(door, name="mine"):
    folder = door.out(name)
    reference = "data/references/tiny/kd_pinn/burgers.npz"
    arguments = ["--run", str(folder), "--reference", reference, "--out", str(folder / "scores.json")]
    assert main(["score", *arguments]) == 0
    return {row.metric: row for row in run_rows(folder)}


def test_a_program_that_only_answers_gets_the_rest_filled_in(door):
    record = run(door, *python(ANSWER))
    assert record["phases"]["command"]["cpu_s"] > 0
    assert record["measured"]["wall_s"] >= record["phases"]["command"]["wall_s"]
    assert (door.out("mine") / "history.csv").read_text() == "phase,step,loss\n"
    assert json.loads((door.out("mine") / "manifest.json").read_text())["threads"] == 1
    assert record["settings"]["coefficients"] == {"viscosity": 0.1}
    found = rows(door)
    assert found["relative_l2"].value == pytest.approx(1.0)  # zeros
    assert found["train_cpu"].value == record["phases"]["command"]["cpu_s"]


def test_what_a_program_says_about_itself_is_kept(door):
    said = {"phases": {"fit": {"wall_s": 0.01, "cpu_s": 0.01, "steps": 7}}, "parameters": 42, "rank": 3}
    files = f"open(out + '/training.json', 'w').write('{json.dumps(said)}')\n"
    files += "open(out + '/history.csv', 'w').write('phase,step,loss\\nfit,7,0.5\\n')\n"
    record = run(door, *python(ANSWER + files))
    assert record["phases"] == said["phases"]
    assert (record["parameters"], record["rank"]) == (42, 3)
    assert (door.out("mine") / "history.csv").read_text().endswith("fit,7,0.5\n")
    assert rows(door)["train_steps"].value == 7


@pytest.mark.skipif(PERL is None, reason="no Perl here")
def test_another_interpreter_answers_without_any_library_of_ours(door):
    run(door, PERL, str(Path(__file__).with_name("initial_state.pl")), "{task}", "{seed}", "{out}")
    with np.load("data/evaluation/tiny/kd_pinn/burgers.npz") as published:
        expected = -np.sin(np.pi * published["points"][:, 0])
    np.testing.assert_allclose(np.load(door.out("mine") / "prediction.npz")["u"], expected, atol=1e-14)
    assert 0 < rows(door)["relative_l2"].value < 1


def test_a_failing_command_is_a_row_with_its_exit_code_and_last_line(door):
    record = run(door, *python(ANSWER + "print('almost there')\nsys.exit('no licence')"), status="failed")
    assert record["reason"] == "exit code 1: no licence"
    assert np.load(door.out("mine") / "prediction.npz").files == []
    found = rows(door)
    assert (found["relative_l2"].value, found["relative_l2"].status) == (None, "failed")


def test_a_command_that_does_not_exist_is_a_row_too(door):
    assert "no_such_solver: No such file" in run(door, "no_such_solver", status="failed")["reason"]


def test_a_command_is_ended_with_its_children_when_its_time_is_over(door):
    content = json.loads(door.task.read_text())
    door.task.write_text(json.dumps(content | {"budget": {"wall_s": 0.5}}))
    record = run(door, "sh", "-c", "sleep 60 & sleep 60; wait", status="out_of_time")
    assert 0.5 <= record["measured"]["wall_s"] < 10


def test_a_target_that_is_absent_gives_skipped_rows(absent):
    record = run(absent, *python(ANSWER), status="skipped")
    assert record["reason"] == "no CUDA device"


def test_what_builds_on_a_run_that_is_not_done_is_skipped(door):
    run(door, "false", name="first", status="failed")
    door.add("mine", "{paper: kd_pinn, needs: [teacher]}")
    shutil.copytree(door.out("first"), door.out("teacher"))
    assert run(door, *python(ANSWER), status="skipped")["reason"] == "teacher failed"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "prediction.npz was not written"),
        ("np.savez(out, v=points[:, 0])", "prediction.npz: u is missing; expected u"),
        ("np.savez(out, u=points)", "prediction.npz: u has shape (40, 2), expected (40,)"),
        ("np.savez(out, u=points[:, 0] / 0)", "prediction.npz: u holds values that are not finite"),
        ("np.savez(out, u=np.arange(40))", "prediction.npz: u holds int64, expected float64 or float32"),
        ("open(out, 'w').write('u')", "prediction.npz cannot be read: "),
    ],
)
def test_a_wrong_answer_fails_in_plain_words(door, code, reason):
    start = ANSWER.rpartition("np.savez")[0] + "out += '/prediction.npz'\n"
    assert run(door, *python(start + code), status="failed")["reason"].startswith(reason)


def test_a_finished_run_of_the_same_task_and_code_is_not_run_twice(door):
    counting = ANSWER + "open('count', 'a').write('x')\n"
    run(door, *python(counting))
    run(door, *python(counting))
    assert Path("count").read_text() == "x"
    door.add("mine", "{paper: kd_pinn}").write_text(door.add("mine").read_text() + "    threads: 2\n")
    run(door, *python(counting))
    assert Path("count").read_text() == "xx"


def test_a_seed_that_is_not_the_folder_s_is_refused(door, capsys):
    door.add("mine")
    place = ["--task", str(door.task), "--seed", "1", "--out", str(door.out("mine"))]
    assert main(["run-external", *place, "--", "true"]) == 1
    assert capsys.readouterr().err.startswith("error: --seed 1: the run folder ")
