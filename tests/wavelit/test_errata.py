"""What the errata say is what their commands show."""

import re

from replication.__main__ import main


def test_discarded_blocks_have_no_gradient_and_no_reach(capsys):
    assert main(["discarded-blocks"]) == 0
    kept, discarded = capsys.readouterr().out.splitlines()
    numbers = [list(map(int, re.findall(r"\d+", line))) for line in (kept, discarded)]
    (with_gradient, in_blocks, _, reached, points), (without, same, _, alone, _) = numbers
    assert with_gradient > 0.9 * in_blocks
    assert reached == points == 1024
    assert (without, same, alone) == (0, in_blocks, 1)


def test_the_staircase_turns_by_two_pi_over_49(capsys):
    assert main(["staircase-rotation"]) == 0
    published, angles, here = capsys.readouterr().out.splitlines()
    assert re.findall(r"0\.\d{4}", published) == ["0.1281"]
    assert re.findall(r"0\.\d{4}", angles) == ["0.1281", "0.1256"]
    assert float(re.findall(r"[\d.]+e-\d+", here)[0]) < 1e-6
