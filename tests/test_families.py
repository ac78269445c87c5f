"""Every family is compiled as its releases in the store were, and nothing goes into one that does not belong there."""

from __future__ import annotations

import json
import shutil

import layouts
import pytest
import releases
from test_real_goods import long_series, write

from tradelib import adding, compiling, paths, store, vintages
from tradelib.errors import ComparabilityError, ParameterError, SourceError
from tradelib.families import FAMILIES, NOT_STORED
from tradelib.revisions import triangle

BUNDLED = paths.data_folder()


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Return an empty store."""
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """Return a country workbook that continues the store's."""
    path = tmp_path_factory.mktemp("country") / "country.xlsx"
    return layouts.write_sheets({"country": releases.country()}, path)


def csv(path, *columns):
    """Write a FRED download of some months with these columns, code first."""
    heads = ["observation_date", *(code for code, _ in columns)]
    rows = [[f"2024-{m:02}-01", *(str(value + (m if code != "BOPTIMP" else 0)) for code, value in columns)]
            for m in range(1, 7)]  # fmt: skip
    path.write_text(layouts.as_csv([heads, *rows]))
    return path


def price_files(folder, **kwargs):
    paths_ = []
    for flow, code in (("imports", "EIUIR"), ("exports", "EIUIQ")):
        paths_.append(folder / f"{code}.json")
        paths_[-1].write_text(json.dumps(releases.prices(flow, code, **kwargs)))
    return paths_


def is_bundled(data, family, day):
    """Tell whether a release has the very bytes of the one in the project, and says the same of itself."""
    new, old = data / family / day, BUNDLED / family / day
    told, before = store.select(family).provenance, store._release(old / "release.toml").provenance
    for key in ("title", "producer", "unit", "basis", "adjustment", "labels", "months", "table_sha256"):
        assert told.get(key) == before.get(key), key
    return (new / "months.csv").read_bytes() == (old / "months.csv").read_bytes()


def test_services_of_the_store_come_from_beas_workbook(data, tmp_path):
    path = layouts.write_sheets(releases.services((2025, 2), travel=0), tmp_path / "trad-time-series-0225.xlsx")
    [added] = adding.add(path, "2025-04-03")
    assert not added.already
    assert is_bundled(data, "bea_services", "2025-04-03")


def test_prices_of_the_store_come_from_two_answers(data, tmp_path):
    adding.add(price_files(tmp_path, last=(2024, 10), october=0, first=1988), "2024-12-06")
    assert is_bundled(data, "bls_prices", "2024-12-06")


def test_the_country_workbook_goes_into_two_families(data, country):
    goods, partners = adding.add(country, "2026-05-05")
    assert (goods.family, partners.family) == ("census_goods", "census_partners")
    got = store.read_months(store.select("census_goods"))
    bundled = store._months((BUNDLED / "census_goods" / "2025-04-03" / "months.csv").read_bytes())
    assert got.loc[:"2025-02"].equals(bundled)
    got = store.read_months(store.select("census_partners"))
    bundled = store._months((BUNDLED / "census_partners" / "2023-03-08" / "months.csv").read_bytes())
    countries = [name for name in bundled if "_world_" not in name]
    assert set(got) == set(bundled)
    changed = (got.loc[:"2023-01", countries] - bundled[countries]).round(6).stack()
    assert changed[changed != 0].to_dict() == {(bundled.index[-1], "imports_goods_china_census_nsa"): 2}
    assert next(iter(got)) == "exports_goods_world_census_nsa"
    traded = {
        name: got[[name, name.replace("exports", "imports")]].iloc[-12:].sum(axis=None) for name in list(got)[:21]
    }
    assert list(traded.values()) == sorted(traded.values(), reverse=True)
    assert not list(data.glob("*/.partial*"))


@pytest.mark.usefixtures("data")
def test_both_halves_of_real_goods_make_a_release(tmp_path):
    files = [write(long_series(flow), tmp_path / f"real{flow[:3].lower()}.xls") for flow in ("Exports", "Imports")]
    [added] = adding.add(files, "2021-07-02")
    assert len(added.newest) == 16
    assert str(vintages.load("imports_residual_*_chained2012").index[-1]) == "2021-05"
    assert store.select("real_goods").provenance["official_file"] == "realexp.xls, realimp.xls"
    assert len(store.select("real_goods").provenance["official_sha256"]) == 2


@pytest.mark.usefixtures("data")
def test_fred_series_are_added_together_when_they_add_up(tmp_path):
    one = csv(tmp_path / "a.csv", ("BOPGSTB", -100), ("BOPTEXP", 300))
    adding.add([one, csv(tmp_path / "b.csv", ("BOPTIMP", 400))], "2024-08-06")
    got = vintages.load("*_total_bop_sa", family="bea_fred")
    assert got.loc["2024-06"].tolist() == [-94, 306, 400]


