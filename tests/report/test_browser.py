"""The page in a real browser: from a file, without a network, at a desk, on a phone and on paper."""

import os
import re
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from replication import layout

pytestmark = pytest.mark.slow

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path("node_modules/axe-core/axe.min.js")
PUBLISHED = layout.REFERENCE / "index.html"
MOST_ELEMENTS = 70_000
"""The page of 19 published problems, four of them on two targets, has 61,000 and opens within the two seconds asked."""
WIDTHS = {"desk": (1280, 800), "phone": (390, 844)}
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        executable = CHROMIUM if CHROMIUM.exists() else Path(session.chromium.executable_path)
        if not executable.exists():
            if os.environ.get("CI"):
                pytest.fail("no Chromium: run `playwright install chromium`")
            pytest.skip("no Chromium: install it, or run `playwright install chromium`")
        opened = session.chromium.launch(executable_path=executable, args=list(OPTIONS))
        yield opened
        opened.close()


@contextmanager
def opened(browser, path, size):
    """Open a page and record what it says and asks for."""
    width, height = WIDTHS[size]
    tab = browser.new_page(viewport={"width": width, "height": height})
    tab.heard = []
    tab.on("console", lambda message: tab.heard.append(message.text))
    tab.on("pageerror", lambda error: tab.heard.append(str(error)))
    tab.requested = []
    tab.on("request", lambda request: tab.requested.append(request.url))
    tab.goto(path.as_uri())
    yield tab
    tab.close()


@pytest.fixture(params=WIDTHS)
def tab(request, browser, rendered):
    """The page of made-up runs."""
    with opened(browser, rendered.path, request.param) as tab:
        yield tab


@pytest.fixture(params=["made up", "published"])
def path(request):
    """The page of made-up runs, and the one that readers see."""
    if request.param == "made up":
        return request.getfixturevalue("rendered").path
    if not PUBLISHED.is_file():
        pytest.skip("nothing is published")
    return PUBLISHED.resolve()


@pytest.fixture(params=WIDTHS)
def any_page(request, browser, path):
    with opened(browser, path, request.param) as tab:
        yield tab


def test_it_opens_quickly_in_silence_and_asks_nobody_for_anything(any_page, path):
    start = time.perf_counter()
    any_page.reload()
    assert time.perf_counter() - start < 2
    assert any_page.heard == []
    assert [url for url in any_page.requested if not url.startswith("data:")] == [path.as_uri()] * 2
    assert path.stat().st_size < 8e6
    assert any_page.locator("*").count() < MOST_ELEMENTS


def test_it_fits_the_width_of_the_screen(any_page):
    assert any_page.evaluate("document.documentElement.scrollWidth") == any_page.viewport_size["width"]
    unfold(any_page)
    assert any_page.evaluate("document.documentElement.scrollWidth") == any_page.viewport_size["width"]


def test_verdicts_are_on_the_first_screen(tab):
    first = tab.locator(".glance li .chip").first.bounding_box()
    assert first["y"] + first["height"] < tab.viewport_size["height"]


def test_at_a_desk_every_claim_of_every_paper_is_on_the_first_screen(browser, path):
    with opened(browser, path, "desk") as tab:
        lists = [claims.bounding_box() for claims in tab.locator(".glance ol").all()]
        assert all(box["y"] + box["height"] <= tab.viewport_size["height"] for box in lists)
        assert len({box["x"] for box in lists}) == 3


def test_figures_are_readable_at_this_width(tab):
    """The smallest text in any figure is at least 8 pixels tall."""
    sizes = tab.evaluate(
        """[...document.querySelectorAll("svg.drawing")].map(svg => {
            const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
            const texts = [...svg.querySelectorAll("text")];
            return Math.min(...texts.map(text => scale * parseFloat(getComputedStyle(text).fontSize)));
        })"""
    )
    assert sizes
    # Exponents of powers of ten are set at 0.7 of the text they belong to.
    assert min(sizes) >= 0.7 * 8


