"""Drawings inside the page: what is seen stays, and nothing else."""

import base64
import re
from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from replication.report import svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '


def test_a_drawing_inside_the_page_keeps_what_is_seen_and_nothing_else():
    drawn = (
        f'<?xml version="1.0"?>{HEAD}'
        'width="9pt" viewBox="0 0 9 9"><metadata>m</metadata><defs><style>*{}</style></defs><g id="axes_1"><g>'
        '<defs><path id="mark" d="M 0 0.123456"/></defs><use xlink:href="#mark" x="1.23456" style="fill: red"/>'
        '<text id="label" style="fill: red" transform="rotate(-0 1 2)">a &lt; b</text></g></g></svg>'
    )
    page = svg.inlined(drawn, "p-f", 'a "label"')
    name = re.search(r"\.(s\w{6})\{fill: red\}", page)[1]
    assert f'<use href="#p-f-0" x="1.23" class="{name}"' in page
    assert f'<text class="{name}">a &lt; b</text>' in page
    assert '<path d="M 0 0.12" id="p-f-0" />' in page
    assert 'aria-label="a &quot;label&quot;"' in page
    for gone in ("metadata", "axes_1", "<g>", "rotate", "width", "xmlns"):
        assert gone not in page


@pytest.mark.parametrize(
    ("colours", "transparent", "smaller"), [(200, False, True), (300, False, False), (2, True, False)]
)
def test_a_bitmap_inside_the_page_keeps_every_pixel(colours, transparent, smaller):
    random = np.random.default_rng(0)
    palette = random.permuted(np.arange(colours * 3)).reshape(-1, 3) % 256
    pixels = np.dstack([palette[random.integers(colours, size=(40, 50))], np.full((40, 50), 255)]).astype(np.uint8)
    pixels[0, 0, 3] = 0 if transparent else 255
    plt.imsave(file := BytesIO(), pixels, format="png")
    bitmap = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    page = svg.inlined(f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{bitmap}"/></svg>', "p", "l")
    written = re.search(r'href="([^"]+)"', page)[1]
    assert (len(written) < len(bitmap)) is smaller
    shown = Image.open(BytesIO(base64.b64decode(written.partition(",")[2]))).convert("RGBA")
    np.testing.assert_array_equal(np.asarray(shown), pixels)


def test_a_row_of_marks_is_one_path_with_a_marker_of_their_shape_and_style():
    marks = "".join(f'<use xlink:href="#mark" x="{x}" y="{x + 1}" style="fill: red"/>' for x in range(5))
    others = '<use xlink:href="#mark" x="7" y="8" style="fill: blue"/>' * 3
    drawn = f'{HEAD}><defs><style>*{{}}</style><path id="mark" d="M 0 0"/></defs><g id="a">{marks}{others}</g></svg>'
    page = svg.inlined(drawn, "p", "l")
    red = re.search(r"\.(s\w{6})\{fill: red\}", page)[1]
    assert '<path d="M 0 1 1 2 2 3 3 4 4 5" fill="none" style="marker:url(#p-m0)" />' in page
    assert f'id="p-m0" markerUnits="userSpaceOnUse" overflow="visible"><use href="#p-0" class="{red}" />' in page
    assert page.count("<use") == 1 + 3
