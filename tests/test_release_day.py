"""Release day as a whole: every source has a new month, every family gets a release of it, or it is said why not."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import agency as agencies
import layouts
import pytest
import releases
import tomli_w
from typer.testing import CliRunner

from tradelib import cli, freshness, load, paths, store
from tradelib.families import FAMILIES
from tradelib.fetch import addresses, files as fetch, http as download, update
from tradelib.parameters import ServicesAndPartners

TODAY, DAY = dt.date(2026, 5, 6), dt.date.fromisoformat(releases.DAY)
PAGE = b"<!DOCTYPE html><html><title>Service unavailable</title></html>"
NEW = {"census_history", "bea_services", "census_goods", "census_partners", "bea_fred", "bls_prices", "real_goods"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return what every source has on the day."""
    return releases.files(tmp_path_factory.mktemp("official"))


@pytest.fixture
def agency(tmp_path, monkeypatch, files):
    """Return a server with all files of the day, the project's own sources at its address, and a store of its own."""
    shutil.copytree(paths.data_folder(), tmp_path / "data")
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TRADELIB_SOURCES", str(tmp_path / "sources.toml"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(download, "BACKOFF", 0)
    with agencies.serve() as server:
        told = tomllib.loads(Path(addresses.__file__).with_name("addresses.toml").read_text(encoding="utf-8"))
        for name, entry in told.items():
            entry["url"] = f"{server.url}/{name}"
        told["services"]["url"] += "-{release:%Y-%m}-{month:%m%y}.xlsx"
        (tmp_path / "sources.toml").write_text(tomli_w.dumps(told))
        for name, body in files.items():
            server.put(path_of(name), body, modified=releases.MODIFIED)
        yield server


@pytest.fixture
def commands(agency, tmp_path, monkeypatch):
    """Return the server for commands, which look back from today, where this release is old."""
    table = tmp_path / "sources.toml"
    table.write_text(table.read_text().replace("/services-{release:%Y-%m}-{month:%m%y}.xlsx", path_of("services")))
    monkeypatch.chdir(tmp_path)
    return agency


def path_of(source: str) -> str:
    return "/services-2026-05-0326.xlsx" if source == "services" else f"/{source}"


def snapshot():
    return {path: path.read_bytes() for path in paths.data_folder().rglob("*") if path.is_file()}


def test_every_source_has_a_file_here(files):
    assert {source.name for source in addresses.choose()} == set(files)


@pytest.mark.usefixtures("agency")
def test_a_new_month_goes_into_every_family_and_what_was_revised_is_told():
    got = update.update(today=TODAY)
    assert got.is_whole, got.summary()
    assert {added.family for added in got.added if not added.already} == NEW == set(FAMILIES)
    assert {(a.released, str(a.newest.name)) for a in got.added} == {(DAY, "2026-03")}
    largest = {a.family: (a.largest[0], str(a.largest[1]), round(a.largest[2], 6)) for a in got.added if a.largest}
    assert largest == {
        "census_history": ("balance_total_bop_sa", "2024-02", 100),
        "bea_services": ("exports_services_bop_sa", "2025-02", 7),
        "census_partners": ("imports_goods_world_census_nsa", "2022-10", -1254.5),
        "bea_fred": ("balance_total_bop_sa", "2025-12", 50),
        "bls_prices": ("imports_price_index_bls_nsa_base2000", "2024-10", 0.3),
    }
    partners = next(a for a in got.added if a.family == "census_partners").revisions
    assert partners.loc["2023-01", "imports_goods_china_census_nsa"] == 2
    assert {a.family: a.new for a in got.added if not a.already} == {
        "census_history": 25, "bea_services": 13, "census_goods": 13, "census_partners": 38, "bea_fred": 1,
        "bls_prices": 17, "real_goods": 171,
    }  # fmt: skip
    assert set(got.kept) == {"exhibits", "areas"}
    assert "it is quarterly, the store holds months" in got.kept["areas"]
    assert freshness.uneven() == ""


@pytest.mark.usefixtures("agency")
def test_everybody_who_reads_the_store_sees_the_new_releases_at_once():
    load("*_price_index_*"), ServicesAndPartners().load_partners()
    update.update(today=TODAY)
    for name in ("BOPGSTB", "exports_goods_census_nsa", "*_price_index_*", "exports_*_chained2017"):
        assert str(load(name).index[-1]) == "2026-03", name
    assert str(load("BOPGSTB", family="bea_fred").index[-1]) == "2026-03"
    assert str(load("*_price_index_*").index[0]) == "1988-12"  # the API answers three years
    assert "older months released 2024-12-06" in load("IR").attrs["series"][load("IR").columns[0]]["source"]
    asked = ServicesAndPartners()
    assert {str(frame.index[-1]) for frame in (asked.load_services(), asked.load_partners())} == {"2026-03"}
    assert str(load("BOPGSTB", vintage="2026-05-04").index[-1]) == "2024-02"


