"""An SVG file made ready to stand inside a page: small, and with names that clash with no other drawing's."""

import hashlib
import re
from base64 import b64decode, b64encode
from io import BytesIO
from itertools import groupby
from xml.etree import ElementTree

TEXT = ("text", "tspan")
REFERRED = re.compile(r'(?:href="#|url\(#)([^")]+)')
BITMAP = "data:image/png;base64,"
DIGITS = 2
"""Decimals of a coordinate in points: finer ones than a hundredth of a point cannot be seen."""
MARKS = 4
"""Marks of one shape and style in a row from which on they are drawn as the corners of one path."""


def inlined(svg: str, prefix: str, label: str) -> str:
    """Return an SVG file's drawing for use inside a page: ids made unique by `prefix`, no fixed size, a label.

    Without the prefix, clip paths and markers of one figure would be taken for those of another. Behind it the ids are
    counted: Matplotlib's own are hashes of unrounded coordinates, whose last bits depend on the processor. What the
    page does not need is left out: metadata, ids nobody refers to, groups that only group, digits nobody sees,
    a style said again, an element for each mark of a row of them, and four bytes a pixel where a colour map has 256
    colours.
    """
    root = ElementTree.fromstring(svg[svg.index("<svg") :])
    for element in root.iter():
        element.tag = _local(element.tag)
        element.attrib = {_local(name): value for name, value in element.attrib.items()}
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    for metadata in root.findall("metadata"):
        root.remove(metadata)
    names = {name: f"{prefix}-{number}" for number, name in enumerate(dict.fromkeys(REFERRED.findall(svg)))}
    for element in root.iter():
        _shorten(element, names)
    _flatten(root)
    _share_styles(root)
    _join_marks(root, prefix)
    root.attrib = {**root.attrib, "class": "drawing", "role": "img", "aria-label": label}
    return ElementTree.tostring(root, encoding="unicode")


def _local(name: str) -> str:
    """Return a name without its namespace, which HTML does not write."""
    return name.rpartition("}")[2]


def _shorten(element: ElementTree.Element, names: dict[str, str]) -> None:
    """Round an element's coordinates, and rename its id and what it refers to."""
    for name, value in list(element.attrib.items()):
        if name == "id":
            del element.attrib["id"]
            if value in names:
                element.set("id", names[value])
        elif name == "href":
            element.set(name, f"#{names[value[1:]]}" if value.startswith("#") else _with_palette(value))
        elif name == "transform" and re.fullmatch(r"rotate\(-?0 .*\)", value):
            del element.attrib[name]
        elif name == "d":
            element.set(name, " ".join(re.sub(r"-?\d+\.\d+", _rounded, value).split()))
        else:
            value = re.sub(r"-?\d+\.\d{3,}", _rounded, value) if name in ("x", "y", "transform", "points") else value
            element.set(name, REFERRED.sub(lambda found: f"url(#{names[found[1]]}", value))


def _with_palette(bitmap: str) -> str:
    """Return the same pixels with their colours in a palette, where that is smaller: opaque ones of 256 colours."""
    import numpy as np
    from PIL import Image

    if not bitmap.startswith(BITMAP):
        return bitmap
    pixels = np.asarray(Image.open(BytesIO(b64decode(bitmap[len(BITMAP) :]))).convert("RGBA"))
    numbers, places = np.unique(pixels.view("<u4"), return_inverse=True)  # one a pixel, which sorts ten times as fast
    colours = numbers.view(np.uint8).reshape(-1, 4)
    if len(colours) > 256 or (colours[:, 3] < 255).any():
        return bitmap
    image = Image.fromarray(places.reshape(pixels.shape[:2]).astype(np.uint8))
    image.putpalette(colours[:, :3].tobytes())
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return min(BITMAP + b64encode(written.getvalue()).decode(), bitmap, key=len)


def _rounded(found: re.Match[str]) -> str:
    text = f"{float(found[0]):.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _share_styles(root: ElementTree.Element) -> None:
    """Move styles into classes, named by what they say, so that those of the same name in two drawings are the same."""
    sheet = root.find("defs/style")
    if sheet is None:
        return
    rules = {}
    for element in root.iter():
        if style := element.attrib.pop("style", None):
            name = f"s{hashlib.sha256(style.encode()).hexdigest()[:6]}"
            rules[name] = style
            element.set("class", name)
    sheet.text = "".join([sheet.text or "", *(f".{name}{{{style}}}" for name, style in rules.items())])


def _look(element: ElementTree.Element) -> tuple[str, str | None, str | None]:
    return element.tag, element.get("href"), element.get("class")


def _join_marks(root: ElementTree.Element, prefix: str) -> None:
    """Draw marks of one shape and style that follow one another as the corners of one path that is not drawn itself.

    A browser paints a path's markers one over the other in the path's order, as it paints elements.
    """
    names: dict[tuple[str | None, str | None], str] = {}
    for parent in list(root.iter()):
        children: list[ElementTree.Element] = []
        for (tag, shape, style), row in groupby(parent, _look):
            marks = list(row)
            if tag == "use" and len(marks) >= MARKS:
                name = names.setdefault((shape, style), f"{prefix}-m{len(names)}")
                corners = " ".join(f"{mark.get('x')} {mark.get('y')}" for mark in marks)
                marks = [ElementTree.Element("path", d=f"M {corners}", fill="none", style=f"marker:url(#{name})")]
            children += marks
        parent[:] = children
    for (shape, style), name in names.items():
        marker = ElementTree.SubElement(root, "marker", id=name, markerUnits="userSpaceOnUse", overflow="visible")
        ElementTree.SubElement(marker, "use", {"href": shape or "", **({"class": style} if style else {})})


def _flatten(element: ElementTree.Element) -> None:
    """Put the content of groups without attributes in their place, and drop the line breaks between elements."""
    children: list[ElementTree.Element] = []
    for child in element:
        _flatten(child)
        children += list(child) if child.tag == "g" and not child.attrib else [child]
    element[:] = children
    if element.tag not in TEXT:
        element.text = (element.text or "").strip() or None
        for child in children:
            child.tail = None
