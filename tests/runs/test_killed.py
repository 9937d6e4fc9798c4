"""A training killed by SIGKILL goes on from its checkpoint and ends with the bits of one that was not."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from replication.problems.burgers import Burgers
from replication.settings.loading import load_preset

SMOKE = Path("workflow/presets/smoke.yaml").resolve()
TRAIN = """
import sys
from replication.training import checkpoint
checkpoint.SECONDS_BETWEEN_CHECKPOINTS = 0.05
from replication.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def command(folder, settings):
    return [
        *(sys.executable, "-c", TRAIN, "train", "--settings", json.dumps(settings), "--evaluation", "evaluation.npz"),
        *("--hardware", "cpu.json", "--out", str(folder)),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("phase", ["adam", "lbfgs"])
def test_the_weights_after_a_kill_are_those_without(tmp_path, monkeypatch, compiled, phase):
    monkeypatch.chdir(tmp_path)
    steps = {"adam": 4000 if phase == "adam" else 20, "lbfgs": 20 if phase == "adam" else 1500}
    training = {"adam": {"steps": steps["adam"]}, "lbfgs": {"iterations": steps["lbfgs"]}, "compiled": compiled}
    training["dtype"] = "float32"
    points = {"collocation": 300, "conditions": {"initial": 50, "boundary": 50}}
    burgers = {"points": points, "networks": {"teacher": [12, 12]}, "training": training}
    preset = load_preset(SMOKE, {"kd_pinn": {"problems": {"burgers": burgers}}})
    settings = preset.settings.kd_pinn.training_settings("burgers", "teacher")
    np.savez("evaluation.npz", points=Burgers(0.01).grid({"x": 8, "t": 5})[1])
    (tmp_path / "cpu.json").write_text(json.dumps({"status": "present", "device": "cpu", "reason": ""}))
    whole = tmp_path / "whole/cpu/kd_pinn/burgers/teacher/seed0"
    killed = tmp_path / "killed/cpu/kd_pinn/burgers/teacher/seed0"
    subprocess.run(command(whole, settings), check=True)

    process = subprocess.Popen(command(killed, settings))
    checkpoint = killed / "checkpoint.safetensors"
    while not _in_phase(checkpoint, phase):
        assert process.poll() is None, "the training ended before it could be killed"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed / "training.json").exists()
    assert checkpoint.exists()
    subprocess.run(command(killed, settings), check=True)
    expected, found = load_file(whole / "model.safetensors"), load_file(killed / "model.safetensors")
    for name in expected:
        np.testing.assert_array_equal(expected[name], found[name], err_msg=name)
    assert (whole / "history.csv").read_bytes() == (killed / "history.csv").read_bytes()
    assert not checkpoint.exists()


def _in_phase(checkpoint, phase):
    if not checkpoint.exists():
        return False
    from safetensors import safe_open

    with safe_open(checkpoint, framework="np") as file:
        steps = json.loads(file.metadata()["header"])["phases"]
    return steps[phase]["steps"] > 5
