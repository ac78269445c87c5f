"""The page of a whole report in a browser: at three widths, by keyboard and pointer, printed, for every eye."""

from __future__ import annotations

import functools
import os
import re
import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import browser
import pandas as pd
import pytest
from pypdf import PdfReader

from tradelib.quantity.rounding import printed
from tradelib.report.take import write_pdf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.slow]

NAMED = """(all, [head, first]) => all.map(one => [
  (one.querySelector(head) || one.previousElementSibling).textContent, one.querySelector(first).textContent])"""
MEASURED, DISTINCT = ((ROOT / "tests" / name).read_text(encoding="utf-8") for name in ("measured.js", "distinct.js"))
WIDTHS = (1280, 768, 390)


@pytest.fixture(scope="module")
def alone(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], browser.Opened]]:
    """Open a page of the report, sent alone, offline; once for all tests, which reload it where they must."""
    folder = tmp_path_factory.mktemp("alone")
    for name in ("index.html", "analysis.html"):
        shutil.copy(made / name, folder)
    with browser.started() as open_page:
        yield functools.cache(lambda name: open_page(folder / name))


@pytest.fixture
def front(alone: Callable[[str], browser.Opened]) -> Any:
    """Return the front page as somebody new meets it."""
    page, _, _ = alone("index.html")
    page.set_viewport_size({"width": 1100, "height": 900})
    page.reload()
    return page


@browser.needed
@pytest.mark.parametrize("name", ["index.html", "analysis.html"])
def test_a_page_in_a_browser(alone: Callable[[str], browser.Opened], name: str) -> None:
    """No request, no console message, every figure drawn, printable."""
    page, requests, messages = alone(name)
    widths = page.eval_on_selector_all("figure .wide svg", "all => all.map(one => one.getBoundingClientRect().width)")
    labels = page.eval_on_selector_all("figure svg", "all => all.map(one => one.getAttribute('aria-label').length)")
    overflows = [browser.overflow(page, width) for width in WIDTHS]
    lost = page.evaluate(
        "[...document.querySelectorAll('a.n')].filter(a => !document.getElementById(a.hash.slice(1))).length"
    )
    pdf = page.pdf(prefer_css_page_size=True)
    got_title = page.title()
    assert (requests, messages) == ([], [])
    assert len(widths) >= 10
    assert min(labels) > 30
    assert max(overflows) <= 0
    assert lost == 0
    assert "140.5 billion" in got_title
    assert pdf.startswith(b"%PDF")


@browser.needed
def test_the_first_screen_has_the_headline_the_key_figures_and_the_path_also_under_the_banner(front: Any) -> None:
    assert front.locator("#stale").is_visible()  # the release is older than a cycle
    for width, height, wanted in (
        (1280, 800, "h1, .tiles, .path svg, .drivers svg, .revised"), (768, 1024, "h1, .tiles, .path svg"),
        (390, 844, "h1, .tiles, .path svg"),
    ):  # fmt: skip
        front.set_viewport_size({"width": width, "height": height})
        lowest = front.eval_on_selector_all(
            wanted, "all => Math.max(...all.map(one => one.getBoundingClientRect().bottom))"
        )
        assert lowest <= height, (width, lowest)
        wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
        assert front.eval_on_selector_all(".tile", wide) == [], width


@browser.needed
@pytest.mark.parametrize("name", ["index.html", "analysis.html"])
@pytest.mark.parametrize("width", WIDTHS)
def test_text_in_figures_is_large_enough_inside_and_apart(
    alone: Callable[[str], browser.Opened], width: int, name: str
) -> None:
    page, _, _ = alone(name)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate(MEASURED, "figures") == []


@browser.needed
def test_every_number_of_the_chapters_has_its_proof(alone: Callable[[str], browser.Opened]) -> None:
    """Counts and days have none: they are no published figures."""
    page, _, _ = alone("index.html")
    linked, bare = page.evaluate(MEASURED, "numbers")
    assert linked > 500
    assert bare == []


def test_numbers_that_the_release_prints_in_words_lead_to_the_words(made: Path) -> None:
    """Counted in brief and chapters: numbers with a printed counterpart, and printed numbers that stand there."""
    text = (made / "index.html").read_text(encoding="utf-8")
    proofs = dict(re.findall(r'<li id="(p\w+)">(.*?)</ul></li>', text, re.DOTALL))
    places = {key: match[1] for key, proof in proofs.items() if (match := re.search(r"number (\d+) of 126", proof))}
    links = re.findall(r'<a class="n" href="#(p\w+)"', text)
    assert len(places) >= 165
    assert sum(link in places for link in links) >= 195
    assert len(set(places.values())) >= 100
    ties = [proof for proof in proofs.values() if ": a tie, the millions as published round either way" in proof]
    assert ties
    assert {re.search("Printed as <b>(.*?)</b>", proof)[1] for proof in ties} == {"$2.4 billion"}


