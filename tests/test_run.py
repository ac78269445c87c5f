"""The whole job: real kernels, ``make report`` in a copy of the project, the page in a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import browser
import nbformat
import pandas as pd
import pytest
from pypdf import PdfReader

from tradelib.quantity.rounding import printed
from tradelib.report.execution import jobs, threads
from tradelib.report.run import report
from tradelib.report.take import write_pdf

ROOT = Path(__file__).parent.parent
# One process makes the report that all of these look at.
pytestmark = [pytest.mark.slow]

PARAMETERS = "series = 'balance_total_bop_sa'\nstart = None\nend = None\nvintage = None\noutput = None"


def write_notebook(path: Path, *sources: str) -> None:
    cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture
def small_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Replace the project's notebooks by small ones that need no library."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(jobs, "notebook_folder", lambda: folder)
    return folder


RECORD = """
import json, pathlib
told = {"notebook": "23_trend", "title": "T", "question": "Q", "parameters": {}, "sources": {}, "items": [],
        "results": {"headline": series, "start": start, "output": output}, "checks": []}
pathlib.Path(output, "results.json").write_text(json.dumps(told))
"""


def test_parameters_arrive_and_no_path_of_the_machine_stays(small_notebooks: Path, tmp_path: Path) -> None:
    write_notebook(small_notebooks / "23_trend.ipynb", RECORD)
    got = report({"start": "2010-01"}, only=["trend"], out=tmp_path / "r")
    results = json.loads((got.folder / "results.json").read_text())["23_trend"]["results"]
    assert results == {"headline": "balance_total_bop_sa", "start": "2010-01", "output": "."}
    for path in got.folder.rglob("*"):
        assert not path.is_file() or str(tmp_path) not in path.read_text(encoding="utf-8"), path


def test_a_failing_cell_is_named_and_the_others_finish(small_notebooks: Path, tmp_path: Path) -> None:
    write_notebook(small_notebooks / "23_trend.ipynb", "x = 1", "raise ValueError('no such month')")
    write_notebook(small_notebooks / "22_seasonal.ipynb", RECORD.replace("23_trend", "22_seasonal"))
    write_notebook(small_notebooks / "24_real_vs_nominal.ipynb", "import os; os._exit(1)")
    got = report(only=["trend", "seasonal", "real_vs_nominal"], out=tmp_path / "r", executor=threads(2))
    assert set(got.failures) == {"23_trend", "24_real_vs_nominal"}
    assert got.failures["23_trend"] == "cell 4: ValueError: no such month"
    assert "DeadKernelError" in got.failures["24_real_vs_nominal"]
    copy = nbformat.read(got.folder / "notebooks" / "23_trend.ipynb", as_version=4)
    assert [o.ename for cell in copy.cells for o in cell.get("outputs", []) if o.output_type == "error"] == [
        "ValueError"
    ]
    assert "22_seasonal" in json.loads((got.folder / "results.json").read_text())


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tracked files, as a clean clone has them."""
    folder = tmp_path_factory.mktemp("clone")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    # The environment is the one that runs the tests; -o keeps make from building it anew through the link.
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    return folder


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "-o", ".venv/installed", *words]
    own = {"PYTHONPATH": str(folder), "TRADELIB_CACHE": str(folder.with_name(f"{folder.name}-cache"))}
    environment = os.environ | own | {"NO_COLOR": "1", "TERM": "dumb"}  # no runs that other tests have kept
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def made(clone: Path) -> Path:
    """The folder that ``make report`` leaves in a clean clone."""
    got = make(clone, "report")
    assert got.returncode == 0, got.stderr
    assert got.stdout.splitlines()[-1] == "Report: reports/2025-03/index.html"
    assert "140.5 billion" in got.stdout
    return clone / "reports" / "2025-03"


def test_make_report_leaves_only_the_report(made: Path, clone: Path) -> None:
    known = {
        path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts
    }
    new = {path.relative_to(clone).as_posix() for path in clone.rglob("*") if path.is_file()} - known
    assert {name.split("/")[0] for name in new if "__pycache__" not in name and ".venv" not in name} <= {"reports"}
    assert [path.name for path in made.parent.iterdir() if path.is_dir()] == ["2025-03"]
    manifest = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["outcome"] == "ok"
    assert manifest["notebooks"].keys() == {path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}


def test_second_run_is_skipped_and_forced_run_gives_the_same_bytes(made: Path, clone: Path) -> None:
    """Also when one ran in warm kernels and the other in stock ones."""
    first = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    again = make(clone, "report", "ARGS=--kernel stock")
    assert "Nothing has changed" in again.stderr
    assert make(clone, "report", "ARGS=--force --kernel stock").returncode == 0
    second = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    assert second["files"] == first["files"]
    assert second == first


