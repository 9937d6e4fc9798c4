"""One synthetic tree and one rendered page for all tests of the report."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from replication.report import content, page

from . import synthetic


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """A page of three papers of which one was run, its Markdown twin and its tables."""
    root = tmp_path_factory.mktemp("workflow")
    sources = synthetic.grow(root)
    inputs = synthetic.report(root, sources, papers=("kd_pinn", "s2gpt_pinn", "wavelit"))
    reports = inputs.verdicts.parent
    page.render(inputs, reports / "index.html", reports / "report.md")
    content.export(inputs, "kd_pinn", inputs.tables / "kd_pinn")
    return SimpleNamespace(
        root=root,
        inputs=inputs,
        path=Path(reports / "index.html"),
        html=(reports / "index.html").read_text(encoding="utf-8"),
        markdown=(reports / "report.md").read_text(encoding="utf-8"),
    )