REFUSED = {
    "half of it": (lambda f: [write(long_series(), f / "realexp.xls")], "found no imports_goods_\\w+ and 7 more"),
    "two reference years": (
        lambda f: [write(long_series(), f / "a.xls"), write(long_series("Imports", year=2017), f / "b.xls")],
        "found chained2012 and chained2017 dollars; expected one price basis",
    ),
    "the same twice": (
        lambda f: [write(long_series(), f / "a.xls"), write(long_series(), f / "b.xls")], "in two files",
    ),
    "two months": (
        lambda f: [write(long_series(), f / "a.xls"), write(long_series("Imports", 16), f / "b.xls")],
        "until 2021-04 and .* until 2021-05; expected series that end in one month",
    ),
    "no balance": (lambda f: [csv(f / "a.csv", ("BOPTEXP", 300))], "found no balance_total_bop_sa"),
    "an account that does not hold": (
        lambda f: [csv(f / "a.csv", ("BOPGSTB", -100), ("BOPTEXP", 300), ("BOPTIMP", 450))],
        "balance_total_bop_sa = exports_total_bop_sa - imports_total_bop_sa within 1 million",
    ),
    "a price from another source": (lambda f: [csv(f / "a.csv", ("IR", 100))], "no family holds its series"),
    "a price beside the balance": (
        lambda f: [csv(f / "a.csv", ("BOPGSTB", -100), ("IR", 100))], "one price basis",
    ),
    "quarters": (lambda f: [layouts.write_sheets(layouts.bea_geo(), f / "geo.xlsx")], "it is quarterly"),
    "another exhibit": (
        lambda f: [layouts.write_sheets({"12": layouts.exhibit12()}, f / "12.xlsx")], "no family holds BOP goods",
    ),
    "whole dollars": (
        lambda f: [write_json(f / "api.json", layouts.census_api())], "the API answers whole dollars since 2010",
    ),
}  # fmt: skip


def write_json(path, answer):
    path.write_text(layouts.as_json(answer))
    return path


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_release_is_refused_and_leaves_nothing(data, tmp_path, case):
    make, said = REFUSED[case]
    with pytest.raises(SourceError, match=said):
        adding.add(make(tmp_path), "2024-08-06")
    assert not data.exists()


def test_when_one_family_is_refused_none_is_added(data, country):
    adding.add(country, "2026-05-06", family="census_goods")
    before = sorted(data.rglob("*"))
    with pytest.raises(SourceError, match="a release of census_goods about 2026-03, said to be of 2026-05-05"):
        adding.add(country, "2026-05-05")
    assert sorted(data.rglob("*")) == before


@pytest.mark.usefixtures("data")
def test_a_file_of_another_family_is_not_left_out_silently(tmp_path):
    one = csv(tmp_path / "a.csv", ("BOPGSTB", -100))
    with pytest.raises(
        ComparabilityError, match=r"a\.csv is a FRED CSV and belongs to bea_fred, not to census_history"
    ):
        adding.add(one, "2024-08-06", family="census_history")


@pytest.mark.usefixtures("data")
def test_the_day_is_asked_for_where_the_file_does_not_say_it(tmp_path):
    with pytest.raises(ParameterError, match="does not say when it was released"):
        adding.add(csv(tmp_path / "a.csv", ("BOPGSTB", -100)))
    path = layouts.write_sheets(releases.services((2025, 2)), tmp_path / "s.xlsx")
    assert str(adding.add(path)[0].released) == releases.DAY


def test_prices_may_revise_their_last_three_months_and_no_more(data, tmp_path):
    adding.add(price_files(tmp_path, last=(2024, 10), october=0, first=1988), "2024-12-06")
    [added] = adding.add(price_files(tmp_path), "2026-04-15")
    assert [str(month) for month in added.revisions.index] == ["2024-10"]
    assert triangle.prints_of(vintages.triangle("IR"), "2024-10")["value"].round(1).tolist() == [141.2, 141.5]
    shutil.rmtree(data / "bls_prices" / "2026-04-15")
    files = price_files(tmp_path)
    for path in files:
        answer = json.loads(path.read_text())
        [row] = [r for r in answer["Results"]["series"][0]["data"] if (r["year"], r["period"]) == ("2024", "M05")]
        row["value"] = "150.0"
        path.write_text(json.dumps(answer))
    with pytest.raises(
        SourceError, match="revisions since 2024-05 in a table that starts with 2024-01; expected none until 2024-07"
    ):
        adding.add(files, "2026-04-15")


def test_every_family_of_the_store_is_declared():
    assert set(store.families()) <= set(FAMILIES)
    assert not set(NOT_STORED) & {layout for family in FAMILIES.values() for layout in family.layouts}


REAL = {
    "bea_services": (["trad-time-series-0225.xlsx"], "2025-04-03"),
    "census_partners": (["country_2023-03.xlsx"], "2023-03-08"),
    "bls_prices": (["bls_EIUIQ_2024-12-06.csv", "bls_EIUIR_2024-12-06.csv"], "2024-12-06"),
    "bea_fred": (["fred_BOPGSTB_2025-03-15.csv"], "2025-02-05"),
}


@pytest.mark.parametrize("family", REAL)
def test_the_real_files_make_the_releases_of_the_store(official_folder, data, family):
    files, day = REAL[family]
    adding.add([official_folder / name for name in files], day, family=family)
    if family == "bea_fred":
        assert (data / family / day / "months.csv").read_bytes() == (BUNDLED / family / day / "months.csv").read_bytes()
    else:
        assert is_bundled(data, family, day)


@pytest.mark.usefixtures("data")
def test_real_goods_of_the_real_files(official_folder):
    files = [official_folder / f"real{flow}_2022-02.xlsx" for flow in ("exp", "imp")]
    [added] = adding.add(files, "2022-02-08")
    assert (str(added.newest.name), len(added.newest)) == ("2021-12", 16)
    with pytest.raises(SourceError, match="expected a month after 2021-12"):
        adding.add(files, "2022-02-09")
    assert compiling.read(files).keys() == {"real_goods"}
