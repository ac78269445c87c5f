"""Complete releases in the store: every figure loads by name, is traced to its cell, and equals the printed one."""

import dataclasses
import datetime as dt
import subprocess
import sys

import layouts
import pandas as pd
import pytest

import tradelib
from tradelib import combine, load, store
from tradelib.quantity import QUANTITY_COLUMNS
from tradelib.quantity.errors import ComparabilityError, ParameterError, SourceError
from tradelib.quantity.rounding import half_up
from tradelib.sources.facts import FORM
from tradelib.sources.identities import check, check_against, check_jumps
from tradelib.sources.reader import read_table
from tradelib.store import reading, release, releases, tables, writing


@pytest.fixture(scope="module")
def march():
    return release("2025-05-06")


@pytest.fixture(scope="module")
def april():
    return release("2023-04")


def billions(value):
    return float(half_up(value.exact / 1000))


def test_the_newest_complete_release_is_march_2025_and_all_are_about_different_months():
    assert release().released == dt.date(2025, 5, 6)
    months = [stored.month for stored in releases()]
    assert months == sorted(set(months))
    assert list(dict.fromkeys(stored.publisher for stored in releases("*"))) == ["bls", "census_enduse", "ft900", "gdp"]


@pytest.mark.parametrize(("day", "tables", "facts"), [("2023-06-07", 31, 19_192), ("2025-05-06", 34, 31_393)])
def test_a_stored_release_has_every_table_and_its_accounts_hold(day, tables, facts):
    got = release(day)
    assert (len(got.exhibits), len(got.facts)) == (tables, facts)
    assert min(check(got.tables()).values()) >= 12


def test_no_vintage_in_the_store_jumps_beyond_the_bound():
    for publisher in ("bls", "ft900", "gdp"):
        before = {}
        for stored in releases(publisher):
            for table in stored.tables():
                if table.layout.down == FORM:
                    check_jumps(table, before.get(table.exhibit))
                    before[table.exhibit] = table.facts


# Levels in March 2025 and changes from February, in billions of dollars, as pages 1 to 4 of the release print them.
PRINTED = [
    ("balance_total_bop_sa", -140.5, -17.3), ("exports_total_bop_sa", 278.5, 0.5),
    ("imports_total_bop_sa", 419.0, 17.8),
    ("balance_goods_bop_sa", -163.5, -16.5), ("balance_services_bop_sa", 23.0, -0.8),
    ("exports_goods_bop_sa", 183.2, 1.3), ("exports_goods_census_sa", None, 2.5),
    ("exports_goods_industrial_supplies_census_sa", None, 2.2),
    ("exports_goods_industrial_supplies_natural_gas_census_sa", None, 0.8),
    ("exports_goods_industrial_supplies_nonmonetary_gold_census_sa", None, 0.7),
    ("exports_goods_automotive_passenger_cars_census_sa", None, 0.9),
    ("exports_goods_capital_goods_civilian_aircraft_census_sa", None, -1.8),
    ("exports_goods_net_sa", None, -1.2), ("exports_services_bop_sa", 95.2, -0.9),
    ("exports_services_travel_bop_sa", None, -1.3), ("exports_services_transport_bop_sa", None, 0.3),
    ("imports_goods_bop_sa", 346.8, 17.8), ("imports_goods_census_sa", None, 17.8),
    ("imports_goods_consumer_goods_pharmaceutical_preparations_census_sa", None, 20.9),
    ("imports_goods_industrial_supplies_finished_metal_shapes_census_sa", None, -10.3),
    ("imports_goods_industrial_supplies_nonmonetary_gold_census_sa", None, -1.8),
    ("imports_goods_industrial_supplies_crude_oil_census_sa", None, -1.2),
    ("imports_services_bop_sa", 72.2, -0.1), ("imports_services_travel_bop_sa", None, -0.4),
    ("balance_goods_census_sa_chained2017", -150.9, -14.0), ("exports_goods_census_sa_chained2017", 149.7, 2.4),
    ("imports_goods_census_sa_chained2017", 300.6, 16.4),
    ("balance_total_bop_sa_three_month_average", -131.4, -14.1),
    ("balance_goods_ireland_census_sa", -29.3, -15.3), ("imports_goods_ireland_census_sa", 30.7, 15.5),
    ("balance_goods_switzerland_census_sa", -14.7, 4.1), ("exports_goods_switzerland_census_sa", 3.5, 1.1),
    ("balance_goods_netherlands_census_sa", 4.5, None), ("balance_goods_european_union_census_sa", -48.3, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "level", "change"), PRINTED)
def test_figures_and_changes_are_those_that_the_release_printed(march, name, level, change):
    now = march.figure(name, "2025-03")
    assert level is None or billions(now) == level
    assert change is None or billions(now - march.figure(name, "2025-02")) == change


