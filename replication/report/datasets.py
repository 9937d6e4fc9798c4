"""Datasets of The Well as the page shows them: frames, and statistics beside the published ones of the real set."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from replication.report.svg import inlined
from replication.report.tables import Table
from replication.well.catalogue import DATASETS


@dataclass(frozen=True)
class ShownDataset:
    """One dataset: its frames as SVG, what it is (source, grid, trajectories, what differs) and its fidelity card."""

    name: str
    svg: str
    about: dict[str, Any]
    citation: str
    card: Table


def shown(folder: Path) -> list[ShownDataset]:
    """Return the datasets whose card, frames and description lie in `folder`, in the catalogue's order."""
    found = []
    for name, entry in DATASETS.items():
        card, drawing, about = (folder / f"{name}.{suffix}" for suffix in ("csv", "svg", "json"))
        if card.is_file() and drawing.is_file() and about.is_file():
            found.append(
                ShownDataset(
                    name,
                    inlined(drawing.read_text(encoding="utf-8"), f"dataset-{name}", f"Frames of {name}"),
                    json.loads(about.read_text(encoding="utf-8")),
                    entry.citation,
                    Table(f"dataset-{name}", f"Fidelity of {name}", _readable(pd.read_csv(card))),
                )
            )
    return found


def _readable(card: pd.DataFrame) -> pd.DataFrame:
    return card.drop(columns="dataset").rename(columns=lambda name: name.replace("_published", ", real"))