@pytest.mark.usefixtures("agency")
def test_provenance_says_which_file_came_when_from_where_and_how_the_day_is_known():
    update.update(today=TODAY)
    told = {name: store.select(name).provenance for name in NEW}
    assert {name: how["released_known_from"] for name, how in told.items()} == {
        "census_history": "the server: last modified",
        "bea_services": "the file: its last update",
        "real_goods": "the release of census_history about the same month",
        "census_goods": "the release of census_history about the same month",
        "census_partners": "the release of census_history about the same month",
        "bea_fred": "the release of census_history about the same month",
        "bls_prices": "the server: last modified",
    }
    assert told["bea_services"]["official_sha256"] == fetch.at_hand("services").sha256
    assert told["bls_prices"]["official_sha256"] == [fetch.at_hand(f"{f}_prices").sha256 for f in ("import", "export")]
    assert told["bls_prices"]["official_url"][1].endswith("/export_prices")
    assert told["census_goods"]["fetched"][:4].isdigit()
    assert told["census_partners"]["labels"]["exports_goods_korea_south_census_nsa"] == "Korea, South"


@pytest.mark.usefixtures("agency")
def test_a_day_that_is_said_is_that_of_the_trade_release_where_the_file_names_none():
    said = dt.date(2026, 5, 6)
    update.update(["history"], today=TODAY)
    got = update.update(released=said, today=TODAY)
    assert got.is_whole, got.summary()
    days = {added.family: added.released for added in got.added}
    assert days.pop("bea_services") == days.pop("census_history") == days.pop("bls_prices") == DAY
    assert set(days.values()) == {said}
    assert store.select("bea_fred").provenance["released_known_from"] == "said when it was added"


def test_yesterdays_files_again_change_nothing(agency, files):
    update.update(today=TODAY)
    before = snapshot()
    got = update.update(today=TODAY + dt.timedelta(days=1))
    assert {one.status for one in got.fetched} == {"unchanged"}
    assert all(added.already for added in got.added)
    assert not got.is_new
    assert got.is_whole
    agency.say("/import_prices", 200, files["import_prices"] + b" \n")  # other bytes, the same figures
    assert all(added.already for added in update.update(["import_prices", "export_prices"], today=TODAY).added)
    assert snapshot() == before


@pytest.mark.usefixtures("agency")
def test_offline_what_was_fetched_before_is_added_and_nothing_is_wrong(monkeypatch):
    def offline(*_, **__):
        raise download.Offline("no network")

    fetch.fetch(today=TODAY)
    monkeypatch.setattr(fetch, "download", offline)
    got = update.update(today=TODAY)
    assert {one.status for one in got.fetched} == {"offline"}
    assert {added.family for added in got.added if not added.already} == NEW
    assert got.is_whole


def cut(server, path, body):
    server.answers[path] = agencies.cut(body)


BROKEN = {
    "a page": ("country", lambda s, _: s.say("/country", 200, PAGE), {"census_goods", "census_partners"}, "an HTML"),
    "cut": ("services", lambda s, f: cut(s, path_of("services"), f["services"]), {"bea_services"}, "connection off"),
    "half a file": ("history", lambda s, f: s.say("/history", 200, f["history"][:9000]), set(), "history: failed"),
    "gone": ("balance", lambda s, _: s.say("/balance", 404), {"bea_fred"}, "404 Not Found"),
    "one of two": ("export_prices", lambda s, _: s.say("/export_prices", 500), {"bls_prices"},
                   "bls_prices: import_prices: found no exports_price_index_bls_nsa_base2000"),
    "another layout": ("real_imports", lambda s, f: s.say("/real_imports", 200, f["balance"]), {"real_goods"},
                       "found a file of layout 'FRED CSV'; expected real goods"),
}  # fmt: skip
"""By case the source, what its server does, the families that then have no release, and what is said."""


@pytest.mark.parametrize("case", BROKEN)
def test_one_broken_source_does_not_stop_the_others(agency, files, case):
    source, put, lost, said = BROKEN[case]
    put(agency, files)
    quick = {"exhibit1": "census_history", "balance": "bea_fred", "import_prices": "bls_prices",
             "export_prices": "bls_prices", "real_exports": "real_goods", "real_imports": "real_goods"}  # fmt: skip
    got = update.update([source, *(name for name in quick if name != source)], today=TODAY)
    assert {added.family for added in got.added} == set(quick.values()) - lost
    assert [one.source for one in got.fetched if one.status == "failed"] == [source]
    assert not got.is_whole
    assert said in got.summary()