@browser.needed
def test_chapters_are_counted_through_and_lead_to_each_other(alone: Callable[[str], browser.Opened]) -> None:
    page, _, _ = alone("index.html")
    heads = page.locator(".chapter > .kicker").all_inner_texts()
    nexts = page.locator(".next a:has-text('Next')").all_inner_texts()
    numbers, titles = zip(*(head.split(" \u00b7 ") for head in heads), strict=True)
    assert list(numbers) == [str(n) for n in range(1, len(heads) + 1)]
    assert nexts == [f"Next: {title}" for title in titles[1:]]


AXE = files("axe_playwright_python") / "axe.min.js"
RUN_AXE = "rules => axe.run(rules).then(got => got.violations.map(one => one.id))"
KEPT = 10**9 if os.environ.get("TRADELIB_NIGHTLY") else 3
"""Parts of a kind that stay on the page: a thousand proofs that are built alike take minutes and have one fault."""


@browser.needed
@pytest.mark.parametrize("name", ["index.html", "analysis.html"])
def test_axe_has_no_fault_to_name(alone: Callable[[str], browser.Opened], name: str) -> None:
    page, _, _ = alone(name)
    page.set_viewport_size({"width": 1100, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate(DISTINCT, KEPT)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN_AXE, {"resultTypes": ["violations"]}) == []
    page.emulate_media(color_scheme="dark")  # colours are all that is another there
    assert page.evaluate(RUN_AXE, {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}) == []
    page.emulate_media(color_scheme="light")
    page.reload()


@browser.needed
def test_a_number_opens_its_proof_by_keyboard_and_gives_the_focus_back(front: Any) -> None:
    link = front.locator(".lead a.n").first
    link.focus()
    front.keyboard.press("Enter")
    panel = front.locator("#panel")
    text = panel.inner_text()
    assert front.evaluate("document.activeElement.id") == "panel"
    front.keyboard.press("Escape")
    assert panel.is_hidden()
    assert front.evaluate("document.activeElement.textContent") == link.inner_text()
    assert "$17.3" in text
    assert "Printed as $17.3 billion in U.S. International Trade in Goods and Services, March 2025, page 1" in text
    assert "\u2212140,498" in text
    assert "trad-time-series-0325.xlsx" in text


@browser.needed
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pointer_shows_the_values_of_a_month(made: Path, front: Any, width: int) -> None:
    rows = pd.read_csv(made / "figures" / "01_overview-path.csv", index_col=0)["balance"]
    front.set_viewport_size({"width": width, "height": 900})
    drawing = front.locator(f"figure.path {'.wide' if width > 719 else '.narrow'} svg")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    front.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2)
    last = front.locator("figure.path .values:visible").inner_text().split("\n")
    front.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    inside = front.locator("figure.path .values:visible").inner_text().split("\n")
    front.mouse.move(1, 1)
    assert not front.locator("figure.path .values:visible").count()
    month = pd.Period(inside[0], "M")
    assert last == ["March 2025", "balance", "\N{MINUS SIGN}140.5"]
    assert inside[1:] == ["balance", printed(rows[str(month)])]
    assert abs((month - pd.Period("2019-10", "M")).n) < 6  # where the axis has it


@browser.needed
def test_printed_pages_are_full_and_keep_captions_with_what_they_name(made: Path, front: Any, tmp_path: Path) -> None:
    shutil.copy(made / "index.html", tmp_path / "index.html")
    write_pdf(tmp_path)
    captions = [
        pair
        for what, head, first in ((".pair figure", "h2, h3", ".unit"), (".caption + .scroll", "p", "tbody th"))
        for pair in front.eval_on_selector_all(what, NAMED, [head, first])
    ]
    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(tmp_path / "report.pdf").pages]
    assert min(map(len, pages)) > 400
    assert len(captions) > 20
    bare = [[re.sub(r"\s", "", text)[:30] for text in pair] for pair in captions]
    assert [pair for pair in bare if not any(all(text in page for text in pair) for page in pages)] == []


@pytest.mark.parametrize("name", ["index.html", "analysis.html"])
def test_the_page_weighs_little(made: Path, name: str) -> None:
    assert (made / name).stat().st_size < 1_500_000
