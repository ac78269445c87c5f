"""Fetching, tested on a local server that has all the failures of the real ones."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import agency as agencies
import httpx
import layouts
import layouts_real
import pytest
import tomli_w

from tradelib.fetch import addresses, files as fetch, http as download
from tradelib.quantity.errors import ParameterError, SourceError
from tradelib.sources import formats

CSV = layouts.as_csv(layouts.fred()).encode()
LONGER = layouts.as_csv(layouts.fred(count=19)).encode()
PAGE = b"<!DOCTYPE html><html><title>Service unavailable</title></html>"
TODAY = dt.date(2000, 4, 6)


@pytest.fixture
def agency(tmp_path, monkeypatch):
    """Return a server; the table of sources names its addresses."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "BACKOFF", 0)
    with agencies.serve() as server:
        table = {
            "balance": entry(f"{server.url}/balance.csv", "fred_BOPGSTB"),
            "country": entry(f"{server.url}/country.xlsx", "country"),
            "exhibits": entry(f"{server.url}/ft900xlsx.zip", "12"),
            "services": entry(f"{server.url}/{{release:%Y-%m}}/trad-{{month:%m%y}}.xlsx", "bea1"),
            "areas": entry(f"{server.url}/{{release:%Y-%m}}/geo-{{month:%m%y}}.xlsx", "geo1"),
        }
        path = tmp_path / "sources.toml"
        path.write_text(tomli_w.dumps(table))
        monkeypatch.setenv("TRADELIB_SOURCES", str(path))
        yield server


def entry(url, table):
    return {"what": "A file", "producer": "An agency", "table": table, "url": url}


def get(name="balance", **kwargs):
    [got] = fetch.fetch([name], **kwargs)
    return got


def leftovers():
    return [path.name for path in fetch.downloads().glob(".partial-*")]


def test_a_file_comes_with_a_record_of_when_and_from_where(agency):
    agency.put("/balance.csv", CSV)
    seen = []
    got = get(progress=seen.append)
    assert got.status == "new"
    assert got.record.path.read_bytes() == CSV
    assert (got.record.statistical_month, got.record.publisher) == ("1993-06", "ft900")
    assert got.record.url == f"{agency.url}/balance.csv"
    assert got.record.is_sound
    assert seen == ["Fetching balance"]
    assert fetch.at_hand("balance").sha256 == got.record.sha256
    assert leftovers() == []


def test_an_address_with_an_unfilled_placeholder_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "sources.toml"
    path.write_text(tomli_w.dumps({"balance": entry("http://a/{month:%Y}/{nope}.csv", "fred_BOPGSTB")}))
    monkeypatch.setenv("TRADELIB_SOURCES", str(path))
    with pytest.raises(ParameterError, match=r"found the placeholder 'nope' in .*; expected release or month"):
        addresses.sources()


def test_a_file_in_the_cache_is_not_sent_again(agency):
    agency.put("/balance.csv", CSV)
    get()
    assert get().status == "unchanged"
    assert agency.asked[1][1]["If-None-Match"]
    assert agency.asked[1][1]["If-Modified-Since"] == "Thu, 04 Apr 2024 12:30:00 GMT"


def test_the_same_content_again_is_unchanged(agency):
    agency.say("/balance.csv", 200, CSV)
    assert [get().status, get().status] == ["new", "unchanged"]


def test_a_newer_file_is_kept_beside_the_older_one(agency):
    agency.put("/balance.csv", CSV)
    first = get().record
    agency.put("/balance.csv", LONGER)
    second = get().record
    assert second.statistical_month == "1993-07"
    assert first.path.exists()
    assert fetch.at_hand("balance") == second


def test_an_older_file_under_the_same_name_is_refused(agency):
    agency.put("/balance.csv", LONGER)
    get()
    agency.put("/balance.csv", CSV)
    got = get()
    assert got.status == "failed"
    assert "figures until 1993-06; expected 1993-07 or later" in got.message
    assert got.message.endswith(f"remove {got.record.path.parent}")
    assert got.record.statistical_month == "1993-07"