def test_year_to_date_is_what_the_release_printed(march):
    spans = march.series("balance_total_bop_sa", freq="ytd")
    change = spans["2025-03"] - spans["2024-03"]
    assert billions(abs(change)) == 189.6
    assert float(half_up((change / spans["2024-03"] * 100).exact)) == 92.6


def test_a_figure_knows_its_cell_and_file(march, april):
    [cell] = march.figure("balance_goods_ireland_census_sa", "2025-03").cells
    assert (cell.exhibit, cell.cell, cell.file) == ("19", "page 38, line 15", "ft900_2025-05-06.pdf")
    [cell] = april.figure("exports_total_bop_sa", "2023-04").cells
    assert (cell.cell, cell.released, len(cell.sha256)) == ("1!E42", "2023-06-07", 64)


def test_commodities_come_wide_and_a_formula_over_them_is_traced(march):
    imports = march.wide("imports", "goods/*/*")
    change = imports["2025-03"] - imports["2025-02"]
    leaders = change.astype(float).nlargest(2).index.tolist()
    assert leaders == ["goods/consumer_goods/pharmaceutical_preparations", "goods/automotive/passenger_cars"]
    assert len(change.sum().cells) == 2 * change.notna().sum()


def test_an_exhibit_may_be_a_number(march):
    assert march.wide("imports", "goods/*", exhibit=6).equals(march.wide("imports", "goods/*", exhibit="6"))


@pytest.mark.parametrize("key", ["2025-3", dt.datetime(2025, 5, 6, 8, 30), pd.Timestamp("2025-05-06")])  # noqa: DTZ001
def test_a_release_is_named_by_a_time_and_by_a_month_of_one_digit(march, key):
    assert release(key) is tradelib.headline(key).release is tradelib.contributions("imports", key).release is march
    assert load("BOPGSTB", vintage=key).attrs["series"][store.BALANCE]["vintage"] == "2025-05-06"


def test_partners_come_wide(march):
    balance = march.wide("balance", "goods", partners="*")["2025-03"].astype(float)
    assert balance.drop(["world", "european_union"]).nsmallest(3).index.tolist() == ["ireland", "china", "mexico"]


@pytest.mark.parametrize("pattern", ["chin?", "chin[a]", "china*"])
def test_a_pattern_of_partners_has_partners_in_its_rows(march, pattern):
    assert march.wide("imports", "goods", partners=pattern).index.tolist() == ["china"]


def test_other_exhibits_are_loadable_by_name(april):
    got = {
        name: float(april.figure(name, "2023-04"))
        for name in (
            "imports_goods_energy_petroleum_crude_oil_census_nsa_quantity", "exports_goods_vehicles_mexico_census_nsa",
            "balance_goods_advanced_technology_aerospace_census_nsa", "exports_travel_bop_sa", "BOPGSTB",
        )
    }  # fmt: skip
    assert got["exports_goods_vehicles_mexico_census_nsa"] == 3442.0
    assert got["balance_goods_advanced_technology_aerospace_census_nsa"] == 6215.0
    assert got["BOPGSTB"] == float(april.figure("exports_total_bop_sa", "2023-04") - april.figure("BOPTIMP", "2023-04"))


def test_every_quantity_has_a_name_of_its_own(march, april):
    for stored in (march, april):
        rows = stored.facts.loc[stored.facts["value"].notna(), list(QUANTITY_COLUMNS)].drop_duplicates()
        assert len(stored.quantities) == len(rows)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda one: one.series("exports_goods_semiconductors_census_sa"),
            "did you mean .*goods_semiconductors",
        ),
        (lambda one: one.series("BOPGSTB", freq="weekly"), "unknown frequency"),
        (lambda one: one.figure("BOPGSTB", "2031-01"), "no BOPGSTB for 2031-01"),
        (lambda one: one.wide("exports", "goods/moon/*"), "no exports of goods/moon"),
        (lambda one: one.wide("imports", "goods/*", exhibit="99"), "no exhibit 99; it has 1, 2, 3, .*, bea3"),
        (
            lambda one: one.wide("imports", "goods", partners=["china"]),
            r"found partners \['china'\]; expected one",
        ),
        (lambda one: one.figure(None, "2025-03"), "found the series None; expected one name"),
        (lambda one: one.series(["BOPGSTB"]), r"found the series \['BOPGSTB'\]; expected one name"),
        (lambda _: release("1999-01"), "the store has 2022-04-05"),
    ],
)
def test_what_is_missing_is_refused_with_what_is_available(march, call, message):
    with pytest.raises(ParameterError, match=message):
        call(march)


