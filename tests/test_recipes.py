"""Recipes and README run as printed, and their numbers are those that the agencies printed.

Expected numbers come from the cells of the official files and from the documents' own words, without tradelib.
"""

from __future__ import annotations

import csv
import importlib.util
import subprocess
from pathlib import Path

import pytest

from tradelib.seasonal.x13 import available

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
_spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs" / "refresh.py")
refresh = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(refresh)
RECIPES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(refresh.RECIPES.glob("*.md"))}
needs_x13 = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")


def code(name):
    return refresh.PAIR.search(RECIPES[name])["code"]


def number(text):
    return float(text.replace(",", ""))


def shown(name, label):
    """Return the numbers in the one row of a recipe's output that begins with a label."""
    lines = refresh.PAIR.search(RECIPES[name])["output"].splitlines()
    [row] = [line for line in lines if line.startswith(label)]
    return [number(word) for word in row[len(label) :].split()]


def cells(day, table, line):
    """Return the numbers in a line of a PDF's page, as the store keeps them."""
    with (DATA / "ft900" / day / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        [row] = [row for row in csv.reader(file) if row and row[0] == line]
    return [number(cell) for cell in row[2:] if cell]


def fred(day, month):
    [path] = (DATA / "ft900" / day).glob("fred_BOPGSTB.csv")
    rows = path.read_text(encoding="utf-8").splitlines()
    return next(number(row.split(",")[1]) for row in rows if row.startswith(month))


def stated(**wanted):
    """Return the value stated in a document of the agencies, signed, in millions or percent."""
    with (DATA / "published" / "statements.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]
    values = {float(row["value"]) * int(row["sign"]) for row in rows}
    assert len(values) == 1, rows
    return values.pop()


def test_twelve_tasks_have_a_recipe():
    assert len(RECIPES) - len({"index"} & set(RECIPES)) == 12


@pytest.mark.parametrize("name", [name for name in RECIPES if name != "index"])
def test_a_recipe_is_short(name):
    assert len([line for line in code(name).splitlines() if line.strip()]) <= 5
    assert RECIPES[name].count("```python") == RECIPES[name].count("```text") == 1


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=needs_x13 if n == "adjust" else ()) for n in RECIPES if n != "index"]
)
def test_the_output_below_a_recipe_is_what_it_prints(name):
    assert refresh.output_of(code(name)) == refresh.PAIR.search(RECIPES[name])["output"]


def test_the_deficit_with_china_is_the_printed_one():
    expected = stated(partner="china", month="2024-12", length="12", kind="level")
    assert shown("china", "2024") == [expected / 1000]


def test_the_services_surplus_of_december_is_the_printed_year():
    expected = cells("2025-05-06", "1", "page 14, line 23")[2]
    assert expected == 295_154
    [got] = shown("services", "2024-12")
    assert got == pytest.approx(expected / 1000, abs=0.006)  # twelve rounded months


def test_the_deficit_is_revised_as_the_agency_printed_it():
    first, latest = (fred(day, "2025-12") for day in ("2026-02-19", "2026-04-02"))
    assert shown("first_print", "2025-12") == [first, latest, latest - first]


def test_two_vintages_are_two_prints():
    before, after = fred("2025-02-05", "2024-12"), fred("2026-04-02", "2024-12")
    assert shown("vintages", "2024-12") == [before, after, after - before]


def test_the_petroleum_balance_is_the_cell_of_exhibit_9():
    assert shown("petroleum", "2025-03") == [cells("2025-05-06", "9", "page 24, line 46")[2]]


def test_imports_of_vehicles_are_the_cell_of_exhibit_6_and_rose_as_stated():
    [(before, _), (now, _)] = shown("vehicles", "2025-02"), shown("vehicles", "2025-03")
    assert now * 1000 == cells("2025-05-06", "6", "page 19, line 60")[6]
    assert round(now - before, 1) == stated(month="2025-03", item="goods/automotive", flow="imports") / 1000


def test_exports_by_end_use_are_a_row_of_exhibit_6():
    items = ("foods", "industrial_supplies", "capital_goods", "automotive", "consumer_goods", "other_goods")
    got = [shown("end_use", f"goods/{item}")[1] for item in items]
    assert got == cells("2025-05-06", "6", "page 19, line 30")[3:]


@pytest.mark.parametrize("year", ["2023", "2024"])
def test_the_share_of_gdp_is_the_stated_one(year):
    assert shown("gdp", year) == [stated(kind="share", month=f"{year}-12", source="outline_december_2024")]


def test_the_share_of_gdp_is_of_whole_years():
    names = {}
    exec(code("gdp"), names)  # noqa: S102 - the project's own documents
    share = 100 * names["balance"] / names["gdp"]
    assert share.round(3)["2021"] == -3.529  # -3.475 of the GDP of its last three quarters


def test_the_real_deficit_is_the_stated_one():
    expected = stated(month="2025-03", price="real", flow="balance", kind="level", source="release_march_2025")
    assert round(shown("real_goods", "2025-03")[0], 1) == expected / 1000


def test_the_largest_deficits_are_the_stated_ones():
    partners = ["ireland", "china", "mexico", "switzerland", "vietnam", "taiwan", "india", "germany", "korea_south"]
    statement = {"month": "2025-03", "kind": "level", "source": "release_march_2025", "flow": "balance", "length": "1"}
    for partner in partners:
        [got] = shown("partners", partner)
        assert round(got / 1000, 1) == stated(**statement, partner=partner) / 1000, partner


def test_excel_has_the_deficit_of_exhibit_1():
    with (DATA / "ft900" / "2025-05-06" / "1.csv").open(encoding="utf-8", newline="") as file:
        march = [row for row in csv.reader(file) if row[1:2] == ["March"]][-1]
    assert shown("excel", "2025-03-01") == [number(march[2]) / 1000]


@needs_x13
def test_the_adjusted_series_is_that_of_the_program_itself(tmp_path):
    """X-13ARIMA-SEATS is run on a specification written by hand, as in the manual."""
    from tradelib.seasonal.x13.run import binary

    rows = (refresh.RECIPES / "airline.csv").read_text(encoding="utf-8").splitlines()[1:]
    values = "\n".join(row.split(",")[1] for row in rows)
    by_hand = f"""series{{ title="airline" start=1949.01 data=({values}) }}
        transform{{ function=auto }} regression{{ aictest=(td easter) }} outlier{{}}
        arima{{ model=(0 1 1)(0 1 1) }} seats{{ save=s11 }}"""
    (tmp_path / "airline.spc").write_text(by_hand, encoding="utf-8")
    subprocess.run([binary(), "airline"], cwd=tmp_path, check=True, capture_output=True)
    december = (tmp_path / "airline.s11").read_text(encoding="utf-8").splitlines()[-1].split()
    assert december[0] == "196012"
    assert shown("adjust", "1960-12") == [round(float(december[1]), 1)]
