"""The archive fills the store: in order, each release complete or not at all, resumable, and nothing twice."""

from __future__ import annotations

import io
import re
import zipfile

import agency as agencies
import layouts
import pandas as pd
import pytest
import tomli_w
from test_store import exhibit
from typer.testing import CliRunner

from tradelib import cli, store
from tradelib.fetch import files, http as downloads, update
from tradelib.quantity.errors import ParameterError

UNTIL = pd.Period("2025-03", "M")


@pytest.fixture
def agency(tmp_path, monkeypatch):
    """Return a server that is an archive; the store is empty, and there is no pause between requests."""
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TRADELIB_SOURCES", str(tmp_path / "sources.toml"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(downloads, "BACKOFF", 0)
    with agencies.serve() as server:
        places = {
            "pause": 0, "tables": [f"{server.url}/ft900xlsx_{{month:%y%m}}.zip"],
            "printed": f"{server.url}/ft900_{{month:%y%m}}.pdf",
        }  # fmt: skip
        (tmp_path / "sources.toml").write_text(tomli_w.dumps({"archive": places}))
        yield server


def zipped(files):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            packed.writestr(name, body)
    return raw.getvalue()


def pdf(line):
    """Return a PDF of one page with one line on it."""
    text = f"BT /F1 10 Tf 40 700 Td ({line}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>"),
        b"<< /Length %d >> stream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]  # fmt: skip
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, part in enumerate(parts, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, part))
    start = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start)
    return out.getvalue()


MONTHS = {"2025-01": "March 5, 2025", "2025-02": "April 3, 2025", "2025-03": "May 6, 2025"}


def goods(tmp_path, month, revised=0):
    """Return a workbook of Exhibit 5 up to a month of 2025; exports of the month before are higher by an amount."""
    lines = exhibit(tmp_path).read_text().splitlines()
    head = lines[: next(at for at, line in enumerate(lines) if line.startswith("2025"))]
    names = ["January", "February", "March"][: int(month[-1])]
    rows = [["2025", *[""] * 8]]
    for at, name in enumerate(names):
        more = revised if at == len(names) - 2 else 0
        rows.append([name, -5.0 + more, -4.0 + more, 15.0 + more, 5.0, 10.0 + more, 20.0, 6.0, 14.0])
    cells = [[cell.strip('"') for cell in line.split(",")] for line in head]
    return layouts.write_sheets({"5": [*cells, *rows]}, tmp_path / "exh5.xlsx").read_bytes()


def put(agency, tmp_path, month, revised=0):
    yymm = month[2:4] + month[5:]
    agency.put(f"/ft900xlsx_{yymm}.zip", zipped({"exh5.xlsx": goods(tmp_path, month, revised)}))
    agency.put(f"/ft900_{yymm}.pdf", pdf(f"EMBARGOED UNTIL RELEASE AT 8:30 a.m. EDT, Tuesday, {MONTHS[month]}"))


def run(since="2025-01"):
    return {outcome.name: outcome for outcome in update.fill(since, UNTIL)}


def test_every_release_is_added_and_a_second_run_fetches_nothing(agency, tmp_path):
    for month, revised in zip(MONTHS, (0, 2, 3), strict=True):
        put(agency, tmp_path, month, revised)
    got = run()
    assert {month: outcome.status for month, outcome in got.items()} == dict.fromkeys(MONTHS, "added")
    assert [str(stored.released) for stored in store.releases()] == ["2025-03-05", "2025-04-03", "2025-05-06"]
    triangle = store.triangle("exports_goods_bop_sa", "census")
    assert triangle.loc["2025-01"].tolist()[:2] == [15.0, 17.0]
    assert triangle.loc["2025-02"].tolist()[1:] == [15.0, 18.0]
    [file] = store.release("2025-02").contents["files"].values()
    assert file["archive"] == f"{agency.url}/ft900xlsx_2502.zip"
    agency.asked.clear()
    assert {outcome.status for outcome in run().values()} == {"there"}
    assert agency.asked == []


def test_a_gap_a_cut_connection_and_a_changed_layout_are_named_and_do_not_stop_the_rest(agency, tmp_path):
    put(agency, tmp_path, "2025-01")
    put(agency, tmp_path, "2025-03")
    good = zipped({"exh5.xlsx": goods(tmp_path, "2025-03")})
    agency.in_turn("/ft900xlsx_2503.zip", *[agencies.cut(good)] * 9)
    got = run("2024-12")
    assert {month: outcome.status for month, outcome in got.items()} == {
        "2024-12": "missing", "2025-01": "added", "2025-02": "missing", "2025-03": "failed",
    }  # fmt: skip
    assert "neither" in got["2025-02"].message
    agency.put("/ft900xlsx_2503.zip", good)
    changed = layouts.write_sheets({"5": [["Exhibit 5. Goods in a new form"], ["x", 1.0]]}, tmp_path / "new.xlsx")
    agency.put("/ft900xlsx_2502.zip", zipped({"exh5.xlsx": changed.read_bytes()}))
    agency.put("/ft900_2502.pdf", pdf("RELEASE AT 8:30 a.m. EDT, Thursday, April 3, 2025"))
    again = run("2024-12")
    assert [again[month].status for month in MONTHS] == ["there", "refused", "added"]
    assert "the title of a table that a layout describes" in again["2025-02"].message
    assert [str(stored.month) for stored in store.releases()] == ["2025-01", "2025-03"]