@pytest.fixture
def empty(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def exhibit(tmp_path):
    bop, census = "Total Balance of Payments Basis", "Total Census Basis"
    head = ["Part A: Seasonally Adjusted (by Commodity/Service)", "Exhibit 5. U.S. Trade in Goods", "In millions."]
    heads = [
        "Period,Balance,,Exports,,,Imports",
        ",".join(["", f"{bop},{census}", *[f"{bop},Net Adjustments,{census}"] * 2]),
    ]
    rows = ["2025", "January,-5,-4,15,5,10,20,6,14", "February,-5,-4,15,5,10,20,6,14"]
    path = tmp_path / "exh5.csv"
    path.write_text("\n".join([*head, *heads, *rows, "(1) A note that explains."]) + "\n")
    return path


def test_a_release_is_added_completely_and_loads_at_once(empty, tmp_path):
    got = store.add(exhibit(tmp_path), "2025-04-03").release
    assert float(got.figure("exports_goods_net_sa", "2025-02")) == 5.0
    assert got.series("balance_goods_bop_sa")["2025-02"].cells[0].cell == "line 8, column 2"
    assert "explains" not in (got.folder / "5.csv").read_text()
    assert [path.name for path in (empty / "ft900").iterdir()] == ["2025-04-03"]


def test_a_row_with_all_figures_withheld_is_stored(april, tmp_path):
    [grid] = next(table for table in april.tables() if table.exhibit == "20").grids
    rows = [[row[0], *[".."] * (len(row) - 1)] if row[:1] == ["Australia"] else row for row in grid.rows]
    withheld = read_table([dataclasses.replace(grid, cells=rows)])
    assert withheld.facts["value"].isna().sum() > 20
    writing._write_table(withheld, tmp_path)
    stored = (tmp_path / "20.csv").read_text(encoding="utf-8")
    assert stored.count("Australia,..,..") == 3
    assert "Belgium" in stored


@pytest.mark.parametrize("read", [store.read, store.add])
@pytest.mark.parametrize("files", ["", None, 5, [], [""], [None]])
def test_a_missing_file_is_refused_and_never_read_as_the_current_folder(read, files):
    with pytest.raises(ParameterError, match="expected one path or several"):
        read(files)


@pytest.mark.usefixtures("empty")
def test_an_empty_store_names_its_folder():
    for ask in (release, load, lambda: release("2025-03")):
        with pytest.raises(ParameterError, match=r"none in /.*/data \(TRADELIB_DATA"):
            ask()


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("name", ["trad-geo-time-series-0724.xlsx", "areas.xlsx"])
def test_a_quarterly_file_is_about_the_month_in_its_name_or_joins_a_release(tmp_path, name):
    dated = layouts.bea_geo() | {"Readme": [["Last updated September 4, 2024"]]}
    path = layouts.write_sheets(dated, tmp_path / "book").rename(tmp_path / name)
    if name == "areas.xlsx":
        with pytest.raises(SourceError, match="only quarterly figures, as releases about 2024-07 to 2024-09 have"):
            store.add(path)
        store.add(fred(tmp_path, LEVELS, "2022-08"), "2024-09-04")
    assert store.read(path).released == dt.date(2024, 9, 4)
    got = store.add(path)
    assert (got.release.released, str(got.release.month)) == (dt.date(2024, 9, 4), "2024-07")
    assert len(got.tables) == 9


@pytest.mark.parametrize("day", ["2025-03-05", "2026-04-03", dt.date(2024, 4, 3)])
def test_a_release_on_an_impossible_day_is_refused(empty, tmp_path, day):
    with pytest.raises(ParameterError, match="are the years in the file"):
        store.add(exhibit(tmp_path), day)
    assert not empty.exists()


@pytest.mark.parametrize(("number", "message"), [(28, "the disk is full"), (30, "read-only file system")])
def test_nothing_partial_is_left_when_writing_fails_and_the_message_is_plain(
    empty, tmp_path, monkeypatch, number, message
):
    def fail(*_):
        raise OSError(number, "Read-only file system")

    monkeypatch.setattr(writing, "_write_table", fail)
    with pytest.raises(store.StoreError, match=f"cannot write to .*{message}; nothing was added"):
        store.add(exhibit(tmp_path), "2025-04-03")
    assert list((empty / "ft900").iterdir()) == []


@pytest.mark.usefixtures("empty")
def test_the_same_file_again_changes_nothing_and_a_changed_table_is_not_read(tmp_path):
    got = store.add(exhibit(tmp_path), "2025-04-03").release
    assert store.add(exhibit(tmp_path), "2025-04-03").already
    table = got.folder / "5.csv"
    table.write_text(table.read_text().replace("15", "16"))
    with pytest.raises(SourceError, match="sha256"):
        _ = dataclasses.replace(got).facts


def fred(folder, values, first="2020-01", code="BOPGSTB"):
    months = pd.period_range(first, periods=len(values), freq="M")
    path = folder / f"{code}.csv"
    path.write_text(
        f"observation_date,{code}\n" + "".join(f"{m}-01,{v}\n" for m, v in zip(months, values, strict=True))
    )
    return path


LEVELS = [-40000 - 100 * (n % 7) for n in range(24)]


@pytest.mark.usefixtures("empty")
def test_a_part_that_comes_later_joins_its_release_and_one_that_disagrees_is_refused_with_both_cells(tmp_path):
    store.add(exhibit(tmp_path), "2025-04-03")
    months = pd.period_range("2023-03", "2025-02", freq="M")
    got = store.add(fred(tmp_path, LEVELS, "2023-03"), "2025-04-03")
    assert got.release.exhibits == ["5", "fred_BOPGSTB"]
    assert got.release.series("BOPGSTB").index.equals(months.rename("period"))
    (tmp_path / "other").mkdir()
    path = exhibit(tmp_path / "other")
    path.write_text(path.read_text().replace("January,-5,-4,15,5,10,20,6,14", "January,-15,-14,15,5,10,30,6,24"))
    with pytest.raises(
        SourceError, match=r"line 7, column 2 .*found -15; expected -5, as in exh5.csv, line 7, column 2"
    ):
        store.add(path, "2025-04-03")


@pytest.mark.usefixtures("empty")
def test_figures_are_compared_with_the_newest_release_that_has_them(tmp_path):
    exports = [-level for level in LEVELS]
    store.add(fred(tmp_path, LEVELS), "2022-02-08")
    other = store.add(fred(tmp_path, [*exports, 40_100], code="BOPTEXP"), "2022-03-08")
    assert (other.against, other.compared, "revised" in other.summary()) == (None, 0, False)
    got = store.add(fred(tmp_path, [*LEVELS[:-1], LEVELS[-1] - 50, -40_100, -40_200]), "2022-04-05")
    assert (got.against.released, got.compared) == (dt.date(2022, 2, 8), len(LEVELS))
    assert "1 of 24 figures in common with the release of 2022-02-08 were revised" in got.summary()


@pytest.mark.usefixtures("empty")
def test_releases_follow_each_other(tmp_path):
    store.add(fred(tmp_path, LEVELS), "2022-02-08")
    with pytest.raises(ParameterError, match="later releases are about later months"):
        store.add(fred(tmp_path, LEVELS), "2022-02-09")
    with pytest.raises(store.DayUnknownError, match="does not say when it was released"):
        store.add(fred(tmp_path, LEVELS))


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    ("at", "value", "message"),
    [
        (10, -40300000, "the mean of the months around it"), (10, 40300, "the mean of the months around it"),
        (23, -40200000, "the mean of the months around it"), (10, -40300.5, "whole millions"),
        (10, -70000, "from -40,300, what the release before has"),
    ],
)  # fmt: skip
def test_a_month_that_neither_its_neighbours_nor_the_stored_vintage_allow_is_refused(tmp_path, at, value, message):
    store.add(fred(tmp_path, LEVELS), "2022-02-08")
    values = [*LEVELS, -40100]
    values[at] = value
    with pytest.raises(SourceError, match=message):
        store.add(fred(tmp_path, values), "2022-03-08")
    got = store.add(fred(tmp_path, [*LEVELS[:-1], -41000, -40100]), "2022-03-08")
    assert got.table[["month", "change"]].astype(str).to_numpy().tolist() == [["2021-12", "-800.0"]]
    assert "1 of 24 figures" in got.summary()