def test_the_wrong_month_under_the_right_name_is_no_data(agency, tmp_path):
    body = layouts.write_sheets(releases.services((2026, 2)), tmp_path / "old.xlsx").read_bytes()
    agency.put(path_of("services"), body)
    got = update.update(["services"], today=TODAY)
    assert got.fetched[0].status == "failed"
    assert "figures until 2026-02; expected 2026-03, as its address says" in got.summary()
    assert store.select("bea_services").released == dt.date(2025, 4, 3)


def test_prices_of_two_months_wait_for_each_other(agency):
    agency.say("/export_prices", 200, json.dumps(releases.prices("exports", "EIUIQ", (2026, 2))).encode())
    got = update.update(["import_prices", "export_prices"], today=TODAY)
    assert got.added == []
    assert "until 2026-02 and" in got.refused["bls_prices"]
    assert "expected series that end in one month" in got.refused["bls_prices"]


def test_a_file_older_than_the_store_is_told_and_left(agency, tmp_path):
    body = layouts.write_sheets(releases.services((2025, 1)), tmp_path / "old.xlsx").read_bytes()
    agency.put("/services-2025-03-0125.xlsx", body)
    got = update.update(["services"], today=dt.date(2025, 3, 20))
    assert got.is_whole
    assert got.added == []
    assert (
        "bea_services: about 2025-02, released 2025-04-03; services-2025-03-0125.xlsx is about 2025-01" in got.summary()
    )


def test_other_values_for_a_month_that_the_store_has_are_refused(agency, tmp_path):
    update.update(["services"], today=TODAY)
    before = snapshot()
    sheets = releases.services()
    row = next(row for row in sheets["Table 2"] if row and str(row[0]).startswith("2026 Feb"))
    row[5] += 1  # within what rounding allows, so that the file does not contradict itself
    agency.put(path_of("services"), layouts.write_sheets(sheets, tmp_path / "other.xlsx").read_bytes())
    got = update.update(["services"], today=TODAY)
    assert "as the store has it in the release of that same day" in got.refused["bea_services"]
    assert snapshot() == before


@pytest.mark.usefixtures("agency")
def test_the_history_table_after_exhibit_1_of_the_same_day_says_nothing_new():
    update.update(["exhibit1"], today=TODAY)
    before = snapshot()
    [added] = update.update(["history"], today=TODAY).added
    assert added.already
    assert snapshot() == before


def test_the_command_reads_well(commands):
    commands.say("/country", 200, PAGE)
    got = CliRunner().invoke(cli.app, ["update", "--no-report"])
    heads = [line for line in got.stdout.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert heads == ["Fetched:", "New in the store:", "In the store already:", "Not for the store:"]
    assert got.exit_code == 1
    assert "country: failed: " in got.stdout
    assert "Not all families are about one month: census_goods ends in February 2025" in got.stdout
    assert "Try tradelib update" not in got.stdout


def command(*words):
    """Run a command as users do; return its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", "from tradelib.cli import run; run()", *words],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def used_by(folder):
    """Return families and vintages that the notebooks of a report used."""
    assert json.loads((folder / "manifest.json").read_text())["outcome"] == "ok"
    told = json.loads((folder / "results.json").read_text()).values()
    return {(source["family"], source["vintage"]) for notebook in told for source in notebook["sources"].values()}


def test_the_command_offline_says_so_and_ends_well(commands, monkeypatch):
    def offline(*_, **__):
        raise download.Offline("no network")

    monkeypatch.setattr(fetch, "download", offline)
    got = CliRunner().invoke(cli.app, ["update", "balance", "--no-report"])
    assert got.exit_code == 0
    assert "balance: no connection: no network; nothing at hand" in got.stdout
    assert "servers" not in got.stdout
    assert commands.asked == []


@pytest.mark.slow
@pytest.mark.usefixtures("commands")
def test_the_report_of_an_update_is_about_the_new_release_of_every_family(tmp_path):
    code, said = command("update")
    assert code == 0, said
    assert "trade deficit" in said
    used = used_by(tmp_path / "reports" / "2026-03")
    assert {family for family, vintage in used if vintage == releases.DAY} == NEW
    assert {family for family, vintage in used if vintage != releases.DAY} <= {"bea_fred"}  # its triangle


@pytest.mark.slow
def test_the_report_runs_where_some_families_have_no_new_release(commands, tmp_path):
    for source in ("country", "import_prices", "real_imports"):
        commands.say(f"/{source}", 404)
    code, said = command("update", "--no-report")
    assert code == 1
    code, said = command("report", "--only", "real_vs_nominal", "--only", "services_and_partners", "--out", "r")
    assert code == 0, said
    used = dict(used_by(tmp_path / "r"))
    assert used["census_history"] == used["bea_services"] == releases.DAY
    assert (used["bls_prices"], used["census_partners"]) == ("2024-12-06", "2023-03-08")