def test_one_parameter_of_one_notebook_runs_that_notebook_alone(made: Path, clone: Path) -> None:
    got = make(clone, "report", "ARGS=--set trend.start=2015-01 --out reports/other")
    assert got.returncode == 0, got.stderr
    count = len(list((ROOT / "notebooks").glob("[0-9]*.ipynb")))
    told = re.sub(r"\s+", " ", got.stderr)
    assert f"{count - 1} of {count} runs are there already (--force runs them anew): 01_overview, " in told
    assert "[1/1] 23_trend done, not run with these parameters before" in told
    first, other = (
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        for folder in (made, clone / "reports" / "other")
    )
    differing = {name for name, _ in first.items() ^ other.items()}
    pages = {"index.html", "analysis.html", "report.xlsx", "results.json"}
    assert {name for name in differing if "23_trend" not in name} <= pages
    assert "notebooks/23_trend.ipynb" in differing


def test_every_figure_has_png_svg_and_data(made: Path) -> None:
    results = json.loads((made / "results.json").read_text(encoding="utf-8"))
    named = [f"{n}-{item['name']}" for n, told in results.items() for item in told["items"] if item["kind"] == "figure"]
    assert len(named) >= 10
    for name in named:
        sizes = {end: (made / "figures" / f"{name}.{end}").stat().st_size for end in ("png", "svg", "csv")}
        assert min(sizes.values()) > 30, (name, sizes)
    assert {
        item["reading"] != "" for told in results.values() for item in told["items"] if item["kind"] == "figure"
    } == {True}


def test_refused_parameters_are_one_plain_message(clone: Path) -> None:
    got = make(clone, "report", "ARGS=--start 2030-01")
    assert got.returncode != 0
    assert "2030-01 is outside the data, which span 1992-01 to 2025-03" in got.stderr
    assert "Traceback" not in got.stderr


NAMED = """(all, [head, first]) => all.map(one => [
  (one.querySelector(head) || one.previousElementSibling).textContent, one.querySelector(first).textContent])"""
MEASURED = (ROOT / "tests" / "measured.js").read_text(encoding="utf-8")


@browser.needed
@pytest.mark.parametrize("name", ["index.html", "analysis.html"])
def test_a_page_in_a_browser(made: Path, tmp_path: Path, name: str) -> None:
    """The page sent alone, offline: no request, no console message, every figure drawn, printable."""
    page_alone = tmp_path / name
    shutil.copy(made / name, page_alone)
    with browser.opened(page_alone) as (page, requests, messages):
        widths = page.eval_on_selector_all(
            "figure .wide svg", "all => all.map(one => one.getBoundingClientRect().width)"
        )
        labels = page.eval_on_selector_all("figure svg", "all => all.map(one => one.getAttribute('aria-label').length)")
        overflows = [browser.overflow(page, width) for width in (1280, 768, 390)]
        lost = page.evaluate(
            "[...document.querySelectorAll('a.n')].filter(a => !document.getElementById(a.hash.slice(1))).length"
        )
        printed = page.pdf(prefer_css_page_size=True)
        got_title = page.title()
    assert (requests, messages) == ([], [])
    assert len(widths) >= 10
    assert min(labels) > 30
    assert max(overflows) <= 0
    assert lost == 0
    assert "140.5 billion" in got_title
    assert printed.startswith(b"%PDF")


@browser.needed
def test_the_first_screen_has_the_headline_the_key_figures_and_the_path_also_under_the_banner(made: Path) -> None:
    with browser.opened(made / "index.html") as (page, _, _):
        assert page.locator("#stale").is_visible()  # the release is older than a cycle
        for width, height, wanted in (
            (1280, 800, "h1, .tiles, .path svg, .drivers svg, .revised"), (768, 1024, "h1, .tiles, .path svg"),
            (390, 844, "h1, .tiles, .path svg"),
        ):  # fmt: skip
            page.set_viewport_size({"width": width, "height": height})
            lowest = page.eval_on_selector_all(
                wanted, "all => Math.max(...all.map(one => one.getBoundingClientRect().bottom))"
            )
            assert lowest <= height, (width, lowest)
            wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
            assert page.eval_on_selector_all(".tile", wide) == [], width


@browser.needed
@pytest.mark.parametrize("name", ["index.html", "analysis.html"])
@pytest.mark.parametrize("width", [1280, 768, 390])
def test_text_in_figures_is_large_enough_inside_and_apart(made: Path, width: int, name: str) -> None:
    with browser.opened(made / name) as (page, _, _):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(MEASURED, "figures") == []


@browser.needed
@pytest.mark.parametrize("width", [1280, 768, 390])
def test_text_in_the_figures_of_trend_breaks_and_forecasts_too(made: Path, width: int) -> None:
    with browser.opened(made / "analysis.html") as (page, _, _):
        page.set_viewport_size({"width": width, "height": 900})
        found = page.evaluate(MEASURED, "figures")
    assert [line for line in found if line.startswith(("23_", "26_", "27_"))] == []