def test_load_comes_from_the_newest_release_that_has_the_series_and_says_what_it_passed_over():
    got = load("BOPGSTB")
    assert (got.attrs["series"]["balance_total_bop_sa"]["vintage"], got.attrs["notes"]) == ("2026-04-02", [])
    with pytest.warns(store.StoreWarning, match="that of 2026-04-02 has only balance_total_bop_sa"):
        nine = load()
    assert {origin["vintage"] for origin in nine.attrs["series"].values()} == {"2025-05-06"}
    assert list(nine) == list(store.HEADLINE)
    assert float(load("BOPGSTB", vintage="2023-04").iloc[-1, 0]) == -74552.0
    assert float(load("BOPGSTB", vintage="2024-02").loc["2024-02"].iloc[0]) == -68901.0


@pytest.mark.parametrize(
    ("name", "month", "value"),
    [
        ("exports_goods_capital_goods_semiconductors_census_sa", "2025-03", 5624.0),
        ("imports_goods_vehicles_passenger_cars_mexico_census_nsa", "2025-03", None),
        ("imports_goods_energy_petroleum_crude_oil_census_nsa_quantity", "2025-03", None),
        ("balance_goods_advanced_technology_aerospace_census_nsa", "2025-03", None),
        ("exports_travel_bop_sa", "2025-03", None), ("imports_goods_china_census_sa", "2025-03", None),
        ("imports_goods_china_census_nsa", "2025-03", None), ("exports_goods_census_sa_chained2017", "2025-03", None),
    ],
)  # fmt: skip
def test_every_kind_of_series_is_one_line(march, name, month, value):
    got = load(name, vintage="2025-05-06")
    [described] = got.attrs["series"].values()
    assert min(len(described[key]) for key in ("label", "unit", "cell", "source", "vintage")) > 3
    assert float(got.loc[month].iloc[0]) == float(march.figure(name, month)) == (value or got.loc[month].iloc[0])


