"""One problem of one paper as it was run on one hardware target, small enough to be committed.

Such parts make the reference report. `reports/reference/<paper>/<problem>/<target>/` holds

- `part.json`: preset, the keys that the command line changed of it, size, commit of the code and settings as run;
- `rows.csv`: its rows of the long table, with the columns `preset` and `commit`;
- `runs.json`: what its runs cost, on what they ran, and the changes as values for `--config`;
- `figures/<figure>.csv` or `.npz`: what each figure shows of it;
- `dataset/`: if the problem is a dataset of The Well, its description, fidelity card and frames.

Parts come from different times and machines. Publishing one again replaces its folder and touches no other.
What can be shown of a problem once only (frames, a dataset's card) is that of its first part, accelerators first.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from replication.report import figure
from replication.settings.loading import evidence_level
from replication.storage.atomic import write_json
from replication.verdicts.claim import Claim
from replication.verdicts.judge import Level
from replication.verdicts.selection import Size

ABOUT, ROWS, RUNS, FIGURES, DATASET = "part.json", "rows.csv", "runs.json", "figures", "dataset"
BELOW_A_PROBLEM = re.compile(r"(\w+)[.](?:problems|datasets)[.](\w+)[.](.+)")
"""A key of settings that belong to one problem: paper, problem, the key below it."""
SIZES: tuple[Size, ...] = get_args(Size)
"""From the weakest to the strongest."""


@dataclass(frozen=True)
class Part:
    """A published part; `commit` is the state of the code that makes its rows, `dirty` whether files differed from it.

    `size` is what its runs can speak to, `modified` the dotted keys whose values the command line changed.
    """

    folder: Path = field(compare=False)
    paper: str
    problem: str
    target: str
    preset: str
    size: Size
    modified: list[str]
    commit: str
    dirty: bool
    settings: dict[str, Any]

    @property
    def place(self) -> str:
        """Its problem and hardware target, in words."""
        return f"{self.problem} on {self.target}"

    @property
    def level(self) -> str:
        """Its evidence level, with what was changed of its problem as it stands there, nothing of others'."""
        changed = []
        for key in self.modified:
            below = BELOW_A_PROBLEM.fullmatch(key)
            if below is None:
                changed.append(key)
            elif below.group(1, 2) == (self.paper, self.problem):
                changed.append(below[3])
        return evidence_level(self.preset, changed)

    @property
    def on_accelerator(self) -> bool:
        """Whether its target is no CPU."""
        return bool(self.settings["hardware"][self.target]["device"] != "cpu")

    def write(self) -> None:
        """Write `part.json`."""
        about = {name.name: getattr(self, name.name) for name in fields(self) if name.name != "folder"}
        write_json(self.folder / ABOUT, about)

    @property
    def rows(self) -> Path:
        """Its rows of the long table."""
        return self.folder / ROWS

    @property
    def runs(self) -> Path:
        """What its runs cost."""
        return self.folder / RUNS

    def figure(self, name: str) -> Path:
        """Return what a figure shows of it."""
        return self.folder / FIGURES / f"{name}.{figure.declared(self.paper, name).format}"


def read_all(root: Path) -> tuple[Part, ...]:
    """Return the parts below `root`, by paper and problem, accelerators before CPUs."""
    found = [Part(path.parent, **json.loads(path.read_text(encoding="utf-8"))) for path in root.glob(f"*/*/*/{ABOUT}")]
    return tuple(sorted(found, key=lambda part: (part.paper, part.problem, not part.on_accelerator, part.target)))


def level(claim: Claim, parts: Sequence[Part], table: pd.DataFrame) -> Level:
    """Return what the parts behind a claim can speak to: the weakest of them decides, and all presets are named.

    `table` holds the rows of the claim's paper, which tell on which targets its tests are made.
    """
    cells = [cell for test in claim.tests for made in test.cells(table) for cell in made]
    read = {(cell.hardware, problem) for cell in cells for problem in cell.problems}
    of_paper = [part for part in parts if part.paper == claim.paper]
    behind = [part for part in of_paper if (part.target, part.problem) in read] or of_paper
    if not behind:
        return Level("published", "not run")
    problems = [part.problem for part in behind]
    levels: dict[str, list[str]] = {}
    for part in behind:
        levels.setdefault(part.level, []).append(part.problem if problems.count(part.problem) == 1 else part.place)
    named = [f"{evidence} ({', '.join(names)})" for evidence, names in levels.items()] if len(levels) > 1 else levels
    return Level(min((part.size for part in behind), key=SIZES.index), "; ".join(named))
