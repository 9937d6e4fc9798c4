"""Energy of a run by the processor's own counters (RAPL), where the system lets us read them.

A counter covers a whole processor package, so a run is given the share of it that it had of the CPU time which all
processes of the machine used meanwhile: joules of runs that shared a machine add up to the machine's.
"""

import os
import threading
from pathlib import Path
from typing import Any

from replication.runs import cpu_time

POWERCAP = Path("/sys/class/powercap")
SECONDS_BETWEEN_READINGS = 20.0
"""A counter starts anew after some 65 kJ, which takes minutes at full power."""

ON_A_GPU = "the energy of a GPU is not counted"
RESUMED = "the run was resumed from a checkpoint, and what it took before was not counted"


class Meter:
    """Counts the energy of this process and its descendants while it is entered."""

    def __init__(self, powercap: Path = POWERCAP) -> None:
        self._counters, self._obstacle = _counters(powercap)
        self._joules = 0.0
        self._share = 0.0
        self._ended = threading.Event()

    def __enter__(self) -> "Meter":
        """Start reading."""
        if self._counters:
            self._last = [_joules(counter) for counter in self._counters]
            self._own, self._all = cpu_time.of_this_process(), cpu_time.of_machine()
            self._reader = threading.Thread(target=self._watch, daemon=True)
            self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the last reading."""
        if self._counters:
            self._ended.set()
            self._reader.join()
            self._read()
            own, every = cpu_time.of_this_process() - self._own, cpu_time.of_machine() - self._all
            self._share = min(1.0, own / every) if every > 0 else 1.0

    def record(self, device: str, resumed: bool = False) -> dict[str, Any]:
        """Return `energy_j`, None where it was not counted, and `energy_reason`, why not."""
        reason = ON_A_GPU if device != "cpu" else self._obstacle or (RESUMED if resumed else "")
        return {"energy_j": None if reason else self._share * self._joules, "energy_reason": reason}

    def _watch(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_READINGS):
            self._read()

    def _read(self) -> None:
        for index, counter in enumerate(self._counters):
            now, before = _joules(counter), self._last[index]
            wrapped = float((counter / "max_energy_range_uj").read_text()) / 1e6 if now < before else 0.0
            self._joules += now - before + wrapped
            self._last[index] = now


def _counters(powercap: Path) -> tuple[list[Path], str]:
    """Return the folders of the packages' counters, or none and the reason."""
    zones = sorted(powercap.glob("*-rapl:*"))
    packages = [zone for zone in zones if (zone / "name").read_text().startswith("package")]
    if not packages:
        return [], f"the system shows no energy counter ({powercap}/*-rapl:*)"
    closed = [zone for zone in packages if not os.access(zone / "energy_uj", os.R_OK)]
    return ([], f"{closed[0]}/energy_uj may not be read by this user") if closed else (packages, "")


def _joules(counter: Path) -> float:
    return float((counter / "energy_uj").read_text()) / 1e6