def test_codes_of_agencies_are_names():
    codes = {"EIUIR": "imports_goods_bls_nsa_base2000_index", "IQ": "exports_goods_bls_nsa_base2000_index"}
    assert {code: load(code).columns[0] for code in codes} == codes


def test_every_listed_series_can_be_loaded():
    for own in releases("*"):
        there = own.facts[own.facts["value"].notna()]
        assert set(own.figures.catalog.index) == set(own.quantities) == set(there["name"])
    withheld = "balance_total_cafta_dr_bop_sa"  # n.a. in every quarter of Exhibit 20
    assert withheld not in store.series().index
    assert withheld not in load("balance_total_*_bop_sa", freq="quarterly", vintage="2025-05-06")


def test_a_frequency_decides_the_release_and_a_year_to_date_is_printed_as_such():
    march, year = load("BOPGSTB", freq="ytd"), load("exports_goods_census_sa", freq="annual")
    assert (str(march.index[-1]), march.iloc[-1, 0]) == ("2025-03", -394_345)  # Exhibit 1, January to March
    assert march.dropna().index.month.unique().tolist() == [3]  # not the January of a monthly series
    assert (str(year.index[-1]), year.attrs["series"]["exports_goods_census_sa"]["vintage"]) == ("2024", "2025-05-06")
    with pytest.raises(ParameterError, match="no ytd figures of gdp_total_nipa_sa; possible: quarterly"):
        load("GDP", freq="ytd")
    with pytest.raises(ParameterError, match="no quarterly figures of BOPGSTB"):
        release("2025-05-06").rows("BOPGSTB", "quarterly")  # there, January to March is the year to date
    assert store.series("gdp").loc["gdp_total_nipa_sa", "freq"] == "quarterly"
    assert "exports_goods_capital_goods_semiconductors_census_sa_ytd_change" not in load("*semiconductors*census_sa*")


