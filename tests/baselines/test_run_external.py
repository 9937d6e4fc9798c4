"""A program of any language leaves a whole run folder, whatever becomes of it."""

import json
import shutil
import sys
import time
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
    files += "open(out + '/history.csv', 'w').write('phase,step,loss,grid\\nfit,7,0.5,fine\\n')\n"
    record = run(door, *python(ANSWER + files))
    assert record["phases"] == said["phases"]
    assert (record["parameters"], record["own"]) == (42, {"rank": 3})
    assert (door.out("mine") / "history.csv").read_text().endswith("fit,7,0.5,fine\n")
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
        ("np.savez(out, u=np.full(40, -1e300))", "prediction.npz: u holds values beyond 1e+100"),
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


@pytest.mark.parametrize(
    ("task", "out", "said"),
    [
        ("absent.json", None, "--task absent.json: not a task file ("),
        ("broken.json", None, "--task broken.json: not a task file ("),
        ("partial.json", None, "--task partial.json: not a task file: evaluation is missing"),
        (None, "mine/seed0", "--out mine/seed0: not a run folder; expected results/PRESET/HARDWARE/"),
        (None, "results/tiny/cpu/kd_pinn/burgers/mine/seedx", "not a run folder"),
        (None, "results/tiny/cpu/kd_pinn/burgers/yours/seed0", "yours is no file of workflow/baselines"),
        (
            None,
            "results/tiny/cpu/s2gpt_pinn/burgers/mine/seed0",
            "the task is cpu/kd_pinn/burgers, the folder's cpu/s2gpt_pinn/burgers",
        ),
    ],
)
def test_a_task_or_folder_that_cannot_be_meant_is_one_line_and_nothing_is_written(door, capsys, task, out, said):
    door.add("mine")
    Path("broken.json").write_text("{")
    Path("partial.json").write_text('{"paper": "kd_pinn", "problem": "burgers"}')
    place = ["--task", task or str(door.task), "--seed", "0", "--out", out or str(door.out("mine"))]
    assert main(["run-external", *place, "--", "true"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: --")
    assert said in line
    assert not Path(out or door.out("mine")).exists()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('{"phases": {"fit": {"wall_s": "a"}}}', "training.json: phases.fit.wall_s = 'a': input should be a valid num"),
        ('{"phases": {"fit": {"cpu_s": -5}}}', "training.json: phases.fit.cpu_s = -5: input should be greater than"),
        ('{"phases": {"fit": {"steps": NaN}}}', "training.json cannot be read: NaN is not a finite number"),
        (
            '{"phases": {"fit": {"seconds": 1}}}',
            "training.json: phases.fit.seconds = 1: extra inputs are not permitted",
        ),
        ('{"phases": {"fit": {"wall_s": 1e999}}}', "training.json: phases.fit.wall_s = inf: input should be a finite"),
        ('{"parameters": -1}', "training.json: parameters = -1: input should be greater than"),
        ('{"query_s": "fast"}', "training.json: query_s = 'fast': input should be a valid number"),
        ('{"status": "well"}', "training.json: status = 'well': input should be 'done', "),
        ("[]", "training.json: []: input should be a valid dictionary"),
        ("{", "training.json cannot be read: "),
    ],
)
def test_a_record_that_cannot_be_true_fails_in_plain_words(door, said, reason):
    record = run(door, *python(ANSWER + f"open(out + '/training.json', 'w').write('''{said}''')"), status="failed")
    assert record["reason"].startswith(reason)
    assert all(row.value is None for row in rows(door).values())


def test_the_accelerators_memory_is_what_the_program_says_and_stands_apart_from_the_hosts(door):
    said = json.dumps({"accelerator_memory_mb": 512.0})
    assert run(door, *python(ANSWER + f"open(out + '/training.json', 'w').write('{said}')"))["peak_memory_mb"] > 0
    found = rows(door)
    assert found["accelerator_memory"].value == 512.0
    assert found["peak_memory"].value != 512.0