def exports() -> layouts.Rows:
    """Return a FRED file of exports, which are never negative."""
    head, *rows = layouts.fred("BOPTEXP")
    return [head, *([day, str(value).removeprefix("-")] for day, value in rows)]


def bls_answer(series: str) -> bytes:
    answer = layouts.bls_answer()
    answer["Results"]["series"][0]["seriesID"] = series
    return json.dumps(answer).encode()


def real_goods(flow: str, folder: Path) -> bytes:
    rows = layouts_real.long_series(flow.title())
    return layouts.write_sheets({"a": rows}, folder / f"{flow}.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("name", "right", "wrong", "said"),
    [
        ("balance", CSV, layouts.as_csv(exports()).encode(), "the tables fred_BOPTEXP; expected table fred_BOPGSTB"),
        ("import_prices", bls_answer("EIUIR"), bls_answer("EIUIQ"), "the tables bls_EIUIQ; expected table bls_EIUIR"),
        ("export_prices", bls_answer("EIUIQ"), bls_answer("EIUIR"), "the tables bls_EIUIR; expected table bls_EIUIQ"),
        ("real_exports", "exports", "imports", "the tables realimp; expected table realexp"),
        ("real_imports", "imports", "exports", "the tables realexp; expected table realimp"),
    ],
)
def test_another_series_under_the_right_name_is_refused(agency, tmp_path, monkeypatch, name, right, wrong, said):
    monkeypatch.delenv("TRADELIB_SOURCES")
    source = replace(addresses.sources()[name], url=f"{agency.url}/file")
    monkeypatch.setattr(addresses, "sources", lambda: {name: source})
    right, wrong = (real_goods(body, tmp_path) if isinstance(body, str) else body for body in (right, wrong))
    agency.put("/file", wrong)
    got = get(name)
    assert got.status == "failed"
    assert said in got.message
    agency.put("/file", right)
    assert get(name).status == "new"


def until(last: str) -> bytes:
    """Return a FRED file from 1992 to a month."""
    year, month = map(int, last.split("-"))
    return layouts.as_csv(layouts.fred(count=(year - 1992) * 12 + month)).encode()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (until("2031-01"), "figures until 2031-01; expected a newest month that was over on 2024-05-03"),
        (until("2024-05"), "figures until 2024-05; expected a newest month that was over on 2024-05-03"),
        (b"observation_date,BOPGSTB\n2024-01-01,.\n2024-02-01,.\n", "found no value of BOPGSTB"),
    ],
)
def test_an_impossible_month_does_not_block_the_right_file(agency, body, said):
    day = dt.date(2024, 5, 3)
    agency.put("/balance.csv", body)
    got = get(today=day)
    assert got.status == "failed"
    assert said in got.message
    agency.put("/balance.csv", until("2024-04"))
    assert get(today=day).record.statistical_month == "2024-04"


@pytest.mark.parametrize("month", ["NaT", "2931-01", "soon"])
def test_a_record_of_an_impossible_month_is_ignored(agency, month):
    agency.put("/balance.csv", CSV)
    record = get().record
    path = record.path.parent.with_suffix(".json")
    path.write_text(path.read_text().replace("1993-06", month))
    assert fetch.at_hand("balance") is None
    assert get().status == "new"


@pytest.mark.parametrize("harm", [lambda raw: raw[:-9], lambda raw: raw.replace(b"2026", b"2062")])
def test_a_file_damaged_in_the_cache_is_fetched_again(agency, harm):
    agency.put("/balance.csv", CSV)
    record = get().record
    record.path.write_bytes(harm(CSV))
    assert fetch.at_hand("balance") is None
    got = get()
    assert got.status == "new"
    assert got.record.path.read_bytes() == CSV


