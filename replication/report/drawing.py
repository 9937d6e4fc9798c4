"""A figure as the page shows it: its SVG inside the page, its files beside it, or what is missing."""

import os
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from replication.report import figure
from replication.report.part import Part
from replication.report.svg import inlined


@dataclass(frozen=True)
class Drawing:
    """A figure of one paper. `svg` is None where it was not drawn; `missing` says why, if its data knows."""

    anchor: str
    title: str
    caption: str
    svg: str | None
    missing: str | None
    files: tuple[tuple[str, str], ...]
    animation: str | None = None
    """Address of its animation, the content itself, so that the page needs no other file."""


def load(paper: str, name: str, figures: Path, page: Path, parts: Sequence[Part] = ()) -> Drawing:
    """Return a figure from the folder `figures/<paper>/` for the page at `page`; what is not there is pending.

    Its files are linked where they lie beside the drawing; on a page of published parts, the data files of the parts.
    """
    anchor = f"{paper}-{name}"
    if name not in figure.figures(paper):
        return Drawing(anchor, name.replace("_", " ").capitalize(), "", None, None, ())
    said = figure.declared(paper, name)
    stem = figures / paper / name
    data, svg = stem.with_name(f"{name}.{said.format}"), stem.with_name(f"{name}.svg")
    if not data.is_file() or not svg.is_file():
        return Drawing(anchor, said.title, said.caption, None, None, ())
    lacking = figure.missing(figure.read_data(data))
    if lacking is not None:
        return Drawing(anchor, said.title, said.caption, None, lacking, ())
    if parts:
        own = [part for part in parts if part.paper == paper]
        found = [(f"{part.place} {said.format.upper()}", part.figure(name)) for part in own]
    else:
        suffixes = (*figure.DRAWN, *([figure.ANIMATION] if said.animated else []), said.format)
        found = [(suffix.upper(), stem.with_name(f"{name}.{suffix}")) for suffix in suffixes]
    files = tuple(
        (label, Path(os.path.relpath(path, page.parent)).as_posix()) for label, path in found if path.is_file()
    )
    drawn = inlined(svg.read_text(encoding="utf-8"), anchor, said.title)
    film = stem.with_name(f"{name}.{figure.ANIMATION}")
    animation = _data_address(film) if said.animated and film.is_file() else None
    return Drawing(anchor, said.title, said.caption, drawn, None, files, animation)


def _data_address(film: Path) -> str:
    return f"data:image/{figure.ANIMATION};base64,{b64encode(film.read_bytes()).decode()}"