def test_figures_older_than_the_requested_day_come_with_a_warning():
    name = "exports_goods_capital_goods_semiconductors_census_sa"
    for vintage, newest in (("2024-12", "2023-04"), ("2026-11-01", "2025-03")):
        with pytest.warns(store.StoreWarning, match="the store has no later one, up to 202[56]-.*, with these series"):
            got = load(name, vintage=vintage)
        assert str(got.index[-1]) == newest
    for vintage in (dt.datetime(2025, 5, 6), pd.Timestamp("2025-05-06"), pd.Period("2025-03"), "2025-03"):  # noqa: DTZ001
        assert load(name, vintage=vintage).attrs["notes"] == []
    for vintage, series, message in (
        (5, name, "vintage 5 is neither a day"), (None, None, "found the series None"), (None, [], "expected one name"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=message):
            load(series, vintage=vintage)
    with pytest.raises(ParameterError, match="month '2025-99' is not a month"):
        release("2025-03").figure("BOPGSTB", "2025-99")


def test_series_are_found_by_the_code_of_their_file():
    cocoa = "imports_goods_enduse_foods_cocoa_beans_census_nsa"
    assert store.series("imports 00010").index.tolist() == [cocoa]
    assert store.series("cocoa beans nsa").loc[cocoa, "code"] == "imports 00010"
    assert "imports_goods_china_census_nsa" in store.series("5700").index


def test_a_five_digit_end_use_is_a_series_as_any_other():
    name = "imports_goods_enduse_foods_cocoa_beans_census_nsa"
    got = load("exports_goods_enduse_foods_wheat_census_nsa").iloc[0]
    assert (str(got.name), got.iloc[0]) == ("2016-01", 350387991)  # dollars, as the Census Bureau's API has it
    about = load(name).attrs["series"][name]
    assert (about["label"], about["unit"]) == (
        "Imports of cocoa beans, Census basis, not seasonally adjusted",
        "dollars",
    )
    assert about["cell"] == "enduse5_monthly_nsa_2016-2024.csv.gz, imports 00010, 2024-12"
    with pytest.raises(
        ParameterError, match=r"cocoa_beans_census_nsa'; the first release that has it is that of 2025-06-05"
    ):
        load(name, vintage="2025-05-06")
    billions = load("exports_goods_enduse_foods_wheat_census_nsa", unit="billions")
    assert billions.iloc[0, 0] == 0.350387991
    assert [own["unit"] for own in billions.attrs["series"].values()] == ["billions of dollars"]
    whole, parts = load("imports_goods_enduse_foods_census_nsa"), load("imports_goods_enduse_foods_*_census_nsa")
    assert (parts.sum(axis=1) == whole.iloc[:, 0]).all()
    assert release("2025-06-05", "census_enduse").quantities[name].partition == "five-digit end use"


def test_gdp_is_that_published_on_the_day():
    got = load("GDP", vintage="2025-05-06", freq="quarterly")
    assert (str(got.index[-1]), got.attrs["series"]["gdp_total_nipa_sa"]["vintage"]) == ("2024Q4", "2025-04-15")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: load("BOPGSTX"), "did you mean"), (lambda: load("BOPGSTB", unit="cents"), "unknown unit"),
        (lambda: load("BOPGSTB", vintage="2010-01"), "the store has 2022-04-05"),
        (lambda: load("BOPGSTB", vintage="soon"), "neither a day"),
        (lambda: load("BOPGSTB", start="2030-01"), "outside the data"), (lambda: load("nothing_*"), "no series fits"),
        (lambda: load("BOPGSTB", start="2024"), "start '2024' is not a month like 2024-02"),
        (lambda: load("GDP", freq="quarterly", end="soon"), "end 'soon' is not a quarter like 2024Q1"),
        (lambda: load("GDP", freq="quarterly", start="1900"), "1900Q1 is outside the data, which span 1985Q1 to"),
        (lambda: load("balance_goods_china_census_sa", start="2025-01"), "which span 2025-02 to 2025-03"),
        (lambda: store.triangle("balance_*_bop_sa"), "a triangle is of one series"),
        (lambda: store.triangle("BOPGSTB", "bls"), "possible: bea, census"),
        (lambda: store.series("zebra"), "no series with 'zebra'"),
    ],
)  # fmt: skip
def test_an_impossible_request_is_refused_with_what_is_possible(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


def test_a_triangle_is_of_one_compilation():
    got = store.triangle("BOPGSTB")
    assert got.attrs["compilation"] == "bea"
    assert got.shape[1] == 15
    assert store.triangle("BOPGSTB", "census").shape[1] == 3
    with pytest.raises(ComparabilityError, match="one compilation"):
        store.triangle("BOPGSTB", ["bea", "census"])


TOUCHED = """
import sys
from collections import defaultdict
from pathlib import Path
import tradelib

load, data, ran, opened = tradelib.load, tradelib.store.data_folder(), defaultdict(set), set()

def watch(frame, event, _):
    module = frame.f_globals.get("__name__", "")
    if event == "call" and module.startswith("tradelib"):
        ran[module].add(frame.f_code.co_name)

def audit(event, arguments):
    if event == "open" and Path(str(arguments[0])).is_relative_to(data) and str(arguments[0]).endswith(".csv"):
        opened.add(Path(arguments[0]).parent.name)

sys.addaudithook(audit)
sys.setprofile(watch)
load("BOPGSTB")
sys.setprofile(None)
print(*sorted(ran), "|", *sorted(opened), "|", *(name for name in sys.modules if name.startswith("tradelib.sources")))
"""


def test_loading_one_series_runs_three_modules_opens_one_release_and_imports_no_reader():
    load("BOPGSTB")  # its figures are cached from now on
    got = subprocess.run([sys.executable, "-c", TOUCHED], check=True, capture_output=True, text=True).stdout
    ran, opened, readers = (part.split() for part in got.split("|"))
    assert ran == ["tradelib.store.loading", "tradelib.store.reading", "tradelib.store.tables"]
    assert (opened, readers) == (["2026-04-02"], [])


def test_without_a_start_a_series_comes_from_the_release_with_most_of_its_months():
    """The country workbook of 2023 begins two years earlier than BEA's tables of 2025, and ends two years earlier."""
    got = load("exports_goods_census_nsa", start="first", vintage="2025-05-06")
    assert (str(got.index[0]), str(got.index[-1])) == ("1989-01", "2025-02")
    [note] = got.attrs["notes"]
    assert note.endswith("that of 2025-05-06 has only exports_goods_census_nsa (2023-01 to 2025-03)")


def test_a_release_is_compared_with_one_of_its_own_compilation():
    """FRED's balance of November 2023 is of BEA's compilation, the history table of April 2024 of the Census's."""
    history, balance, exports = store.release("2024-04-04"), "balance_total_bop_sa", "exports_goods_bop_sa"
    before = history.before(balance)
    assert str(before.released) == "2023-06-07"
    now, then = history.beside(before, balance)
    assert (float(now["2023-04"]), float(then["2023-04"])) == (-72170, -74552)
    assert history.beside(store.release("2023-11-07"), balance) is None
    assert store.release("2025-04-03").before(balance, exports) is None
    assert str(store.release("2025-04-03").before(balance).released) == "2025-02-05"


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: load("BOPGSTB", freq=None), "unknown frequency None; possible: annual, monthly"),
        (lambda: store.release("2025-03").series("BOPGSTB", freq=["monthly"]), "unknown frequency"),
        (lambda: store.series(None), "found the series None; expected one name or several"),
        (lambda: combine(None), "formula None has no series"),
        (lambda: load("balance_wibble_*"), "a balance that no release prints is derived by its full name"),
    ],
)
def test_a_value_that_is_no_text_is_refused_in_words(ask, message):
    with pytest.raises(ParameterError, match=message):
        ask()


