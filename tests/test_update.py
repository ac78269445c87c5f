"""Release day: what is new goes into the store as a vintage; what there is can be listed; age is told."""

from __future__ import annotations

import datetime as dt
import shutil

import agency as agencies
import layouts
import official
import pandas as pd
import pytest
import tomli_w
from typer.testing import CliRunner

from tradelib import cli, freshness, listing, load, paths, store
from tradelib.errors import ParameterError
from tradelib.fetch import files as fetch, http as download, update

TODAY = dt.date(2024, 5, 3)


@pytest.fixture
def agency(tmp_path, monkeypatch):
    """Return a server with addresses of its own, and a store that may be written to."""
    shutil.copytree(paths.data_folder(), tmp_path / "data")
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TRADELIB_SOURCES", str(tmp_path / "sources.toml"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(download, "BACKOFF", 0)
    with agencies.serve() as server:
        layouts_of = {"history": "history table", "exhibit1": "Exhibit 1", "balance": "FRED CSV"}
        told = {
            name: {"what": name, "producer": "An agency", "layout": layout, "url": f"{server.url}/{name}"}
            for name, layout in layouts_of.items()
        }
        (tmp_path / "sources.toml").write_text(tomli_w.dumps(told))
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


def test_a_new_release_is_added_and_its_revisions_told(agency):
    agency.put("/history", history(next_month()), modified="Thu, 02 May 2024 12:30:00 GMT")
    got = update.update(["history"], today=TODAY)
    assert got.is_new
    assert got.added[0].released == dt.date(2024, 5, 2)
    assert "1 of 386 months revised, 2024-02" in got.summary()
    assert "+100 million" in got.summary()
    assert str(load("BOPGSTB").index[-1]) == "2024-03"
    assert str(load("BOPGSTB", vintage="2024-04-04").index[-1]) == "2024-02"


def test_the_same_release_again_changes_nothing(agency):
    agency.put("/history", history(official.bundled()))
    got = update.update(["history"], today=TODAY)
    assert not got.is_new
    assert got.added[0].already
    assert [release.released for release in store.releases(store.HISTORY)] == [dt.date(2024, 4, 4)]


def test_offline_nothing_is_added_and_nothing_breaks(agency):
    agency.answers.clear()
    got = update.update(["balance"], today=TODAY)
    assert got.fetched[0].status == "failed"
    assert got.added == []


def test_what_contradicts_itself_is_refused_before_it_is_data(agency):
    table = next_month()
    table.months[2024, 3][0] += 50
    agency.put("/history", history(table))
    got = update.update(["history"], today=TODAY)
    assert got.fetched[0].status == "failed"
    assert got.added == []
    assert fetch.at_hand("history") is None


def test_a_file_without_a_day_is_of_the_day_it_came(agency):
    agency.say("/history", 200, history(next_month()))
    assert update.update(["history"], today=TODAY).added[0].released == TODAY


def test_the_command_says_all_of_it(agency):
    agency.put("/history", history(next_month()), modified="Thu, 02 May 2024 12:30:00 GMT")
    got = CliRunner().invoke(cli.app, ["update", "history", "--no-report"])
    assert got.exit_code == 0, got.output
    for expected in ("history: new: about 2024-03", "Added census_history", "The newest month here is March 2024"):
        assert expected in got.output


def test_the_command_fetch_fails_when_a_source_does(agency):
    agency.put("/balance", layouts.as_csv(layouts.fred()).encode())
    got = CliRunner().invoke(cli.app, ["fetch", "balance", "history"])
    assert got.exit_code == 1
    assert "balance: new: about 1993-06" in got.output
    assert "history: failed:" in got.output


@pytest.mark.parametrize(
    ("today", "verdict"),
    [(dt.date(2024, 4, 20), "current"), (dt.date(2024, 5, 15), "possible"), (dt.date(2024, 12, 1), "overdue")],
)
def test_age_is_judged_by_the_releases_at_hand(today, verdict):
    got = freshness.freshness(today)
    assert got.verdict == verdict
    assert str(got.due) == "2024-03"
    assert f"{got.shortest} to {got.longest} days" in got.summary()


def test_delays_are_those_of_the_store():
    days = [
        (release.released - release.statistical_month.end_time.date()).days
        for family in ("census_history", "bea_fred")
        for release in store.releases(family)
    ]
    got = freshness.freshness(TODAY)
    assert (got.shortest, got.longest) == (min(days), max(days))


def test_series_are_found_by_words_in_any_order():
    got = listing.series("census EXPORTS nsa")
    assert got.index[0] == "exports_goods_census_nsa"
    assert all("census" in name and name.startswith("exports") for name in got.index)
    row = got.iloc[0]
    assert (row["unit"], row["first"], row["adjustment"]) == ("millions of U.S. dollars", "1989-01", "nsa")


def test_a_series_of_two_families_is_listed_for_each():
    got = listing.series("BOPGSTB")
    assert got["family"].tolist() == ["census_history", "bea_fred"]


def test_every_series_of_the_catalog_is_listed():
    got = listing.series()
    assert isinstance(got, pd.DataFrame)
    assert set(load().columns) <= set(got.index)
    assert {"exports_travel_bop_sa", "imports_goods_china_census_nsa"} <= set(got.index)
    with pytest.raises(ParameterError, match="no series with 'zzz'"):
        listing.series("zzz")


def test_families_say_what_the_store_has():
    got = listing.families()
    assert got.loc["census_history", "series"] == 9
    assert got.loc["bea_fred", "releases"] == len(store.releases("bea_fred"))


def test_a_server_that_was_not_asked_about_the_history_is_not_said_to_have_nothing_newer(agency):
    agency.put("/balance", layouts.as_csv(layouts.fred()).encode())
    agency.put("/history", history(next_month()))
    said = {
        name: CliRunner().invoke(cli.app, ["update", name, "--no-report"]).stdout for name in ("balance", "history")
    }
    assert "The servers that answered have nothing newer" in said["history"]
    assert "The servers that answered" not in said["balance"]
    assert "Try tradelib update." in said["balance"]


@pytest.mark.parametrize("there", [True, False])
def test_an_empty_store_is_told(monkeypatch, tmp_path, there):
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    if there:
        (tmp_path / "data").mkdir()
    got = CliRunner().invoke(cli.app, ["sources"])
    assert got.exit_code == 0, got.output
    assert "has no census_history; get it with: tradelib update history" in got.output
    assert listing.families().empty


@pytest.mark.parametrize("command", [["sources"], ["series", "goods"]])
def test_commands_list_without_the_network(command, monkeypatch, tmp_path):
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path))
    got = CliRunner().invoke(cli.app, command)
    assert got.exit_code == 0, got.output
    assert "released" in got.output