def test_a_click_on_a_heading_sorts_by_value_and_a_second_one_turns_it_round(tab):
    unfold(tab)
    table = tab.locator("table.data", has=tab.locator("caption", has_text="Rows behind KD4"))
    column = next(place for place, text in enumerate(table.locator("thead th").all_text_contents()) if "value" in text)
    button = table.locator("thead th").nth(column).get_by_role("button")
    values = f"rows => rows.map(row => Number(row.cells[{column}].dataset.value))"
    button.click()
    ascending = table.locator("tbody tr").evaluate_all(values)
    assert table.locator("thead th").nth(column).get_attribute("aria-sort") == "ascending"
    assert len(set(ascending)) > 3
    assert ascending == sorted(ascending)
    button.click()
    assert table.locator("tbody tr").evaluate_all(values) == ascending[::-1]


def test_the_filter_keeps_the_rows_that_have_all_its_words_and_counts_them(tab):
    unfold(tab)
    table = tab.locator("table.data", has=tab.locator("caption", has_text="Rows behind KD4"))
    box = tab.get_by_label("Filter rows of: Rows behind KD4")
    rows = table.locator("tbody tr").count()
    box.fill("TEACHER seed0")
    shown = table.locator("tbody tr:visible").all_inner_texts()
    assert 0 < len(shown) < rows
    assert all("teacher" in text and "seed0" in text for text in shown)
    assert f"{len(shown)} of {rows} rows" in tab.locator(".tools output").all_inner_texts()
    box.fill("")
    assert table.locator("tbody tr:visible").count() == rows


def test_a_link_into_something_folded_opens_it(tab):
    assert not tab.locator('[id^="run-kd_pinn-"]').first.is_visible()
    tab.evaluate("location.hash = document.querySelector('[id^=\"run-kd_pinn-\"]').id")
    tab.locator('[id^="run-kd_pinn-"]').first.wait_for(state="visible")


def test_on_paper_nothing_stays_folded(tab):
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("details:not([open])").count() == 0


def test_without_scripts_everything_is_still_readable(browser, rendered):
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(rendered.path.as_uri())
    assert plain.locator("table.data").first.is_visible()
    plain.locator("summary", has_text="rows behind KD4").click()
    assert plain.locator("caption", has_text="Rows behind KD4").is_visible()
    context.close()


def test_text_stands_out_from_what_is_behind_it(tab):
    """Every visible text has the contrast that WCAG 2 asks for (4.5; 3 for large text)."""
    unfold(tab)
    too_faint = [
        (text, round(ratio, 2))
        for text, ink, ground, size, weight in tab.evaluate(TEXTS)
        if (ratio := contrast(ink, ground)) < (3 if size >= 24 or (size >= 18.66 and weight >= 700) else 4.5)
    ]
    assert too_faint == []


def test_everything_has_a_name(tab):
    assert tab.evaluate("document.documentElement.lang") == "en"
    for picture in tab.locator("svg").all():
        named = picture.get_attribute("aria-label") or picture.get_attribute("aria-hidden") == "true"
        assert named, picture.evaluate("svg => svg.outerHTML.slice(0, 120)")
    unlabelled = "input:not([aria-label]), table.data:not(:has(caption)), a:not([href]), .data th:not([scope])"
    assert tab.locator(unlabelled).evaluate_all("found => found.map(e => e.outerHTML.slice(0, 120))") == []


def test_axe_finds_nothing_serious(any_page):
    if not AXE.exists():
        pytest.skip("axe-core is not here: npm install --no-save axe-core")
    unfold(any_page)
    any_page.add_script_tag(path=AXE)
    found = any_page.evaluate("axe.run().then(result => result.violations)")
    grave = [(one["id"], one["nodes"][0]["html"][:120]) for one in found if one["impact"] in ("serious", "critical")]
    assert grave == []


TEXTS = """(() => {
  const seen = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest("svg, script") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    let ground = element;
    while (ground && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
    const behind = ground ? getComputedStyle(ground).backgroundColor : "rgb(255, 255, 255)";
    const size = parseFloat(style.fontSize);
    const text = node.textContent.trim().slice(0, 40);
    seen.set(style.color + behind + size, [text, style.color, behind, size, +style.fontWeight]);
  }
  return [...seen.values()];
})()"""


def contrast(one, other):
    """Return the WCAG 2 contrast ratio of two CSS colours."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour):
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def unfold(tab):
    tab.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
