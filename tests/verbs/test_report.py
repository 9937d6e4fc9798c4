"""`make report` checks first, releases the lock of a killed workflow, and never that of a living one."""

import os
import subprocess
import sys

import pytest

from replication.__main__ import main
from replication.errors import UserError
from replication.verbs.report import overrides, preset_path, release_stale_lock


@pytest.fixture
def locked(tmp_path, monkeypatch):
    """A working directory that a Snakemake has locked and not unlocked, with a Snakefile that does nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Snakefile").write_text("rule all:\n    output: touch('done')\n")
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text("done\n")
    return locks


def test_the_lock_of_a_killed_workflow_is_released(locked, capsys):
    release_stale_lock()
    assert not locked.exists() or not any(locked.iterdir())
    assert "killed run" in capsys.readouterr().err


def test_the_lock_of_a_living_workflow_is_left_and_its_process_named(locked):
    script = locked.parent / "snakemake_that_waits.py"
    script.write_text("import time\nprint('here', flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(UserError, match=f"process {process.pid} runs Snakemake in"):
            release_stale_lock()
        assert list(locked.iterdir())
    finally:
        process.kill()
        process.wait()


def test_without_a_lock_nothing_happens(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    release_stale_lock()
    assert capsys.readouterr().err == ""


def test_a_preset_is_named_or_given_by_path():
    assert str(preset_path("smoke")) == os.path.join("workflow", "presets", "smoke.yaml")
    assert str(preset_path("mine/own.yaml")) == os.path.join("mine", "own.yaml")


def test_overrides_are_read_as_snakemake_reads_them():
    found = overrides(["problems=[burgers]", "kd_pinn={latency: {repeats: 5}}"])
    assert found == {"problems": ["burgers"], "kd_pinn": {"latency": {"repeats": "5"}}}


@pytest.mark.parametrize("entry", ["problems", "=3"])
def test_an_override_without_key_or_value_is_one_line(entry, capsys):
    assert main(["report", "--preset", "smoke", "--config", entry]) == 1
    error = capsys.readouterr().err
    assert "expected KEY=VALUE" in error
    assert error.count("\n") == 1


def test_broken_yaml_in_an_override_is_one_line(capsys):
    assert main(["report", "--preset", "smoke", "--config", "problems=[burgers"]) == 1
    error = capsys.readouterr().err
    assert "is not valid YAML" in error
    assert error.count("\n") == 1


def test_a_preset_that_does_not_exist_is_one_line(capsys):
    assert main(["report", "--preset", "smok"]) == 1
    assert "did you mean smoke?" in capsys.readouterr().err


@pytest.mark.parametrize("cores", ["0", "-1", "two"])
def test_cores_that_are_none_are_refused_before_anything_starts(cores, capsys):
    with pytest.raises(SystemExit):
        main(["report", "--preset", "smoke", f"--cores={cores}"])
    assert f"'{cores}' is neither a positive whole number nor all" in capsys.readouterr().err


def test_a_file_that_does_not_exist_is_one_line(capsys):
    assert main(["stack", "--parts", "nowhere.csv", "--out", "table.csv"]) == 1
    assert capsys.readouterr().err == "error: nowhere.csv: no such file or folder\n"


@pytest.mark.parametrize(("content", "said"), [("", "No columns"), ("paper,value\nkd_pinn,1\n", "lacks the column")])
def test_a_file_that_is_no_table_is_one_line(content, said, tmp_path, capsys):
    table = tmp_path / "table.csv"
    table.write_text(content)
    outs = [f"--{name}={tmp_path / name}.csv" for name in ("verdicts-out", "evidence-out", "sensitivity-out")]
    flags = ["--paper=kd_pinn", "--size=reduced", "--evidence=quick", f"--table={table}"]
    assert main(["judge", *flags, *outs]) == 1
    error = capsys.readouterr().err
    assert f"{table}: not a table of rows: " in error
    assert said in error
    assert error.count("\n") == 1
