"""The real official files, where they are: read whole, nothing lost, nothing invented, files agree with each other."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from tradelib.sources import read_any

ELSEWHERE = {
    "FTD-mf_2023-01-05.csv": "sections of codes, which no reader knows yet",
    "exh14_2024-11-05.xlsx": "items down: test_reader.py reads it",
}


@pytest.fixture(scope="session")
def read(official_folder):
    """Return a function that reads a file of the folder once."""
    known = {}

    def one(name):
        found = sorted(official_folder.glob(name))
        if not found:
            pytest.skip(f"no {name} among the official files")
        path = found[-1]
        return known.setdefault(path, read_any(path))

    return one


def cells(path) -> list[object]:
    """Return the cells of a file that can hold figures, without tradelib: all that are no stub, a doubled row once."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as lines:
            heads, *rows = [row for row in csv.reader(lines) if row]
        if "series_id" not in heads:
            return [row[1] for row in rows]
        at = [heads.index(head) for head in ("series_id", "year", "period", "value")]
        return [row[-1] for row in {tuple(row[c].split(".0")[0] if c == at[1] else row[c] for c in at) for row in rows}]
    if path.suffix == ".txt":
        sheets = [[line.split("\t") for line in path.read_text(encoding="ascii").split("\n")]]
    else:
        book = CalamineWorkbook.from_path(path)
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names if name != "Readme"]
    stub = 3 if sheets[0][0][1:2] == ["CTY_CODE"] else 1
    return [cell for rows in sheets for row in rows for cell in row[stub:]]


def test_every_value_of_every_file_is_read_and_none_is_invented(official_folder, official_text, capsys):
    paths = [path for path in sorted(official_folder.iterdir()) if path.suffix in (".csv", ".xls", ".xlsx")]
    paths = [path for path in paths if path.name not in ELSEWHERE]
    assert paths
    lines = []
    for path in [*paths, official_text]:
        values = read_any(path).values
        texts = [str(cell).strip() for cell in cells(path)]
        figures = Counter(
            float(text.replace(",", "")) for text in texts if re.fullmatch(r"-?[\d,]*\d(\.\d+)?(e-\d+)?", text)
        )
        markers = Counter(text for text in texts if re.fullmatch(r"\.|n\.a\.|\([A-Z\d]+\)|\(\*\)", text))
        missing = values["value"].isna()
        ahead = missing & (values["marker"] == "")
        if ahead.any():
            figures[0.0] -= int(ahead.sum())  # the country workbook has zeros where months are not published yet
        got = Counter(values.loc[~missing, "value"].tolist())
        assert got == figures, path.name
        assert Counter(values.loc[missing & ~ahead, "marker"].str.split().str[-1]) == markers, path.name
        lines.append(f"{path.name:46} {got.total():>8,} values, {markers.total():>6,} missing with a marker,"
                     f" {ahead.sum():>6,} not published yet, {(figures - got).total()} not read\n")  # fmt: skip
    with capsys.disabled():
        sys.stdout.writelines(["\n", *lines])


def test_the_history_agrees_with_exhibit_1_where_nothing_was_revised(read):
    history, exhibit = read("exhibit_history*.xlsx").wide(), read("exh1_2022*.xlsx")
    old = exhibit.values[~exhibit.values["table"].astype(str).str.contains("last month")]
    year = old[(old["frequency"] == "annual") & (old["last"] == "2021-12") & (old["item"] == "total")]
    assert set(year["flow"]) == {"balance", "exports", "imports"}
    assert history.loc["2021"].shape == (12, 9)


def test_bea_and_fred_agree(read):
    bea, fred = read("trad-time-series*.xlsx").wide(), read("fred_BOPGSTB_2025*.csv").wide()
    both = bea["balance_total_bop_sa"].loc[:"2024-12"]
    differing = both.index[both != fred["balance_total_bop_sa"]]
    assert differing.year.unique().tolist() == [2024]  # one release lies between the two


def test_fred_exports_less_imports_is_the_balance_of_one_release(read):
    exports, imports = (read(f"fred_BOPT{flow}*.csv").wide().iloc[:, 0] for flow in ("EXP", "IMP"))
    balance = read("fred_BOPGSTB_2025*.csv").wide().iloc[:, 0].loc["1992":"2014"]
    assert ((exports - imports).loc["1992":"2014"] - balance).abs().max() <= 1


def test_services_by_category_add_up(read):
    wide = read("trad-time-series*.xlsx").wide()
    for flow in ("exports", "imports"):
        names = [
            name for name in wide
            if name.startswith(f"{flow}_") and not name.endswith("_previous_bop_sa")
            and name.split("_")[1] not in ("total", "goods", "services")
        ]  # fmt: skip
        gap = wide[names].sum(axis=1, skipna=False) - wide[f"{flow}_services_bop_sa"]
        assert len(names) == 11
        assert gap.loc["1999":].abs().max() <= 3


def test_travel_of_the_previous_presentation_is_marked_where_it_is_a_copy(read):
    values = read("trad-time-series*.xlsx").values
    told = values[values["marker"] == "[as 1999-01 to 2005-12]"]
    assert set(told["item"]) == {"travel_previous"}
    assert len(told) == 2 * 84


def test_countries_are_the_world(read):
    facts = read("country*.xlsx")
    monthly = facts.values[(facts.values["frequency"] == "monthly") & (facts.values["last"] >= "1992-01")]
    parts = monthly[monthly["kind"] == "country"].groupby(["flow", "last"], observed=True)["value"].sum(min_count=1)
    world = monthly[monthly["code"] == "0015"].set_index(["flow", "last"])["value"]
    gap = (parts - world).abs()
    assert gap[gap.index.get_level_values("last").year != facts.statistical_month.year - 1].max() < 0.5
    assert (gap / world).max() < 0.01  # the year before the newest: totals are revised before countries


def test_country_world_and_exhibit_12_agree_where_both_are(read):
    country, exhibit = read("country*.xlsx").wide(code="0015"), read("exh12*.xlsx").wide()
    month = "2023-01"
    for flow in ("exports", "imports"):
        name = f"{flow}_goods_census_nsa"
        one, two = country.loc[month, (name, "World, Not Seasonally Adjusted")], exhibit.loc[month, name]
        assert abs(one / two - 1) < 0.02  # three annual revisions lie between


def test_price_indexes_of_two_days_differ_only_where_revised(read):
    one, two = (read(name).wide().iloc[:, 0] for name in ("bls_EIUIR*.csv", "blsapi_EIUIR*.csv"))
    both = (one - two).dropna()
    assert set(both[both != 0].index.astype(str)) <= {"2024-07", "2024-08", "2024-09", "2024-10"}


def test_geo_quarters_and_the_national_totals_are_of_one_size(read):
    geo, national = read("trad-geo*.xlsx"), read("trad-time-series*.xlsx").wide("annual")
    of = geo.wide("annual", flow="exports", item="goods")
    names = [name for name in of if name[1] not in ("CAFTA-DR", "European Union", "South/Central America")]
    ratio = of[names].sum(axis=1) / national["exports_goods_bop_sa"].loc["1999":]
    assert np.abs(ratio - 1).max() < 0.001