def test_a_refused_release_is_sent_again_only_if_it_has_changed(agency, tmp_path):
    put(agency, tmp_path, "2025-01")
    agency.put("/ft900_2501.pdf", pdf("U.S. International Trade in Goods and Services"))
    first = run()["2025-01"]
    agency.asked.clear()
    again = run()["2025-01"]
    assert (again.status, again.message) == (first.status, first.message) == ("refused", first.message)
    sent = [headers for path, headers in agency.asked if "2501" in path]
    assert len(sent) == 2
    assert all(headers["If-None-Match"] for headers in sent)
    agency.put("/ft900_2501.pdf", pdf("RELEASE AT 8:30 a.m. EST, Wednesday, March 5, 2025"))
    assert run()["2025-01"].status == "added"
    assert not list((files.downloads() / "archive").iterdir())


def test_a_month_of_which_every_address_is_forbidden_has_failed(agency, tmp_path, monkeypatch):
    monkeypatch.setattr(update, "last_month", lambda: UNTIL)
    put(agency, tmp_path, "2025-02")
    for name in ("ft900xlsx_2501.zip", "ft900_2501.pdf", "ft900xlsx_2503.zip"):
        agency.say(f"/{name}", 403)
    got = run()
    assert [got[month].status for month in MONTHS] == ["failed", "added", "missing"]
    assert "403 Forbidden, as at each address of this month: the server may block this client" in got["2025-01"].message
    assert CliRunner().invoke(cli.app, ["update", "--since", "2025-01"]).exit_code == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("printed", "http://a/{nope}.pdf", "found the placeholder 'nope' in 'http://a/{nope}.pdf'; expected month"),
        ("tables", ["http://a/{release:%Y}.zip"], "found the placeholder 'release'"),
        ("printed", "http://a/{month", "expected '}'"),
    ],
)
def test_an_address_with_an_unfilled_placeholder_is_refused(tmp_path, monkeypatch, name, value, message):
    path = tmp_path / "sources.toml"
    path.write_text(tomli_w.dumps({"archive": {"pause": 0, "tables": [], "printed": "", name: value}}))
    monkeypatch.setenv("TRADELIB_SOURCES", str(path))
    with pytest.raises(ParameterError, match=re.escape(f"the table of sources {path}: ") + ".*" + re.escape(message)):
        run()


def test_a_day_is_never_guessed(agency, tmp_path):
    put(agency, tmp_path, "2025-01")
    agency.put("/ft900_2501.pdf", pdf("U.S. International Trade in Goods and Services"))
    got = run()["2025-01"]
    assert (got.status, "does not say when it was released" in got.message) == ("refused", True)
    assert store.releases() == []


def test_the_exit_code_is_1_if_a_release_fails(agency, tmp_path, monkeypatch):
    monkeypatch.setattr(update, "last_month", lambda: UNTIL)
    for month in MONTHS:
        put(agency, tmp_path, month)
    got = CliRunner().invoke(cli.app, ["update", "--since", "2025-01"])
    assert (got.exit_code, got.output.count("added")) == (0, 3)
    agency.say("/ft900xlsx_2412.zip", 500)
    assert CliRunner().invoke(cli.app, ["update", "--since", "2024-12"]).exit_code == 1


@pytest.mark.usefixtures("agency")
@pytest.mark.parametrize("words", [["--released", "2025-05-06"], ["history"]])
def test_sources_and_released_are_refused_with_since(words):
    got = CliRunner().invoke(cli.app, ["update", *words, "--since", "2025-01"])
    assert isinstance(got.exception, ParameterError)
    assert "--since takes neither sources nor --released" in str(got.exception)


@pytest.mark.usefixtures("agency")
@pytest.mark.parametrize(("since", "message"), [("spring", "not a month"), ("2031-01", "after 2025-03")])
def test_an_impossible_start_is_refused(since, message):
    with pytest.raises(ParameterError, match=message):
        run(since)


@pytest.mark.slow
@pytest.mark.usefixtures("read_once")
def test_real_releases_are_added_from_an_archive(agency, official_folder):
    """Add April 2023 from its 31 workbooks, with a page that names its day, and March 2025 from its PDF alone."""
    workbooks = {path.name: path.read_bytes() for path in (official_folder / "ft900xlsx_2023-06-07").iterdir()}
    agency.put("/ft900xlsx_2304.zip", zipped(workbooks))
    agency.put("/ft900_2304.pdf", pdf("EMBARGOED UNTIL RELEASE AT 8:30 a.m. EDT, Wednesday, June 7, 2023"))
    agency.put("/ft900_2503.pdf", (official_folder / "ft900_2025-05-06.pdf").read_bytes())
    got = run("2023-04")
    assert [month for month, one in got.items() if one.status == "added"] == ["2023-04", "2025-03"]
    assert {outcome.status for month, outcome in got.items() if "2023-04" < month < "2025-03"} == {"missing"}
    name = "imports_goods_consumer_goods_pharmaceutical_preparations_census_sa"
    assert store.triangle(name, "census").notna().sum().tolist() == [2, 2]