@pytest.mark.parametrize(
    ("status", "body", "headers", "said"),
    [
        (200, PAGE, {"Content-Type": "text/html"}, "a web page instead of a file"),
        (200, PAGE, {"Content-Type": "text/csv"}, "an HTML or XML page"),
        (200, b"", {}, "an empty answer"),
        (204, b"", {}, "no data (204)"),
        (404, b"gone", {}, "404 Not Found"),
        (200, b"Too many requests, slow down", {}, "a file that begins 'Too many requests slow down'"),
        (500, b"", {}, "500 Internal Server Error"),
        (429, b"", {"Retry-After": "0"}, "429 Too Many Requests, come back in 0 s"),
        (200, CSV[:-20], {}, "found"),
        (200, CSV.decode().encode("utf-16"), {}, "UTF-16"),
        (200, layouts.as_csv(layouts.bls()).encode(), {}, "the tables bls_EIUIR; expected table fred_BOPGSTB"),
        (200, layouts.as_csv(layouts.fred(step=3)).encode(), {}, "no 1992-02; expected every period"),
    ],
)
def test_an_answer_without_data_is_refused_and_the_cached_file_stays(agency, status, body, headers, said):
    agency.put("/balance.csv", CSV)
    before = get().record
    agency.say("/balance.csv", status, body, headers)
    got = get()
    assert got.status == "failed"
    assert said in got.message
    assert got.record == before
    assert before.path.read_bytes() == CSV
    assert leftovers() == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_request_is_retried_until_the_server_recovers(agency, status):
    def good(handler):
        agencies.send(handler, 200, CSV, {})

    def bad(handler):
        agencies.send(handler, status, b"", {"Retry-After": "1"} if status == 429 else {})

    agency.in_turn("/balance.csv", bad, good)
    assert get().status == "new"
    assert len(agency.asked) == 2


def test_a_connection_cut_in_the_middle_is_retried(agency):
    agency.in_turn("/balance.csv", agencies.cut(CSV), lambda handler: agencies.send(handler, 200, CSV, {}))
    got = get()
    assert got.status == "new"
    assert got.record.path.read_bytes() == CSV


def test_a_file_always_shorter_than_announced_is_refused(agency):
    agency.answers["/balance.csv"] = agencies.cut(CSV)
    got = get()
    assert got.status == "failed"
    message = f"closed the connection after {len(CSV) // 2:,} bytes, {download.TRIES} times"
    assert message in got.message
    assert len(agency.asked) == download.TRIES


def test_a_file_too_large_is_refused(agency, monkeypatch):
    monkeypatch.setattr(download, "MOST_BYTES", 100)
    agency.put("/balance.csv", CSV)
    assert "more than 100 bytes" in get().message


def test_a_server_that_never_answers_has_failed(agency, monkeypatch):
    monkeypatch.setattr(download, "SILENCE", 0.2)
    over = threading.Event()
    agency.answers["/balance.csv"] = lambda _: over.wait(20) and None
    got = get()
    over.set()
    assert got.status == "failed"
    assert got.message.endswith("the server did not answer within 0.2 s")
    assert len(agency.asked) <= 1  # no retry; on a busy machine, perhaps not even a first try


def test_a_server_that_stalls_in_the_middle_is_not_retried(agency, monkeypatch):
    monkeypatch.setattr(download, "SILENCE", 0.2)
    over = threading.Event()

    def stop(handler):
        agencies.cut(CSV)(handler)
        over.wait(20)

    agency.answers["/balance.csv"] = stop
    got = get()
    over.set()
    assert got.message.endswith("the server did not answer within 0.2 s")
    assert len(agency.asked) <= 1  # no retry; on a busy machine, perhaps not even a first try


def test_a_server_that_breaks_off_before_it_answers_has_failed(agency):
    agency.answers["/balance.csv"] = agencies.reset
    got = get()
    assert got.status == "failed"
    assert f"the server closed the connection before it answered, {download.TRIES} times" in got.message
    assert len(agency.asked) == download.TRIES