def test_a_balance_comes_from_its_flows_where_they_reach_back_farther_than_its_own_print():
    """The newest release prints the balance with China for fifteen months, the country workbook both flows."""
    name = "balance_goods_china_census_nsa"
    got = load(name)
    flows = combine("exports_goods_china_census_nsa - imports_goods_china_census_nsa", start="first")
    assert got[name].tolist() == flows.iloc[:, 0].tolist()
    assert got.attrs["series"][name]["formula"] == "exports_goods_china_census_nsa - imports_goods_china_census_nsa"
    assert [str(got.index[at]) for at in (0, -1)] == ["1985-01", "2026-01"]
    printed = load(name, start="2025-02", vintage="2025-05-06")
    assert "formula" not in printed.attrs["series"][name]
    with pytest.raises(ParameterError, match="start 1984-12 is outside the data"):
        load(name, start="1984-12")


CHINA, CHINA_SA = "balance_goods_china_census_nsa", "balance_goods_china_census_sa"


@pytest.mark.parametrize(
    ("name", "asked", "first", "last", "day"),
    [
        (CHINA, {"start": "2022-01"}, "2022-01", "2026-01", "2026-03-12"),
        (CHINA, {"start": "2023-01"}, "2023-01", "2026-01", "2026-03-12"),
        (CHINA, {"start": "2024-1"}, "2024-01", "2026-01", "2026-03-12"),
        (CHINA, {"end": "2025-12"}, "1985-01", "2025-12", "2026-03-12"),
        ("exports_goods_foods_census_sa", {"start": "2024-01"}, "2024-01", "2025-03", "2025-05-06"),
        (CHINA_SA, {"start": "2025-02"}, "2025-02", "2025-03", "2025-05-06"),
        (store.BALANCE, {"start": "2024-01-15"}, "2024-01", "2026-02", "2026-04-02"),
        ("exports_goods_census_sa", {"freq": "annual", "start": "2023", "end": "2024"}, "2023", "2024", "2025-05-06"),
        ("imports_total_china_bop_sa", {"freq": "quarterly", "start": "2024", "end": "2024"}, "2024Q1", "2024Q4",
         "2025-05-06"),
    ],
)  # fmt: skip
def test_a_start_selects_the_newest_release_with_all_figures_from_there_on(name, asked, first, last, day):
    got = load(name, **asked)
    assert [str(got.index[0]), str(got.index[-1]), got.attrs["notes"]] == [first, last, []]
    assert (got.attrs["series"][name]["vintage"], got[name].isna().sum()) == (day, 0)


@pytest.mark.parametrize(
    ("name", "asked", "first", "last", "newer"),
    [
        ("exports_goods_foods_census_sa", {"start": "2023-01"}, "2023-01", "2023-04", "2025-05-06 .*2024-01 to"),
        (CHINA, {"start": "2024-02", "vintage": "2025-05-06"}, "2024-02", "2025-02", "2025-05-06 .*2024-02 to 2025-03"),
        ("GDP", {"freq": "quarterly", "start": "2015-01"}, "2015Q1", "2026Q1", "2026-09-30 .*2021Q2 to 2026Q2"),
        ("GDP", {"freq": "quarterly", "start": pd.Period("2020Q2")}, "2020Q2", "2026Q1", "2026-09-30"),
        ("GDP", {"freq": "quarterly", "start": "2020Q1", "end": "2021"}, "2020Q1", "2021Q4", "2026-09-30"),
        ("imports_total_china_bop_sa", {"freq": "annual", "start": "2021-01"}, "2021", "2022", "2025-05-06"),
    ],
)  # fmt: skip
def test_a_start_before_the_newest_release_warns_of_what_that_has(name, asked, first, last, newer):
    with pytest.warns(store.StoreWarning, match=f"that of {newer}"):
        got = load(name, **asked)
    assert [str(got.index[0]), str(got.index[-1])] == [first, last]
    assert got.iloc[:, 0].notna().all()


