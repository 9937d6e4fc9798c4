"""A clone of the project in which a test may change files, and a preset that runs in seconds."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

TINY = """
description: Seconds, for tests of the workflow.
size: none
hardware: {cpu: {device: cpu}}
kd_pinn:
  problems:
    burgers:
      seeds: 1
      methods: [kd_student, scratch_student]
      grid: {x: 8, t: 5}
      points: {collocation: 30, distillation: 30, conditions: {initial: 10, boundary: 10}}
      training: {adam: {steps: 3}, lbfgs: {iterations: 3}, compiled: false}
  latency: {batches: [1], threads: [1], runtimes: [eager], warm_up: 1, repeats: 5, seconds: 1.0}
"""


class Workplace:
    """The clone, and the commands a user types in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake on the tiny preset and return what it printed."""
        return self.run(*arguments, "--cores", "2", "--configfile", "workflow/presets/tiny.yaml")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake with these arguments alone."""
        environment = os.environ | {"PYTHONPATH": str(self.folder), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "snakemake", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def planned(self, *arguments: str) -> list[str]:
        """Return the messages of the jobs that would run."""
        shown = self.snakemake("-n", *arguments)
        assert shown.returncode == 0, shown.stdout
        return re.findall(r"^Job \d+: (.+)$", shown.stdout, re.MULTILINE)

    def edit(self, path: str, before: str, after: str) -> None:
        """Replace a text that a file must hold."""
        file = self.folder / path
        text = file.read_text()
        assert before in text, f"{path} does not hold {before!r}"
        file.write_text(text.replace(before, after, 1))


def git(*arguments: str) -> list[str]:
    """Return the lines that a git command prints about the project."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Clone the project, bring over what is changed in the working tree, and add the tiny preset."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    git("clone", "--quiet", str(ROOT), str(folder))
    for name in git("diff", "--name-only", "HEAD") + git("ls-files", "--others", "--exclude-standard"):
        (folder / name).unlink(missing_ok=True)
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "workflow/presets/tiny.yaml").write_text(TINY)
    return Workplace(folder)
