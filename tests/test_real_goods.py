"""Tests of the readers of real goods, on tables in the official layouts that these tests write."""

import pytest

from tradelib import load
from tradelib.errors import SourceError
from tradelib.sources.grid import Grid
from tradelib.sources.real_goods import END_USES, read_real_folder, read_real_goods, real_goods_of
from tradelib.sources.stub import MONTHS

HEADS = [
    "Total Census Basis (1)", "Foods, Feeds, & Beverages", "Industrial Supplies (2)", "Capital Goods",
    "Automotive Vehicles, etc.", "Consumer Goods", "Other Goods", "Residual (3)",
]  # fmt: skip
NOTES = [["(1) Detailed data are presented on a Census basis."], ["(2) Includes petroleum."], ["(3) The residual."]]
ITEMS = ["goods", *END_USES.values(), "residual"]


def figures(number, size=7):
    """Return total, parts and residual of a month; the total of each May is off by one, as rounding leaves it."""
    parts = [100.0 + 7 * number + 13 * part for part in range(size - 1)]
    residual = -10.0 - number
    return [sum(parts) + residual + (number % 12 == 4), *parts, residual]


def total(rows):
    return [sum(column) for column in zip(*rows, strict=True)]


def long_series(flow="Exports", months=17, year=2012, label="Jan. -Dec.", first=2020, data=None):
    """Return the rows of ``realexp`` or ``realimp``: whole years and what is left of the months in a last one."""
    rows = [
        ["Seasonally Adjusted"],
        [f"Real {flow} of Goods by Principal End-Use Category"],
        [f"Chained ({year}) Dollars"],
        ["In millions of dollars.  The values in this table are subject to periodic change"],
        ["Period", "", "End-Use Commodity Category"],
        ["", *HEADS],
    ]
    data = data or [figures(number) for number in range(months)]
    for at in range(0, months, 12):
        here = data[at : at + 12]
        last = at + 12 >= months
        rows += [[str(first + at // 12) if last else first + at / 12]]
        rows += [[label if last else "Jan.-Dec.", *total(here)]]
        rows += [[name, *(here[number] if number < len(here) else [])] for number, name in enumerate(MONTHS)]
    return [*rows, [], *NOTES]


def exhibit(months=13):
    """Return the rows of the exhibit by end use: a flow named in the second column, heads in two rows."""
    rows = [
        [],
        ["Part A: Seasonally Adjusted (by Commodity/Service)"],
        ["Exhibit 10. Real U.S. Trade in Goods by Principal End-Use Category"],
        ["Chained (2012) Dollars"],
        ["In millions of dollars. Details may not equal totals due to seasonal adjustment and rounding."],
        ["Period", HEADS[0], "End-Use Commodity Category"],
        ["", "", *(head.replace("Vehicles,", "Vehicles") for head in HEADS[1:])],
    ]
    for offset, flow in ((0, "Exports"), (100, "Imports")):
        data = [figures(offset + number) for number in range(months)]
        rows += [["", flow], ["2021"], ["Jan. - Dec. (R)", *total(data[:12])], ["Jan. - (R)", *data[0]]]
        rows += [[f"{name} (R)", *row] for name, row in zip(MONTHS, data[:12], strict=True)]
        rows += [["2022"], ["Jan. -", *data[12]], ["January", *data[12]], *([name] for name in MONTHS[1:])]
    return [*rows, *NOTES]


def petroleum():
    """Return the rows of the exhibit by petroleum and non-petroleum, which has a part for the balance."""
    rows = [
        ["Part A: Seasonally Adjusted"],
        ["Exhibit 11. Real U.S. Trade in Goods by Petroleum and Non-Petroleum End-Use Category Totals"],
        ["Chained (2017) Dollars"],
        ["In millions of dollars."],
        ["Period", "Total Census Basis (1)", "End-Use Commodity Category"],
        ["", "", "Petroleum", "Non-petroleum", "Residual (2)"],
    ]
    flows = {"Exports": [figures(n, 3) for n in range(12)], "Imports": [figures(50 + n, 3) for n in range(12)]}
    pairs = zip(*flows.values(), strict=True)
    flows = {"Trade Balance": [[x - m for x, m in zip(*pair, strict=True)] for pair in pairs], **flows}
    for flow, data in flows.items():
        rows += [["", flow], ["2023"], ["Jan. - Dec.", *total(data)]]
        rows += [[name, *row] for name, row in zip(MONTHS, data, strict=True)]
    return [*rows, *NOTES[:2]]


def grid(rows):
    return Grid("real.xlsx", [list(row) for row in rows], "real")


def write(rows, path):
    path.write_text("\n".join("\t".join(f"{c:.0f}" if isinstance(c, float) else c for c in r) for r in rows), "utf-8")
    return path


def test_the_long_series_has_total_end_uses_and_residual_with_the_reference_year_in_the_name():
    got = real_goods_of(grid(long_series()))["exports"]
    assert list(got.months) == [f"exports_{item}_census_sa_chained2012" for item in ITEMS]
    assert got.months.iloc[4].tolist() == figures(4)
    assert str(got.statistical_month) == "2021-05"


def test_a_line_of_the_open_year_is_the_year_to_date_whatever_its_label_says():
    got = real_goods_of(grid(long_series()))["exports"].annual
    assert [str(last) for last in got.index.get_level_values("last")] == ["2020-12", "2021-05"]
    assert got.iloc[-1].tolist() == total([figures(number) for number in range(12, 17)])


def test_a_whole_year_under_the_same_label_is_the_year():
    got = real_goods_of(grid(long_series(months=24)))["exports"].annual
    assert str(got.index[-1][1]) == "2021-12"


def test_the_label_cannot_hide_that_months_are_missing():
    rows = long_series(months=24)
    for row in rows[-8:-4]:
        del row[1:]  # September to December go, the line still sums the year
    with pytest.raises(SourceError, match="sum of its months"):
        real_goods_of(grid(rows))


def test_text_and_workbook_say_the_same(tmp_path):
    got = read_real_goods(write(long_series(), tmp_path / "realexp.txt"))["exports"].months
    assert got.equals(real_goods_of(grid(long_series()))["exports"].months)


def test_a_month_with_a_full_stop_is_that_month():
    rows = long_series()
    row = next(row for row in rows if row and row[0] == "March")
    row[0] = "March."
    assert len(real_goods_of(grid(rows))["exports"].months) == 17


def test_the_exhibit_by_end_use_has_both_flows_and_its_places_are_those_of_the_file():
    got = real_goods_of(grid(exhibit()))
    assert list(got) == ["exports", "imports"]
    assert got["imports"].months.iloc[-1].tolist() == figures(112)
    rows = exhibit()
    at = len(rows) - len(NOTES) - 11  # the last January stands before eleven months to come
    assert rows[at - 1][0] == "January"
    assert got["imports"].places["months"][-1] == f"sheet 'real', row {at}"
    assert {"(R)"} == set(got["exports"].markers["marker"])


def test_the_exhibit_by_petroleum_has_the_balance_too():
    got = real_goods_of(grid(petroleum()))
    expected = [f"balance_{i}_census_sa_chained2017" for i in ("goods", "petroleum", "nonpetroleum")]
    assert list(got["balance"].months)[:3] == expected
    gap = got["balance"].months.to_numpy() - (got["exports"].months.to_numpy() - got["imports"].months.to_numpy())
    assert not gap.any()


def test_a_broken_balance_is_refused():
    rows = petroleum()
    january = next(row for row in rows if row and row[0] == "January")
    january[1] += 2
    january[3] += 3
    with pytest.raises(
        SourceError, match=r"row 10 .*found a gap of 3; expected balance_nonpetroleum.*exports - imports"
    ):
        real_goods_of(grid(rows))


def test_a_total_that_is_not_its_parts_and_residual_is_refused():
    rows = long_series()
    next(row for row in rows if row and row[0] == "February")[1] += 3
    with pytest.raises(SourceError, match=r"row 10 \(2020-02\): found a gap of 3; expected .* end uses \+ residual"):
        real_goods_of(grid(rows))


def test_a_second_reference_year_inside_the_file_is_refused():
    rows = long_series()
    rows[3][0] += " Chained (2017) Dollars"
    with pytest.raises(SourceError, match="found the reference years 2012, 2017; expected one"):
        real_goods_of(grid(rows))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[2].clear(), "no reference year"),
        (lambda rows: rows[0].clear(), "seasonally adjusted"),
        (lambda rows: rows[0].__setitem__(0, "Not Seasonally Adjusted"), "seasonally adjusted"),
        (lambda rows: rows[1].__setitem__(0, "Goods by Principal End-Use Category"), "title of a table of real goods"),
        (lambda rows: rows[5].__setitem__(3, "Capital Goods"), "column head 'Capital Goods'"),
        (lambda rows: rows[5].pop(), "the column head ''; expected 'Residual'"),
        (lambda rows: rows[4].__setitem__(0, "Month"), "no row with the stub head 'Period'"),
        (lambda rows: rows[9].__setitem__(2, "12x"), "cell C10"),
        (lambda rows: rows.pop(9), "found 'February' with figures|found 'March' with figures"),
        (lambda rows: rows.__delitem__(slice(-3, None)), "cut short"),
    ],
)
def test_a_damaged_table_is_refused(change, said):
    rows = long_series()
    change(rows)
    with pytest.raises(SourceError, match=said):
        real_goods_of(grid(rows))