@pytest.mark.parametrize("wait", ["3600", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_server_that_asks_for_a_long_wait_is_not_waited_for(agency, wait):
    agency.say("/balance.csv", 429, b"", {"Retry-After": wait})
    got = get()
    assert f"429 Too Many Requests, come back {'in 3600 s' if wait == '3600' else 'on ' + wait}" in got.message
    assert len(agency.asked) == 1


def move(url: str, **others: str) -> None:
    """Give the source of the balance, and others, another address."""
    entries = {name: entry(at, "fred_BOPGSTB") for name, at in ({"balance": url} | others).items()}
    Path(os.environ["TRADELIB_SOURCES"]).write_text(tomli_w.dumps(entries))


def closed() -> str:
    """Return an address on this machine with a closed port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_offline_the_cached_files_are_used(agency):
    agency.put("/balance.csv", CSV)
    get()
    move(closed())
    got = get()
    assert got.status == "offline"
    assert "(connection refused); continuing with the file in the cache, about 1993-06" in got.summary()


@pytest.mark.usefixtures("agency")
def test_an_unknown_host_and_an_unreachable_proxy_count_as_offline(monkeypatch):
    move("http://statistics.invalid/balance.csv")
    assert "no connection: statistics.invalid cannot be reached (" in get().summary()
    monkeypatch.setenv("HTTP_PROXY", closed())
    assert "no connection: statistics.invalid cannot be reached through the proxy" in get().summary()


def test_an_unreachable_source_has_failed_if_others_are_reached(agency):
    agency.put("/balance.csv", CSV)
    move(f"{agency.url}/balance.csv", country=closed())
    both = fetch.fetch(["country", "balance"])
    assert [outcome.status for outcome in both] == ["offline", "new"]
    assert not fetch.is_whole(both)
    assert fetch.is_whole(both[:1])
    assert fetch.is_whole(both[1:])


def test_one_failure_does_not_stop_the_others(agency):
    agency.put("/balance.csv", CSV)
    got = fetch.fetch(["country", "balance"])
    assert [outcome.status for outcome in got] == ["failed", "new"]


def test_a_proxy_of_the_environment_is_used(agency, monkeypatch):
    url = "http://statistics.example/balance.csv"
    agency.answers[url] = lambda handler: agencies.send(handler, 200, CSV, {})
    path = addresses.os.environ["TRADELIB_SOURCES"]
    with open(path, "wb") as file:  # noqa: PTH123 - a path from the environment
        tomli_w.dump({"balance": entry(url, "fred_BOPGSTB")}, file)
    monkeypatch.setenv("HTTP_PROXY", agency.url)
    monkeypatch.setenv("http_proxy", agency.url)
    assert get().status == "new"
    assert agency.asked[0][0] == url


def test_addresses_with_a_month_are_tried_from_the_newest(agency):
    sheets = layouts.bea_series()
    path = fetch.downloads()
    path.mkdir(parents=True)
    raw = layouts.write_sheets(sheets, path / "book").read_bytes()
    agency.put("/2000-04/trad-0200.xlsx", raw)
    got = get("services", today=TODAY)
    assert got.status == "new"
    assert got.record.url.endswith("/2000-04/trad-0200.xlsx")
    assert got.record.statistical_month == "2000-02"
    assert get("services", today=dt.date(2000, 5, 5)).status == "unchanged"


def test_a_quarterly_file_is_about_the_month_of_its_address(agency, tmp_path):
    raw = layouts.write_sheets(layouts.bea_geo(), tmp_path / "book").read_bytes()
    agency.put("/2024-09/geo-0724.xlsx", raw)
    got = get("areas", today=dt.date(2024, 9, 5))
    assert (got.status, got.record.statistical_month) == ("new", "2024-07")


def test_the_wrong_month_under_the_right_name_is_refused(agency, tmp_path):
    raw = layouts.write_sheets(layouts.bea_series(), tmp_path / "book").read_bytes()
    agency.put("/2000-05/trad-0300.xlsx", raw)
    got = get("services", today=dt.date(2000, 5, 5))
    assert got.status == "failed"
    assert "figures until 2000-02; expected 2000-03, as its address says" in got.message


def zipped(files: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return raw.getvalue()


@pytest.fixture
def exhibits(tmp_path):
    exhibit = layouts.write_sheets({"12": layouts.exhibit12()}, tmp_path / "exh12").read_bytes()
    return {"exh12.xlsx": exhibit}


def test_a_package_is_read_completely(agency, exhibits):
    agency.put("/ft900xlsx.zip", zipped(exhibits))
    got = get("exhibits")
    assert (got.status, got.record.statistical_month) == ("new", "2023-02")


def test_a_package_with_a_table_that_no_layout_describes_is_refused_by_its_name(agency, exhibits, tmp_path):
    other = layouts.write_sheets(
        {"9": [["Exhibit 9. Something"], ["of another shape"]]}, tmp_path / "exh9"
    ).read_bytes()
    agency.put("/ft900xlsx.zip", zipped(exhibits | {"exh9.xlsx": other}))
    got = get("exhibits")
    assert got.status == "failed"
    assert (
        "exh9.xlsx: found 'Exhibit 9. Something'; expected the title of a table that a layout describes" in got.message
    )


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("../evil.xlsx", b"x", "the path '../evil.xlsx'"),
        ("/etc/evil.xlsx", b"x", "the path '/etc/evil.xlsx'"),
        ("C:/evil.xlsx", b"x", "the path 'C:/evil.xlsx'"),
        ("a/../../evil.xlsx", b"x", "the path"),
        ("bomb.xlsx", bytes(5_000_000), "times its size"),
        ("evil.zip", zipped({}), "evil.zip: found an archive in an archive; expected its files"),
    ],
)
def test_a_harmful_archive_is_refused(agency, exhibits, tmp_path, name, body, said):
    agency.put("/ft900xlsx.zip", zipped(exhibits | {name: body}))
    got = get("exhibits")
    assert got.status == "failed"
    assert said in got.message
    assert not list(tmp_path.rglob("evil*"))


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path):
    raw = bytearray(zipped({"a.xlsx": bytes(5_000_000)}))
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    with pytest.raises(SourceError, match=r"times its size|damaged archive"):
        formats.members(path.name, path.read_bytes())


def test_a_workbook_that_expands_a_thousandfold_is_refused(agency):
    agency.put("/country.xlsx", zipped({"xl/worksheets/sheet1.xml": b" " * 20_000_000}))
    assert "times its size" in get("country").message


def test_a_file_name_from_a_server_never_leaves_the_folder(agency):
    headers = {"Content-Disposition": 'attachment; filename="../../../.profile"'}
    agency.say("/balance.csv", 200, CSV, headers)
    got = get()
    assert got.record.file == "profile"
    assert got.record.path.parent.parent.parent == fetch.downloads()


@pytest.mark.parametrize("name", ["record.json", "RECORD.JSON", "balance.json", ".json"])
def test_a_file_name_from_a_server_never_replaces_a_record(agency, name):
    agency.say("/balance.csv", 200, CSV, {"Content-Disposition": f'attachment; filename="{name}"'})
    got = get()
    assert got.record.path.read_bytes() == CSV
    assert fetch.at_hand("balance") == got.record
    assert get().status == "unchanged"


def drip(part: bytes, before: bytes):
    """Return an answer that sends ``before`` at once, and then a byte every 20 ms."""

    def answer(handler):
        with suppress(OSError):  # the client has gone
            handler.wfile.write(before)
            for _ in range(500):
                handler.wfile.write(part)
                time.sleep(0.02)

    return answer


@pytest.mark.parametrize(
    "before",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: "],
    ids=["body", "head"],
)
def test_a_file_that_arrives_too_slowly_is_given_up_after_one_deadline(agency, monkeypatch, before):
    monkeypatch.setattr(download, "DEADLINE", 1)
    agency.answers["/balance.csv"] = drip(b"x", before)
    got = get()
    assert got.status == "failed"
    assert "/balance.csv: incomplete after 1 s" in got.message
    assert len(agency.asked) <= 1  # no retry; on a busy machine, perhaps not even a first try


def test_the_deadline_covers_all_retries_together(agency, monkeypatch):
    monkeypatch.setattr(download, "DEADLINE", 0.3)
    monkeypatch.setattr(download, "BACKOFF", 60)
    agency.say("/balance.csv", 503)
    assert "incomplete after 0.3 s" in get().message


def test_the_address_that_answered_is_recorded(agency):
    agency.say("/balance.csv", 302, headers={"Location": "/moved/file.csv"})
    agency.put("/moved/file.csv", CSV)
    got = get().record
    assert (got.url, got.answered) == (f"{agency.url}/balance.csv", f"{agency.url}/moved/file.csv")
    assert get().status == "unchanged"


def test_an_endless_redirect_is_given_up(agency):
    agency.say("/balance.csv", 302, headers={"Location": "/balance.csv"})
    assert "Exceeded maximum allowed redirects" in get().message


def test_https_is_never_downgraded_to_http(monkeypatch):
    requests = []

    def answer(request):
        requests.append(str(request.url))
        moved = {"Location": f"http://{request.url.host}{request.url.path}"}
        return httpx.Response(301 if request.url.scheme == "https" else 200, headers=moved, content=CSV)

    client = partial(httpx.AsyncClient, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(httpx, "AsyncClient", client)
    with pytest.raises(download.DownloadError) as caught:
        download.download("https://statistics.example/balance.csv")
    assert str(caught.value).endswith("redirected from https to http://statistics.example, which is not followed")
    assert requests == ["https://statistics.example/balance.csv"]


def test_a_server_without_a_valid_certificate_has_failed(agency):
    url = agency.url.replace("http://", "https://")
    with pytest.raises(download.DownloadError, match="no secure connection"):
        download.download(f"{url}/balance.csv")


def test_a_download_works_inside_a_running_event_loop(agency):
    agency.put("/balance.csv", CSV)

    async def inside():
        return get()

    assert asyncio.run(inside()).status == "new"


def test_an_unreadable_record_is_ignored(agency):
    agency.put("/balance.csv", CSV)
    record = get().record
    (record.path.parent.with_suffix(".json")).write_text("{")
    assert fetch.at_hand("balance") is None
    assert get().status == "new"
    assert json.loads((record.path.parent.with_suffix(".json")).read_text())["source"] == "balance"


@pytest.mark.usefixtures("agency")
def test_unknown_sources_are_refused_with_the_known_ones():
    with pytest.raises(ParameterError, match="did you mean balance"):
        fetch.fetch(["balanse"])


def test_the_table_of_sources_is_complete():
    for source in addresses.sources().values():
        urls = [url for url, _ in source.addresses(dt.date(2025, 4, 4))]
        assert urls
        assert all(url.startswith("https://") and "{" not in url for url in urls)
    series = addresses.sources()["services"]
    first = next(series.addresses(dt.date(2025, 4, 4)))
    expected = ("https://www.bea.gov/sites/default/files/2025-04/trad-time-series-0225.xlsx", "2025-02")
    assert first == expected or expected in list(series.addresses(dt.date(2025, 4, 4)))


def test_nothing_touches_the_network_unasked():
    code = """
import socket
def refuse(*_, **__): raise AssertionError("the network was touched")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
import tradelib, sys, tradelib.sources
from tradelib.fetch import addresses, files
tradelib.load(["BOPGSTB", "exports_goods_census_nsa", "IR"])
[files.at_hand(name) for name in addresses.sources()]
assert "httpx" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