def test_what_the_harness_measures_cannot_be_claimed(door):
    said = {
        "measured": {"wall_s": 0},
        "needs": ["teacher"],
        "energy_j": 0.0,
        "peak_memory_mb": 0.0,
        "neurons": 1,
        "answered_points": 1,
    }
    record = run(door, *python(ANSWER + f"open(out + '/training.json', 'w').write('{json.dumps(said)}')"))
    assert record["measured"]["wall_s"] > 0
    assert record["peak_memory_mb"] > 0
    assert record["needs"] == []
    assert {"neurons", "answered_points"}.isdisjoint(record)
    assert record["own"] == said
    assert "accelerator_memory" not in rows(door)
    assert rows(door)["relative_l2"].value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("history.csv", "phase,step,loss\\nfit,one,0.5\\n", "history.csv: line 2: step = one is not a number"),
        ("history.csv", "phase,step,loss\\nfit,1,0.5\\nfit,,0.4\\n", "history.csv: line 3: step = nan is not a number"),
        ("history.csv", "phase,step,loss\\nfit,1,low\\n", "history.csv: line 2: loss = low is not a number"),
        ("history.csv", "phase,step,loss,loss_pde\\nfit,1,1,x\\n", "history.csv: line 2: loss_pde = x is not a number"),
        ("history.csv", "phase,step,loss\\nfit,1,0.5,7\\n", "history.csv: lines have more values than the 3 columns"),
        ("history.csv", "step,loss\\n", "history.csv: columns begin with step, loss, expected phase, step, loss"),
        ("history.csv", "", "history.csv cannot be read: "),
        ("model.safetensors", "hi", "model.safetensors cannot be read: "),
        ("model.json", "[1]", "model.json: expected a mapping"),
        ("model.json", "{", "model.json cannot be read: "),
        ("prediction.npz", "", "prediction.npz cannot be read: "),
    ],
)
def test_a_file_that_others_could_not_read_later_fails_and_is_not_kept(door, file, content, reason):
    record = run(door, *python(ANSWER + f"open(out + '/{file}', 'w').write('{content}')"), status="failed")
    assert record["reason"].startswith(reason)
    assert (door.out("mine") / "history.csv").read_text() == "phase,step,loss\n"
    assert rows(door)["relative_l2"].status == "failed"


def test_half_a_line_of_history_does_not_outlive_a_program_that_is_killed(door):
    half = "open(out + '/history.csv', 'w').write('phase,step,loss\\nfit,1,0.5\\nfit,2,0.4,')\n"
    record = run(door, *python(ANSWER + half + "os.kill(os.getpid(), 11)"), status="failed")
    assert record["reason"] == "ended by signal 11 (Segmentation fault): no output"
    assert (door.out("mine") / "history.csv").read_text() == "phase,step,loss\n"


@pytest.mark.skipif(shutil.which("setsid") is None, reason="no setsid here")
@pytest.mark.parametrize("output", ["", ">/dev/null 2>&1"], ids=["holding the output", "apart from it"])
def test_what_a_program_leaves_running_ends_with_it(door, output):
    late = door.out("mine") / "late.txt"
    start = time.perf_counter()
    run(door, "sh", "-c", f"(sleep 2; setsid sleep 7; touch {late}) {output} & exit 0", status="failed")
    setsid = f"setsid sh -c 'sleep 1; touch {late}; sleep 7' {output} & sleep 0.2; exit 0"
    run(door, "sh", "-c", setsid, status="failed", seed=1)
    assert time.perf_counter() - start < 6
    time.sleep(max(0.0, start + 3.0 - time.perf_counter()))
    assert not late.exists()


def test_the_record_says_which_runs_it_was_made_from(door):
    run(door, *python(ANSWER), name="first")
    door.add("mine", "{paper: kd_pinn, needs: [teacher]}")
    shutil.copytree(door.out("first"), door.out("teacher"))
    assert run(door, *python(ANSWER))["needs"] == ["teacher"]
