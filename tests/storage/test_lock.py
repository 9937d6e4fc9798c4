"""Two processes never write one folder."""

import logging
import subprocess
import sys
import time

from replication.storage.lock import only_writer

HOLDER = """
import sys, time
from pathlib import Path
from replication.storage.lock import only_writer
with only_writer(Path(sys.argv[1])):
    print("holding", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(folder, seconds):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    return process


def test_a_second_writer_waits_for_the_first_and_names_it(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    first = hold(tmp_path, 1.5)
    start = time.monotonic()
    with only_writer(tmp_path):
        waited = time.monotonic() - start
        assert first.wait(timeout=10) == 0
    assert waited > 0.8
    assert f"process {first.pid}" in caplog.text


def test_the_lock_of_a_killed_writer_is_free(tmp_path):
    first = hold(tmp_path, 60)
    first.kill()
    first.wait()
    start = time.monotonic()
    with only_writer(tmp_path):
        pass
    assert time.monotonic() - start < 5
