"""What glibc does with freed blocks, seen as page faults of a process of its own."""

import ctypes
import os
import subprocess
import sys

import pytest

from replication.baselines import external
from replication.runs import allocator

PAGES = 16384
"""Of 4 kB, that a step of the program allocates."""

PROGRAM = f"""
import resource, sys
import numpy as np
from replication.runs import allocator

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def step():
    blocks = [np.ones({PAGES} * 4096 // 8 // 4) for _ in range(4)]
    del blocks

if "keep" in sys.argv:
    allocator.keep_freed_memory()
for _ in range(3):
    step()
start = faults()
for _ in range(20):
    step()
print((faults() - start) // 20)
"""


def faults_per_step(*arguments: str, **environment: str) -> int:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | environment)
    return int(ended.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library is not glibc")
def test_freed_blocks_are_kept_for_the_next_step():
    assert faults_per_step() > 0.1 * PAGES
    assert faults_per_step("keep") < 0.01 * PAGES
    assert faults_per_step(**allocator.ENVIRONMENT) < 0.01 * PAGES


def test_a_program_that_is_run_as_a_method_keeps_it_as_our_trainings_do():
    program = f"import os; print([os.environ[name] for name in {sorted(allocator.ENVIRONMENT)}])"
    ended = external.run([sys.executable, "-c", program], seconds=20, threads=1)
    assert ended.last_line == str([allocator.ENVIRONMENT[name] for name in sorted(allocator.ENVIRONMENT)])
