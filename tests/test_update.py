"""Release day: new files go into the store as a vintage, its content can be listed, and its age is stated."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil

import agency as agencies
import layouts
import official
import pandas as pd
import pytest
import tomli_w
from typer.testing import CliRunner

from tradelib import cli, load, store
from tradelib.fetch import files, http as download, update
from tradelib.quantity.errors import ParameterError

TODAY = dt.date(2024, 5, 3)


@pytest.fixture
def agency(tmp_path, monkeypatch):
    """Return a server whose addresses are in the table of sources; the store is writable."""
    shutil.copytree(store.data_folder() / "ft900" / "2024-04-04", tmp_path / "data" / "ft900" / "2024-04-04")
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TRADELIB_SOURCES", str(tmp_path / "sources.toml"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(download, "BACKOFF", 0)
    with agencies.serve() as server:
        table_of = {"history": "history", "exhibit1": "1", "balance": "fred_BOPGSTB", "prices": "bls_EIUIR"}
        entries = {
            name: {"what": name, "producer": "An agency", "table": table, "url": f"{server.url}/{name}"}
            for name, table in table_of.items()
        }
        (tmp_path / "sources.toml").write_text(tomli_w.dumps(entries))
        yield server


def next_month() -> official.Table:
    """Return the bundled table with one month more and a revised one."""
    table = official.bundled()
    months = dict(table.months)
    months[2024, 3] = list(months[2024, 2])
    revised = list(months[2024, 2])
    for at in (0, 1):  # total and goods: exports up by 100
        revised[at] += 100
        revised[at + 3] += 100
    months[2024, 2] = revised
    annual = {at: row for at, row in table.annual.items() if at[0] < 2024}
    to_date = [sum(column) for column in zip(*(months[2024, m] for m in (1, 2, 3)), strict=True)]
    return official.Table(months, annual | {(2024, 3): to_date})


def history(table: official.Table) -> bytes:
    return official.as_text(official.history_rows(table)).encode()


def test_a_new_release_is_added_and_its_revisions_are_named(agency):
    agency.put("/history", history(next_month()))
    [got] = update.update(["history"], released=dt.date(2024, 5, 2), today=TODAY)
    assert not got.added.already
    assert got.added.release.released == dt.date(2024, 5, 2)
    assert "4 of 3,474 figures in common with the release of 2024-04-04 were revised" in update.summary([got])
    assert "exports_goods_bop_sa 2024-02: 176,654.0 to 176,754.0 (+100.0)" in update.summary([got])
    assert str(load("BOPGSTB").index[-1]) == "2024-03"
    assert str(load("BOPGSTB", vintage="2024-04-04").index[-1]) == "2024-02"


def test_the_same_release_again_changes_nothing(agency):
    agency.put("/history", history(official.bundled()))
    [got] = update.update(["history"], today=TODAY)
    assert got.added.already
    assert [release.released for release in store.releases()] == [dt.date(2024, 4, 4)]


def test_offline_nothing_is_added_and_nothing_breaks(agency):
    agency.answers.clear()
    [got] = update.update(["balance"], today=TODAY)
    assert got.status == "failed"
    assert got.added is None


def test_a_file_that_contradicts_itself_is_refused_before_it_is_added(agency):
    table = next_month()
    table.months[2024, 3][0] += 50
    agency.put("/history", history(table))
    [got] = update.update(["history"], today=TODAY)
    assert got.status == "failed"
    assert got.added is None
    assert files.at_hand("history") is None


def test_a_day_of_the_trade_release_is_never_guessed(agency):
    agency.put("/history", history(next_month()), modified="Thu, 02 May 2024 12:30:00 GMT")
    [got] = update.update(["history"], today=TODAY)
    assert got.added is None
    assert "does not say when it was released; give the day (--released 2024-04-04)" in got.refused


def test_prices_count_as_of_the_day_on_which_they_were_seen(agency):
    agency.put("/prices", json.dumps(layouts.bls_answer()).encode())
    [got] = update.update(["prices"], today=TODAY)
    assert got.added.release.publisher == "bls"
    assert got.added.release.released == dt.datetime.now(tz=dt.UTC).date()
    [entry] = got.added.release.contents["files"].values()
    assert entry["released_known_from"] == update.SEEN


def test_the_command_prints_source_release_and_newest_month(agency):
    agency.put("/history", history(next_month()))
    got = CliRunner().invoke(cli.app, ["update", "history", "--released", "2024-05-02", "--no-report"])
    assert got.exit_code == 0, got.output
    for expected in ("history: new: about 2024-03", "the release of 2024-05-02 about 2024-03, 1 new table: history",
                     "The newest month in the store is March 2024"):  # fmt: skip
        assert expected in got.output


def test_the_command_fetch_fails_when_a_source_does(agency):
    agency.put("/balance", layouts.as_csv(layouts.fred()).encode())
    got = CliRunner().invoke(cli.app, ["fetch", "balance", "history"])
    assert got.exit_code == 1
    assert "balance: new: about 1993-06" in got.output
    assert "history: failed:" in got.output
    assert CliRunner().invoke(cli.app, ["fetch", "balance"]).exit_code == 0


@pytest.mark.usefixtures("agency")
@pytest.mark.parametrize(
    ("today", "verdict"),
    [
        (dt.date(2024, 4, 24), "current"), (dt.date(2024, 4, 25), "possible"), (dt.date(2024, 5, 20), "possible"),
        (dt.date(2024, 5, 21), "overdue"),
    ],
)  # fmt: skip
def test_age_is_judged_by_the_usual_delays_if_the_store_has_few_releases(today, verdict):
    got, words = update.freshness(today)
    assert got == verdict
    assert " March 2024 " in words
    assert f"releases came {update.USUAL[0]} to {update.USUAL[1]} days after" in words


def test_delays_are_measured_on_the_releases_in_the_store():
    days = [(release.released - release.month.end_time.date()).days for release in store.releases()]
    _, words = update.freshness(TODAY)
    assert f"releases came {min(days)} to {max(days)} days after" in words


@pytest.mark.parametrize("there", [True, False])
def test_an_empty_store_is_reported(monkeypatch, tmp_path, there):
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    if there:
        (tmp_path / "data").mkdir()
    got = CliRunner().invoke(cli.app, ["sources"])
    assert got.exit_code == 0, got.output
    assert "has no release; get one with: tradelib update" in got.output


@pytest.mark.parametrize("command", [["sources"], ["series", "semiconductors"]])
def test_commands_list_without_the_network(command, monkeypatch, tmp_path):
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path))
    got = CliRunner().invoke(cli.app, command)
    assert got.exit_code == 0, got.output
    assert "2025-05-06" in got.output


@pytest.mark.parametrize("day", ["spring", 5, pd.NaT])
def test_an_impossible_day_is_refused_before_anything_is_fetched(day):
    with pytest.raises(ParameterError, match=re.escape(f"released {day!r} is not a day like 2024-04-04")):
        update.update(["history"], released=day)