def test_asking_for_the_longest_series_gives_no_warning():
    got = load("GDP", start="first", freq="quarterly")
    assert [str(got.index[0]), str(got.index[-1])] == ["1985Q1", "2026Q1"]
    assert "that of 2026-09-30 has only" in got.attrs["notes"][0]


def test_changing_figures_of_a_release_changes_no_later_result(march):
    expected = load("BOPGSTB", vintage="2025-03")
    facts, rows, [prints] = march.facts, march.rows("BOPGSTB"), [march.prints(store.BALANCE)["bea"]]
    facts["value"] /= 1000
    rows.loc[rows.index[-1], "value"] = 0
    prints.iloc[-1] = 0
    assert load("BOPGSTB", vintage="2025-03").equals(expected)
    assert float(march.figure("BOPGSTB", "2025-03")) == march.prints(store.BALANCE)["bea"].iloc[-1] == -140_498


def test_the_positions_of_series_in_a_table_are_cached(march, monkeypatch):
    """A search in 31,000 rows took five milliseconds per series, and a pattern may match three thousand series."""
    many = march.facts.groupby(["name", "last"], observed=True)["exhibit"].nunique()
    name = many.idxmax()[0]  # printed in several tables
    own = march.facts.query("name == @name and first == last and edition == 'current' and value.notna()")
    longest = own.groupby("exhibit", observed=True, sort=False)["last"].transform("size")
    expected = own.iloc[(-longest).argsort(kind="stable")].drop_duplicates("last").sort_values("last")
    monkeypatch.delattr(tables, "spans")
    got = dataclasses.replace(march).rows(name)
    assert got["cell"].tolist() == expected["cell"].tolist()
    assert got.index.tolist() == expected["last"].tolist()


def test_loading_one_series_reads_one_table_of_one_release(monkeypatch):
    read, stored_text = [], tables.stored_text
    monkeypatch.setattr(tables, "stored_text", lambda *what: read.append(what[:2]) or stored_text(*what))
    reading._described.cache_clear()
    store.load("BOPGSTB")
    assert [(folder.name, name) for folder, name in read] == [("2026-04-02", "fred_BOPGSTB")]


@pytest.mark.parametrize(("words", "name"), [
    ("semiconductors", "exports_goods_capital_goods_semiconductors_census_sa"),
    ("cars mexico", "imports_goods_vehicles_passenger_cars_mexico_census_nsa"),
    ("oil", "imports_goods_energy_petroleum_crude_oil_census_nsa_quantity"), ("BOPGSTB", "balance_total_bop_sa"),
    ("deficit china", "balance_goods_china_census_sa"), ("EIUIR", "imports_goods_bls_nsa_base2000_index"),
])  # fmt: skip
def test_series_are_found_by_everyday_words(words, name):
    assert name in store.series(words).index


def test_a_print_repeated_as_published_last_month_must_be_what_was_published():
    """Exhibit 1 of April 2023 repeats the figures of March; the store gets other figures for March."""
    april = release("2023-04")
    [table] = [table for table in april.tables() if table.exhibit == "1"]
    repeated = table.facts[table.facts["edition"] == "previous"]
    first = repeated.assign(edition="current")
    assert len(repeated) == 9
    check_against(table.facts, first, "in March")
    for change in (lambda value: value * 1000, lambda value: -value, lambda value: value + 2):
        wrong = first.assign(value=change(first["value"]))
        with pytest.raises(SourceError, match="repeated as published last month; expected"):
            check_against(table.facts, wrong, "in March")


def test_a_world_total_a_thousand_times_too_large_is_refused_in_the_country_workbook():
    [table] = [table for table in release("2023-03-08").tables() if table.exhibit == "country"]
    check_jumps(table, None)
    facts = table.facts.copy()
    at = facts.index[(facts["partner"] == "world") & (facts["last"] == "1987-05") & (facts["flow"] == "imports")]
    facts.loc[at, "value"] *= 1000
    with pytest.raises(SourceError, match="the mean of the months around it"):
        check_jumps(dataclasses.replace(table, facts=facts), None)
