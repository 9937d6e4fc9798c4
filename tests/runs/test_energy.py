"""Energy is the processor's count, shared by CPU time, or missing with the reason."""

import os
import time

import pytest

from replication.runs import energy
from replication.runs.energy import ON_A_GPU, RESUMED, Meter


class Machine:
    """Made-up counters and CPU times."""

    def __init__(self, folder):
        self.folder = folder
        for zone, name in (("intel-rapl:0", "package-0"), ("intel-rapl:0:0", "core"), ("intel-rapl:1", "package-1")):
            (folder / zone).mkdir()
            (folder / zone / "name").write_text(name + "\n")
            (folder / zone / "max_energy_range_uj").write_text("100000000\n")
            self.set(zone, 0)
        self.seconds = 0.0

    def set(self, zone, joules):
        """Set a counter at once: as in a real one, no reader finds it half written."""
        (self.folder / "new").write_text(f"{round(1e6 * joules)}\n")
        os.replace(self.folder / "new", self.folder / zone / "energy_uj")

    def meter(self):
        return Meter(self.folder)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine on which this process has used one CPU second more each time it is asked."""
    clock, made_up = iter(range(99)), Machine(tmp_path)
    monkeypatch.setattr(energy.cpu_time, "of_this_process", lambda: float(next(clock)))
    monkeypatch.setattr(energy.cpu_time, "of_machine", lambda: made_up.seconds)
    return made_up


def await_reading(meter, joules, seconds=30.0):
    """Wait until the meter's thread has seen the first package at these joules, however busy the machine is."""
    limit = time.monotonic() + seconds
    while meter._last[0] != joules:
        assert time.monotonic() < limit, "the counter was not read"
        time.sleep(0.005)


def test_packages_add_up_and_are_shared_by_cpu_time(machine):
    with machine.meter() as meter:
        machine.set("intel-rapl:0", 30)
        machine.set("intel-rapl:0:0", 20)
        machine.set("intel-rapl:1", 10)
        machine.seconds = 4.0
    assert meter.record("cpu") == {"energy_j": pytest.approx(40 / 4), "energy_reason": ""}


def test_a_counter_that_starts_anew_while_it_runs_loses_nothing(machine, monkeypatch):
    monkeypatch.setattr(energy, "SECONDS_BETWEEN_READINGS", 0.01)
    machine.set("intel-rapl:0", 90)
    with machine.meter() as meter:
        for joules in (20, 80, 10):
            machine.set("intel-rapl:0", joules)
            await_reading(meter, joules)
        machine.seconds = 1.0
    assert meter.record("cpu")["energy_j"] == pytest.approx(30 + 60 + 30)


def test_what_was_not_counted_is_missing_with_the_reason(machine, tmp_path):
    with Meter(tmp_path / "none") as meter:
        pass
    assert meter.record("cpu")["energy_j"] is None
    assert "shows no energy counter" in meter.record("cpu")["energy_reason"]
    with machine.meter() as meter:
        machine.seconds = 1.0
    assert meter.record("cpu", resumed=True) == {"energy_j": None, "energy_reason": RESUMED}
    assert meter.record("cuda")["energy_reason"] == ON_A_GPU
