"""What to cite for each method and dataset that was run."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from replication.report.tables import Table
from replication.settings.preset import PAPERS
from replication.well.catalogue import DATASETS


def table(runs: Iterable[Mapping[str, Any]], papers: Mapping[str, str]) -> Table:
    """Return one row a citation, with the methods or datasets of The Well that it stands for.

    `papers` gives each paper's own citation. A method's module may hold a text `CITATION`; without it the method is its
    paper's.
    """
    cited: dict[tuple[str, str], set[str]] = {}
    for run in runs:
        method = run["method"].partition("-")[0]
        cited.setdefault(("method", _of_module(run["paper"], method) or papers[run["paper"]]), set()).add(method)
        if run["problem"] in DATASETS:
            cited.setdefault(("dataset", DATASETS[run["problem"]].citation), set()).add(run["problem"])
    rows = [(kind, ", ".join(sorted(names)), text) for (kind, text), names in sorted(cited.items(), reverse=True)]
    return Table("citations", "What to cite", pd.DataFrame(rows, columns=["kind", "for", "citation"]))


def _of_module(paper: str, method: str) -> str | None:
    path = PAPERS / paper / "methods" / f"{method}.py"
    if not path.is_file():
        return None
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "CITATION":
            return str(ast.literal_eval(node.value))
    return None
