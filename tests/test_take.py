"""What is taken along: a workbook, a PDF, a feed; and the way back from a file to the run that made it."""

import json
import re
import shutil

import openpyxl
import pytest
from matplotlib import pyplot as plt
from typer.testing import CliRunner

from tests import browser
from tests.test_report import StandIn, few
from tradelib.cli import app
from tradelib.report.again import UnknownOriginError, _again, verify, whence
from tradelib.report.execution import planned
from tradelib.report.look import figures
from tradelib.report.notebook import Record
from tradelib.report.page import explained
from tradelib.report.parameters import asked
from tradelib.report.run import report
from tradelib.report.take import NoBrowserError, write_pdf

RUN = CliRunner()


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return report({"series": "BOPTEXP"}, out=tmp_path_factory.mktemp("made") / "r", executor=StandIn()).folder


@pytest.fixture
def made(original, tmp_path):
    """Return a copy of a report, which a test may change."""
    return shutil.copytree(original, tmp_path / "r")


def test_the_workbook_has_every_table_its_sources_and_the_same_bytes(made, tmp_path):
    book = openpyxl.load_workbook(made / "report.xlsx")
    assert book.sheetnames[:2] == ["Contents", "01 t"]
    assert book.sheetnames[-1] == "Sources"
    assert [cell.value for cell in book["01 t"][2]] == ["2024-02", -1]
    assert "f" in {cell.value for row in book["Sources"].iter_rows(min_row=2) for cell in row}
    again = report({"series": "BOPTEXP"}, out=tmp_path / "s", executor=StandIn()).folder
    assert (again / "report.xlsx").read_bytes() == (made / "report.xlsx").read_bytes()