def test_an_exhibit_without_imports_is_refused():
    rows = exhibit()
    rows = [row for row in rows if row != ["", "Imports"]]
    with pytest.raises(SourceError, match="found the parts exports; expected a part Exports and a part Imports"):
        real_goods_of(grid(rows))


def test_a_folder_gives_the_newest_of_both_flows(tmp_path):
    for flow, stem in (("Exports", "realexp"), ("Imports", "realimp")):
        for months in (14, 17):
            write(long_series(flow, months), tmp_path / f"{stem}_{months}.xls")
    got = read_real_folder(tmp_path)
    assert got.shape == (17, 16)
    assert got.iloc[0, 0] == figures(0)[0] / 1000
    told = got.attrs["series"]["imports_goods_census_sa_chained2012"]
    assert told["vintage"] == "about 2021-05"
    assert "realimp_17.xls" in told["source"]


def test_a_folder_with_two_reference_years_or_without_a_flow_is_refused(tmp_path):
    write(long_series("Exports"), tmp_path / "realexp.xls")
    with pytest.raises(SourceError, match="expected real imports of goods"):
        read_real_folder(tmp_path)
    write(long_series("Imports", year=2017), tmp_path / "realimp.xls")
    with pytest.raises(SourceError, match=r"chained2012.*chained2017.*one reference year"):
        read_real_folder(tmp_path)


