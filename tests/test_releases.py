"""Whole releases in the store: every figure loadable by name, traced to its cell, equal to what the release printed."""

import datetime as dt

import pandas as pd
import pytest

from tradelib import releases
from tradelib.quantity.errors import ParameterError, SourceError
from tradelib.quantity.rounding import half_up
from tradelib.releases import adding, release, stored
from tradelib.releases.adding import add_release
from tradelib.sources.identities import check
from tradelib.sources.reader import read_table


@pytest.fixture(scope="module")
def march():
    return release("2025-05-06")


@pytest.fixture(scope="module")
def april():
    return release("2023-04")


def billions(value):
    return float(half_up(value.exact / 1000))


def test_the_store_has_both_whole_releases_and_the_newest_is_march_2025():
    assert [(one.released.isoformat(), str(one.month)) for one in stored()] == [
        ("2023-06-07", "2023-04"), ("2025-05-06", "2025-03"),
    ]  # fmt: skip
    assert release().month == pd.Period("2025-03", "M")


@pytest.mark.parametrize(("day", "tables", "facts"), [("2023-06-07", 31, 19_192), ("2025-05-06", 34, 31_393)])
def test_a_stored_release_has_every_table_and_its_accounts_hold(day, tables, facts):
    got = release(day)
    assert len(got.exhibits) == tables
    assert len(got.facts) == facts
    texts = [(got.folder / f"{name}.csv").read_text(encoding="utf-8") for name in got.exhibits]
    tables = [read_table(releases._grids(text)) for text in texts]
    assert min(check(tables).counts.values()) >= 12


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


def test_partners_come_wide(march):
    balance = march.wide("balance", "goods", partners="*")["2025-03"].astype(float)
    assert balance.drop(["world", "european_union"]).nsmallest(3).index.tolist() == ["ireland", "china", "mexico"]


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
    for one in (march, april):
        rows = one.facts[list(releases.QUANTITY_COLUMNS)].drop_duplicates()
        assert len(one.quantities) == len(rows)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda one: one.series("exports_goods_semiconductors_census_sa"), "the nearest are"),
        (lambda one: one.series("BOPGSTB", freq="weekly"), "unknown frequency"),
        (lambda one: one.figure("BOPGSTB", "2031-01"), "no BOPGSTB for 2031-01"),
        (lambda one: one.wide("exports", "goods/moon/*"), "no exports of goods/moon"),
        (lambda _: release("1999-01"), "the store has 2023-06-07"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(march, call, message):
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


def test_a_release_is_added_whole_and_loadable_at_once(empty, tmp_path):
    got = add_release([exhibit(tmp_path)], "2025-04-03")
    assert float(got.figure("exports_goods_net_sa", "2025-02")) == 5.0
    assert got.series("balance_goods_bop_sa")["2025-02"].cells[0].cell == "line 8, column 2"
    assert "explains" not in (got.folder / "5.csv").read_text()
    assert [path.name for path in (empty / "ft900").iterdir()] == ["2025-04-03"]


@pytest.mark.parametrize("day", ["2025-03-05", "2026-04-03", dt.date(2024, 4, 3)])
def test_a_release_on_a_day_that_cannot_be_is_refused(empty, tmp_path, day):
    with pytest.raises(ParameterError, match="are the years in the file"):
        add_release([exhibit(tmp_path)], day)
    assert not empty.exists()


def test_nothing_half_is_left_when_writing_fails(empty, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adding, "_write", full)
    with pytest.raises(OSError, match="No space"):
        add_release([exhibit(tmp_path)], "2025-04-03")
    assert list((empty / "ft900").iterdir()) == []


@pytest.mark.usefixtures("empty")
def test_the_same_day_is_not_replaced_and_a_changed_table_is_not_read(tmp_path):
    got = add_release([exhibit(tmp_path)], "2025-04-03")
    with pytest.raises(ParameterError, match="already"):
        add_release([exhibit(tmp_path)], "2025-04-03")
    table = got.folder / "5.csv"
    table.write_text(table.read_text().replace("15", "16"))
    with pytest.raises(SourceError, match="sha256"):
        _ = releases.MonthlyRelease(got.released, got.month, got.folder, got.contents).facts
