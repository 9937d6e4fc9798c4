"""What others do meanwhile is counted, what the process and its children do is not."""

import subprocess
import sys
import time
from collections import namedtuple

import psutil
import pytest

from replication.runs import cpu_time, neighbours
from replication.runs.neighbours import Neighbours

Machine = namedtuple("Machine", "user system idle iowait steal guest", defaults=[0.0] * 6)
Own = namedtuple("Own", "user system children_user children_system iowait", defaults=[0.0] * 5)


class Process:
    """A made-up process."""

    def __init__(self, *times, ended=False):
        self.times, self.ended, self.offspring = times, ended, []

    def cpu_times(self):
        if self.ended:
            raise psutil.NoSuchProcess(1)
        return Own(*self.times)

    def children(self, recursive):
        assert recursive
        return self.offspring


@pytest.fixture
def after_ten_seconds(monkeypatch):
    """Return a function that counts what times of machine and process, zero before, come to in ten seconds."""

    def count(machine, process, *children):
        process.offspring = list(children)
        machines, processes, clock = iter([Machine(), machine]), iter([Process(), process]), iter([5.0, 15.0])
        monkeypatch.setattr(cpu_time.psutil, "cpu_times", lambda: next(machines))
        monkeypatch.setattr(cpu_time.psutil, "Process", lambda: next(processes))
        monkeypatch.setattr(neighbours.time, "monotonic", lambda: next(clock))
        with Neighbours() as counted:
            pass
        return counted.cores

    return count


def test_others_are_all_but_the_process_and_its_descendants(after_ten_seconds):
    machine = Machine(user=20.0, system=5.0, idle=900.0, iowait=70.0, steal=3.0, guest=9.0)
    assert after_ten_seconds(machine, Process(6.0, 1.0, 4.0, 0.5), Process(3.0, 0.5)) == pytest.approx((28 - 15) / 10)


def test_a_child_that_ends_meanwhile_is_its_parents(after_ten_seconds):
    assert after_ten_seconds(Machine(user=9.0), Process(1.0, 0.0, 5.0), Process(ended=True)) == pytest.approx(0.3)


def test_counting_too_much_of_its_own_leaves_nobody(after_ten_seconds):
    assert after_ten_seconds(Machine(user=9.99), Process(10.0)) == 0.0


@pytest.mark.parametrize(("seconds", "warned"), [(2.4, False), (2.6, True)])
def test_busy_neighbours_are_warned_of(after_ten_seconds, caplog, seconds, warned):
    after_ten_seconds(Machine(user=seconds), Process())
    assert ("time it again" in caplog.text) is warned


def test_a_process_of_its_own_is_seen():
    busy = "import time\nend = time.monotonic() + 20\nwhile time.monotonic() < end: pass"
    silent = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"
    start = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {busy!r}], {silent}).pid)"
    # Its parent ends at once, so that the busy process is no descendant of this one.
    orphan = int(subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=True).stdout)
    try:
        with Neighbours() as counted:
            time.sleep(1.0)
    finally:
        psutil.Process(orphan).kill()
    assert counted.cores > 0.5