@browser.needed
def test_every_number_of_the_chapters_has_its_proof(made: Path) -> None:
    """Counts and days have none: they are no published figures."""
    with browser.opened(made / "index.html") as (page, _, _):
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
def test_chapters_are_counted_through_and_lead_to_each_other(made: Path) -> None:
    with browser.opened(made / "index.html") as (page, _, _):
        heads = page.locator(".chapter > .kicker").all_inner_texts()
        nexts = page.locator(".next a:has-text('Next')").all_inner_texts()
    numbers, titles = zip(*(head.split(" \u00b7 ") for head in heads), strict=True)
    assert list(numbers) == [str(n) for n in range(1, len(heads) + 1)]
    assert nexts == [f"Next: {title}" for title in titles[1:]]


AXE = files("axe_playwright_python") / "axe.min.js"


@browser.needed
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "analysis.html"])
def test_axe_has_no_fault_to_name(made: Path, name: str, scheme: str) -> None:
    with browser.opened(made / name) as (page, _, _):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        got = page.evaluate("axe.run().then(found => found.violations.map(one => one.id))")
    assert got == []


@browser.needed
def test_a_number_opens_its_proof_by_keyboard_and_gives_the_focus_back(made: Path) -> None:
    with browser.opened(made / "index.html") as (page, _, _):
        link = page.locator(".lead a.n").first
        link.focus()
        page.keyboard.press("Enter")
        panel = page.locator("#panel")
        text = panel.inner_text()
        assert page.evaluate("document.activeElement.id") == "panel"
        page.keyboard.press("Escape")
        assert panel.is_hidden()
        assert page.evaluate("document.activeElement.textContent") == link.inner_text()
    assert "$17.3" in text
    assert "Printed as $17.3 billion in U.S. International Trade in Goods and Services, March 2025, page 1" in text
    assert "\u2212140,498" in text
    assert "trad-time-series-0325.xlsx" in text


def test_the_report_of_an_older_release_is_whole_and_says_what_was_published_later(tmp_path: Path) -> None:
    got = report({"vintage": "2023-04"}, out=tmp_path / "r")
    assert got.failures == {}
    assert got.headline == "The U.S. trade deficit widened to $74.6 billion in April 2023"
    results = json.loads((got.folder / "results.json").read_text(encoding="utf-8"))
    chapters = [section for name, section in results.items() if name < "20"]
    assert len(chapters) == 12
    assert {source["vintage"] for section in chapters for source in section["sources"].values()} == {"2023-06-07"}
    text = (got.folder / "analysis.html").read_text(encoding="utf-8")
    assert "With figures published until 2026-04-02, after the release that the chapters are about." in text


@browser.needed
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pointer_shows_the_values_of_a_month(made: Path, width: int) -> None:
    rows = pd.read_csv(made / "figures" / "01_overview-path.csv", index_col=0)["balance"]
    with browser.opened(made / "index.html") as (page, _, _):
        page.set_viewport_size({"width": width, "height": 900})
        drawing = page.locator(f"figure.path {'.wide' if width > 719 else '.narrow'} svg")
        drawing.scroll_into_view_if_needed()
        box = drawing.bounding_box()
        page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2)
        last = page.locator("figure.path .values:visible").inner_text().split("\n")
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
        inside = page.locator("figure.path .values:visible").inner_text().split("\n")
        page.mouse.move(1, 1)
        assert not page.locator("figure.path .values:visible").count()
    month = pd.Period(inside[0], "M")
    assert last == ["March 2025", "balance", "\N{MINUS SIGN}140.5"]
    assert inside[1:] == ["balance", printed(rows[str(month)])]
    assert abs((month - pd.Period("2019-10", "M")).n) < 6  # where the axis has it


@browser.needed
def test_printed_pages_are_full_and_keep_captions_with_what_they_name(made: Path, tmp_path: Path) -> None:
    shutil.copy(made / "index.html", tmp_path / "index.html")
    write_pdf(tmp_path)
    with browser.opened(made / "index.html") as (page, _, _):
        captions = [
            pair
            for what, head, first in ((".pair figure", "h2, h3", ".unit"), (".caption + .scroll", "p", "tbody th"))
            for pair in page.eval_on_selector_all(what, NAMED, [head, first])
        ]
    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(tmp_path / "report.pdf").pages]
    assert min(map(len, pages)) > 400
    assert len(captions) > 20
    bare = [[re.sub(r"\s", "", text)[:30] for text in pair] for pair in captions]
    assert [pair for pair in bare if not any(all(text in one for text in pair) for one in pages)] == []


@pytest.mark.parametrize("name", ["index.html", "analysis.html"])
def test_the_page_weighs_little(made: Path, name: str) -> None:
    assert (made / name).stat().st_size < 1_500_000