@pytest.mark.parametrize(("flow", "stem"), [("exports", "realexp"), ("imports", "realimp")])
def test_official_xls_and_xlsx_agree_where_nothing_was_revised(official_folder, flow, stem):
    old = read_real_goods(official_folder / f"{stem}_2021-07.xls")[flow].months
    new = read_real_goods(official_folder / f"{stem}_2022-02.xlsx")[flow].months
    revised = (old != new.loc[old.index]).any(axis=1)
    assert [str(month) for month in old.index[revised]] == [f"2021-0{month}" for month in range(1, 6)]
    assert (str(old.index[0]), str(new.index[-1])) == ("1994-01", "2021-12")
    # Total goods moved by less than half a percent in what was revised.
    assert (new / old - 1).loc["2021"].iloc[:, 0].abs().max() < 0.005


def test_the_official_exhibit_agrees_with_the_long_series(official_folder):
    for flow, stem in (("exports", "realexp"), ("imports", "realimp")):
        long = read_real_goods(official_folder / f"{stem}_2022-02.xlsx")[flow].months
        short = read_real_goods(official_folder / "exh10_2022-03-08.xlsx")[flow].months
        # Until November 2021 the exhibit of the release after differs by rounding only; December was revised.
        gap = (short - long).dropna().abs()
        assert gap.loc[:"2021-11"].max().max() <= 1
        assert gap.loc["2021-12"].max() > 1


def test_official_chained_dollars_equal_nominal_ones_in_the_reference_year(official_folder):
    real = read_real_folder(official_folder).loc["2012"].sum()
    nominal = load("*_goods_census_sa", start="2012-01", end="2012-12", unit="billions").sum()
    for flow in ("exports", "imports"):
        got = real[f"{flow}_goods_census_sa_chained2012"]
        assert got == pytest.approx(nominal[f"{flow}_goods_census_sa"], abs=0.001)
