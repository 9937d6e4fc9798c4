"""What to cite for each method and dataset that was run."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from replication import layout
from replication.baselines.declaration import BASELINES
from replication.report.tables import Table
from replication.settings.preset import PAPERS
from replication.well.catalogue import DATASETS

MARK = "# citation:"


def table(runs: Iterable[Mapping[str, Any]], papers: Mapping[str, str]) -> Table:
    """Return one row a citation, with the methods or datasets of The Well that it stands for.

    `papers` gives each paper's own citation. A method's module may hold a text `CITATION`; without it the method is its
    paper's. A baseline's file says `# citation: ...`; without it the baseline is its author's.
    """
    cited: dict[tuple[str, str], set[str]] = {}
    for run in runs:
        method = run["method"].partition("-")[0]
        cited.setdefault(("method", _of_method(run["paper"], method, papers[run["paper"]])), set()).add(method)
        if run["problem"] in DATASETS:
            cited.setdefault(("dataset", DATASETS[run["problem"]].citation), set()).add(run["problem"])
    rows = [(kind, "; ".join(sorted(names)), text) for (kind, text), names in sorted(cited.items(), reverse=True)]
    return Table("citations", "What to cite", pd.DataFrame(rows, columns=["kind", "for", "citation"]))


def _of_method(paper: str, method: str, own: str) -> str:
    baseline, module = BASELINES / f"{method}.smk", PAPERS / paper / "methods" / f"{method}.py"
    if baseline.is_file():
        lines = baseline.read_text(encoding="utf-8").splitlines()
        given = (line.removeprefix(MARK).strip() for line in lines if line.startswith(MARK))
        return next(given, f"none given in {layout.BASELINES / baseline.name}")
    if module.is_file():
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CITATION":
                return str(ast.literal_eval(node.value))
    return own