def test_the_feed_is_one_entry_of_json_feed(made):
    feed = json.loads((made / "feed.json").read_text(encoding="utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    [entry] = feed["items"]
    assert (entry["title"], entry["date_published"]) == ("The deficit was 68.9 billion", "2024-04-04T08:30:00-04:00")


def test_a_file_says_by_which_command_it_is_made_again(made, tmp_path):
    copy = shutil.copy(made / "figures" / "23_trend-path.svg", made / "tables" / "renamed.svg")
    got = whence(made / "index.html")
    assert got.splitlines()[0] == "index.html: The deficit was 68.9 billion"
    assert got.splitlines()[-1] == "again: tradelib report --set series=BOPTEXP --set vintage=2025-05-06"
    assert re.search(r"notebook \w+ with .*vintage = 2025-05-06", whence(copy))
    alone = shutil.copy(made / "index.html", tmp_path / "alone.html")
    (tmp_path / "alone.html").write_text("changed")
    with pytest.raises(UnknownOriginError, match="no report beside"):
        whence(tmp_path / "alone.html")
    with pytest.raises(UnknownOriginError, match="is not a file"):
        whence(tmp_path / "nothing")
    assert alone


def test_a_notebook_that_was_given_its_own_release_is_made_again_from_it(tmp_path):
    folder = report({"trend.vintage": "2024-04-04"}, only=["trend"], out=tmp_path / "r", executor=StandIn()).folder
    got = whence(folder / "figures" / "23_trend-path.svg")
    assert got.splitlines()[-1] == "again: tradelib report --set vintage=2024-04-04 --only trend"


def test_a_report_and_all_its_notebooks_are_about_one_release_also_when_none_is_named(tmp_path):
    folder = report(only=["trend", "revisions"], out=tmp_path / "r", executor=StandIn()).folder
    inputs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert inputs["options"] == {"vintage": "2025-05-06"}
    got = {name: each["parameters"]["vintage"] for name, each in inputs["notebooks"].items()}
    assert got == {"23_trend": "2025-05-06", "25_revisions": "2025-05-06"}
    command = _again("Title", {"25_revisions": inputs["notebooks"]["25_revisions"]["parameters"]}).splitlines()[-1]
    assert command == "again: tradelib report --set revisions.vintage=2025-05-06 --only revisions"


def test_prints_after_a_report_s_release_are_not_in_it():
    days = {str(asked("25_revisions", vintage=day).load_triangle().columns[-1][0])[:10] for day in (None, "2025-05-06")}
    assert days == {"2026-04-02", "2025-05-06"}
    reason = planned({"vintage": "2024-04-04"})[1]["25_revisions"]
    assert reason == "found 1 month with print 1 and a later one (2022-02); expected at least 5"


def test_a_picture_that_was_mailed_alone_says_where_it_is_from(tmp_path):
    record = Record(asked("23_trend", start="2015-01", output=str(tmp_path)), title="t", question="q")
    data = record.load("BOPGSTB")
    fig, ax = plt.subplots()
    figures.lines(ax, data)
    record.figure(fig, "path", data, title="A title", unit="Billions", alt="A line")
    for end in ("png", "svg"):
        alone = shutil.copy(tmp_path / "figures" / f"path.{end}", tmp_path / f"mailed.{end}")
        source, notebook, command = whence(alone).splitlines()
        assert source.endswith("Trade in Goods and Services (FT-900), released 2025-05-06")
        assert notebook.startswith("notebook 23_trend with vintage = 2025-05-06, start = 2015-01, end = the last month")
        assert command == "again: tradelib report --set vintage=2025-05-06 --set trend.start=2015-01 --only trend"


def alone(folder, name, tmp_path):
    """Return a file of a report as somebody gets it by mail."""
    (tmp_path / "mail").mkdir(exist_ok=True)
    return shutil.copy(folder / name, tmp_path / "mail" / f"mailed.{name.rpartition('.')[2]}")


def test_a_workbook_and_a_page_that_were_mailed_alone_say_by_which_command_they_are_made_again(made, tmp_path):
    for name in ("report.xlsx", "index.html"):
        source, command = whence(alone(made, name, tmp_path)).splitlines()
        assert source == "A source"
        assert command.startswith("again: tradelib report ")
        assert "--set overview.series=x" in command


def test_parameters_that_are_as_by_default_are_not_repeated():
    trend = {"vintage": "2025-05-06", "start": "2010-01", "end": None, "series": "balance_total_bop_sa"}
    assert _again("Title", {"23_trend": trend}) == (
        "Title\nnotebook 23_trend with vintage = 2025-05-06, start = 2010-01, end = the last month, "
        "series = balance_total_bop_sa\n"
        "again: tradelib report --set vintage=2025-05-06 --set trend.start=2010-01 --only trend"
    )


def test_a_notebook_with_another_release_than_the_others_is_given_its_own():
    trend, seasonal, revisions = ({"vintage": day} for day in ("2025-05-06", "2024-04-04", "2026-04-02"))
    parameters = {"23_trend": trend, "22_seasonal": seasonal, "25_revisions": revisions}
    assert _again("Title", parameters) == (
        "Title\nagain: tradelib report --set vintage=2025-05-06 --set seasonal.vintage=2024-04-04 "
        "--set revisions.vintage=2026-04-02 --only trend --only seasonal --only revisions"
    )


@pytest.mark.slow
@browser.needed
def test_a_pdf_that_was_mailed_alone_says_so_too_and_is_whole(made, tmp_path):
    from pypdf import PdfReader

    write_pdf(made)
    path = alone(made, "report.pdf", tmp_path)
    assert "--set overview.series=x" in whence(path)
    subject = json.loads(PdfReader(path, strict=True).metadata.subject)
    assert list(subject) == ["tradelib", "notebooks", "data", "source"]
    assert PdfReader(path, strict=True).metadata.title == "The deficit was 68.9 billion"


@pytest.mark.slow
@browser.needed
def test_what_is_taken_from_the_page_says_where_it_comes_from(made, tmp_path):
    with browser.opened(made / "index.html") as (page, _, messages):
        for kind in ("png", "svg", "csv"):
            with page.expect_download() as download:
                page.locator(".take button", has_text=kind.upper()).first.click()
            path = tmp_path / f"taken.{kind}"
            download.value.save_as(path)
            _, notebook, command = whence(path).splitlines()
            assert notebook.startswith("notebook ")
            assert command.startswith("again: tradelib report --set ")
            assert " --only " in command
    assert messages == []
    assert plt.imread(tmp_path / "taken.png").ndim == 3  # still a picture, its sums are right


def test_verify_says_identical_or_what_differs(tmp_path, monkeypatch):
    monkeypatch.setattr("tradelib.report.run.threads", lambda _: StandIn())
    made = few({"series": "BOPTEXP"}, out=tmp_path / "r", executor=StandIn()).folder
    differing, digest = verify(made)
    assert (differing, len(digest)) == ([], 64)
    (made / "feed.json").write_text("{}")
    assert verify(made)[0] == ["feed.json was changed after it was made"]
    (made / "feed.json").unlink()
    assert verify(made)[0] == ["feed.json was removed after it was made"]
    manifest = json.loads((made / "manifest.json").read_text())
    manifest["files"]["index.html"] = "0" * 64
    manifest["inputs"]["package"] = "another"
    (made / "manifest.json").write_text(json.dumps(manifest))
    lines = verify(made)[0]
    assert "index.html differs (package changed)" in lines
    with pytest.raises(UnknownOriginError, match="is no report"):
        verify(made / "figures")


def test_without_a_browser_the_pdf_is_refused_in_words_and_nothing_stays(made, monkeypatch, tmp_path):
    monkeypatch.setattr("tradelib.report.take.shutil.which", lambda _: None)
    with pytest.raises(NoBrowserError, match="--pdf needs one of chromium"):
        write_pdf(made)
    with pytest.raises(NoBrowserError):
        few(out=tmp_path / "p", executor=StandIn(), pdf=True)
    assert not (tmp_path / "p").exists()


def test_a_browser_that_hangs_is_refused_in_words(made, monkeypatch, tmp_path):
    hanging = tmp_path / "chromium"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    hanging.chmod(0o755)
    monkeypatch.setattr("tradelib.report.take._BROWSERS", [str(hanging)])
    monkeypatch.setattr("tradelib.report.take.PATIENCE", 0.1)
    with pytest.raises(NoBrowserError, match=r"did not print the page within 0\.1 s"):
        write_pdf(made)
    assert not (made / ".print.html").exists()


@pytest.mark.slow
@browser.needed
def test_the_pdf_is_letter_with_page_numbers_and_the_same_bytes(made):
    from pypdf import PdfReader

    write_pdf(made)
    first = (made / "report.pdf").read_bytes()
    pages = PdfReader(made / "report.pdf").pages
    assert {tuple(map(float, page.mediabox[2:])) for page in pages} == {(612.0, 792.0)}
    texts = [page.extract_text() for page in pages]
    assert all(len(text.split()) > 12 for text in texts), "an empty page"
    assert f"Page 1 of {len(pages)}" in texts[0]
    assert "A table" in "".join(texts)
    write_pdf(made)
    assert (made / "report.pdf").read_bytes() == first
    assert not (made / ".print.html").exists()


def test_elements_of_a_pdf_are_counted_from_nought_wherever_the_browser_began(made, tmp_path, monkeypatch):
    from pypdf import PdfWriter
    from pypdf.generic import ArrayObject, NameObject, TextStringObject

    browser, printed = tmp_path / "chromium", []
    browser.write_text(
        f"""#!/bin/sh
for word; do case $word in --print-to-pdf=*) cp {tmp_path}/$N.pdf ${{word#*=}};; esac; done
""", encoding="utf-8"
    )  # fmt: skip
    browser.chmod(0o755)
    monkeypatch.setattr("tradelib.report.take._BROWSERS", [str(browser)])
    for number in "01":
        with PdfWriter() as writer:
            names = (f"node000001{number}{last}" for last in (8, 9, 8))
            writer.add_blank_page(100, 100)[NameObject("/Headers")] = ArrayObject(map(TextStringObject, names))
            writer.write(tmp_path / f"{number}.pdf")
        monkeypatch.setenv("N", number)
        write_pdf(made)
        printed.append((made / "report.pdf").read_bytes())
    assert re.findall(rb"node\d+", printed[0]) == [b"node00000000", b"node00000001", b"node00000000"]
    assert printed[0] == printed[1]


def test_a_term_is_explained_where_a_paragraph_uses_it_first():
    html = "<h2>BOP basis</h2><p>On <b>BOP basis</b>, BOP basis, <a>Census basis</a>.</p><p>Surplus</p><dl>Surplus</dl>"
    got = explained(html, {"BOP basis": "x", "Balance, deficit, surplus": "y", "Census basis": "z"})
    assert got == (
        '<h2>BOP basis</h2><p>On <b><a class="t" href="#term-bop_basis">BOP basis</a></b>, BOP basis, '
        '<a>Census basis</a>.</p><p><a class="t" href="#term-balance_deficit_surplus">Surplus</a></p><dl>Surplus</dl>'
    )


def test_diff_prints_what_was_revised_and_what_moved():
    got = RUN.invoke(app, ["diff", "2025-04-03", "2025-05-06", "--largest", "2"])
    assert got.exit_code == 0
    assert "15 of 10,490 figures in common were revised" in got.stdout
    assert re.findall(r"^(.*, the largest of \d+) rev", got.stdout, re.MULTILINE) == [
        "Headline series, the largest of 9", "Other series, the largest of 6",
    ]  # fmt: skip
    assert re.search(r"2025-02 +\u2212122,662 +\u2212123,195 +\u2212533  balance_total_bop_sa", got.stdout)
    assert "pharmaceutical preparations +20,924; finished metal shapes \u221210,333" in got.stdout
    assert "Exports that moved most in 2024-02: no exhibit" in RUN.invoke(app, ["diff", "2023-04", "2024-02"]).stdout


NEW = {
    "petroleum": ("Petroleum", "+$4.7 billion"),
    "petroleum_products": ("Petroleum products", "$19.1 billion"),  # some exhibits are in thousands of dollars
    "china": ("China", "\N{MINUS SIGN}$24.8 billion"),
}
"""The title of a new notebook by its word, and an amount that its first item names."""


@pytest.mark.slow
@pytest.mark.usefixtures("warm_server")
def test_new_notebooks_run_in_a_report_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_NOTEBOOKS", str(tmp_path / "notebooks"))
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    for number, word in enumerate(NEW, 30):
        got = RUN.invoke(app, ["new", word])
        assert got.exit_code == 0, got.output
        assert got.stdout.strip().endswith(f"{number}_{word}.ipynb")
    assert report({}, out=tmp_path / "r").failures == {}
    sections = json.loads((tmp_path / "r" / "results.json").read_text())
    for number, (word, (title, amount)) in enumerate(NEW.items(), 30):
        section = sections[f"{number}_{word}"]
        assert section["title"] == title
        assert f"{title} in March 2025" in section["items"][0]["title"]
        assert amount in section["items"][0]["title"]
    assert "there is a notebook" in str(RUN.invoke(app, ["new", word]).exception)
    assert "is no name" in str(RUN.invoke(app, ["new", "../x"]).exception)
