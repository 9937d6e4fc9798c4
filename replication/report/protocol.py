"""A paper's `protocol.md` as parts of the page: its title and its sections, by their headings.

Sections that reproducibility venues ask for are looked up by name; a missing one is shown as pending.
"""

import re
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ASKED_FOR = ("Methodology", "Assumptions", "Deviations", "What was easy", "What was difficult", "Citation")
CITATION = "Citation"
BEYOND = "Results beyond the paper"
LEVEL = 4
"""The heading level of a section on the page; deeper headings follow it."""


@dataclass(frozen=True)
class Section:
    """A section of the protocol: its heading as it stands there and its text as HTML."""

    heading: str
    html: str


@dataclass(frozen=True)
class Protocol:
    """A paper's name, what stands before the first section, its sections in order, and those still to be written."""

    title: str
    introduction: str
    sections: tuple[Section, ...]
    pending: tuple[str, ...]
    beyond: str = ""
    """What the replication found beyond the paper, as HTML; shown with its figures, not among the sections."""
    citation: str = ""
    """The paper's citation as plain text."""
    markdown: str = ""
    """What stands after the title, as it was written, its headings two levels lower."""


def prose(path: Path) -> str:
    """Return a Markdown file as HTML for a section of the page, as `lowered` gives it."""
    return str(_reader().render(lowered(path)))


def lowered(path: Path) -> str:
    """Return a Markdown file without its title, each heading two levels lower; nothing where there is no such file."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return re.sub(r"^##", "####", re.sub(r"\A# .*\n", "", text), flags=re.MULTILINE).strip()


def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")


def read(path: Path, slug: str) -> Protocol:
    """Read `protocol.md`; without it everything is pending and the slug is the title. Raw HTML is shown as text."""
    reader = _reader()
    tokens = reader.parse(path.read_text(encoding="utf-8")) if path.is_file() else []
    starts = [index for index, token in enumerate(tokens) if token.type == "heading_open" and token.tag in ("h1", "h2")]
    title, introduction, citation, sections = slug, "", "", []
    for start, end in pairwise([*starts, len(tokens)]):
        heading = tokens[start + 1].content
        html = _scrolling(reader.renderer.render(_lowered(tokens[start + 3 : end]), reader.options, {}), heading)
        if tokens[start].tag == "h1":
            title, introduction = heading, html
        else:
            sections.append(Section(heading, html))
        if heading == CITATION:
            citation = " ".join(_text(tokens[start + 3 : end]).split())
    written = " ".join(section.heading.lower() for section in sections)
    pending = tuple(name for name in ASKED_FOR if name.lower() not in written)
    shown = tuple(section for section in sections if section.heading != BEYOND)
    beyond = "".join(section.html for section in sections if section.heading == BEYOND)
    return Protocol(title, introduction, shown, pending, beyond, citation, lowered(path))


def _scrolling(html: str, heading: str) -> str:
    """Let wide tables scroll inside a region of their own, which a keyboard reaches."""
    region = f'<div class="scroll" tabindex="0" role="region" aria-label="Table of: {escape(heading)}">'
    return html.replace("<table>", f"{region}<table>").replace("</table>", "</table></div>")


def _text(tokens: list[Token]) -> str:
    return " ".join(
        "".join(child.content or "\n" for child in token.children or () if child.type in ("text", "softbreak"))
        for token in tokens
    )


def _lowered(tokens: list[Token]) -> list[Token]:
    """Return tokens with `###` two levels below the section's own heading's, and so on."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + LEVEL - 2)}"
    return tokens
