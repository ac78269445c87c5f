"""The verbs at the top of the package: documented, quick to import, and with results that display themselves."""

from __future__ import annotations

import csv
import datetime as dt
import doctest
import functools
import inspect
import re
import subprocess
import sys
import warnings
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from official import as_text, bundled, exhibit1_rows, history_rows, made, write_workbook

import tradelib
from tradelib import store
from tradelib.analysis import forecast as forecasting
from tradelib.quantity.errors import ComparabilityError, ParameterError, SeriesError, SourceError
from tradelib.quantity.result import Result
from tradelib.report.look import figures
from tradelib.seasonal.x13 import available

VERBS = (
    "add", "check", "combine", "contributions", "forecast", "headline", "load", "plot", "read", "release", "revisions",
    "series", "x13",
)  # fmt: skip
needs_x13 = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")


def test_the_verbs_are_what_tab_shows():
    assert set(VERBS) == set(dir(tradelib)) - {"TradelibError", "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tradelib.nothing  # noqa: B018 - it raises


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_says_what_it_takes_returns_and_refuses_and_its_examples_run(verb, tmp_path, monkeypatch):
    words = inspect.getdoc(getattr(tradelib, verb))
    for head in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"\n{head}\n---" in words, head
    if verb == "x13" and not available():
        pytest.skip("no X-13 program on this platform")
    (tmp_path / "history.txt").write_text(as_text(history_rows(bundled())))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADELIB_DATA", str(store.data_folder().absolute()))
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    test = doctest.DocTestParser().get_doctest(words, {"tradelib": tradelib}, verb, None, None)
    assert test.examples
    messages = []
    runner.run(test, out=messages.append)
    assert "".join(messages) == ""


@pytest.mark.parametrize("module", ["tradelib", "tradelib.cli"])
def test_importing_the_package_loads_no_heavy_library(module):
    code = f"import sys, {module}; print(sorted({{'pandas', 'numpy', 'matplotlib', 'pydantic'}} & set(sys.modules)))"
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert got.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("deficit", "balance_total_bop_sa"),
        ("oil", "balance_goods_petroleum_census_sa"),
        ("cars", "exports_goods_vehicles_passenger_cars_census_nsa"),
        ("trade deficit", "balance_total_bop_sa"),
        ("real goods", "exports_goods_census_sa_chained2017"),
    ],
)
def test_everyday_words_find_series(word, first):
    assert tradelib.series(word).index[0] == first


# The headline


def rounded(millions, digits=1):
    return Decimal(abs(millions)).scaleb(-3).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


@pytest.fixture(params=["text", "workbook", "archive"])
def in_hand(request, tmp_path):
    path = tmp_path / "history.txt"
    if request.param == "text":
        path.write_text(as_text(history_rows(bundled())))
        return path
    book = write_workbook(history_rows(bundled()), tmp_path / "book.xlsx")
    if request.param == "workbook":
        return book
    with zipfile.ZipFile(tmp_path / "release.zip", "w") as archive:
        archive.write(book, "exh1.xlsx")
    return tmp_path / "release.zip"


def test_the_headline_of_a_file_in_hand_is_what_plain_arithmetic_says(in_hand, monkeypatch, tmp_path):
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "no-store"))
    got = tradelib.headline(in_hand)
    months = bundled().months
    now, before = months[2024, 2], months[2024, 1]
    assert got.month == pd.Period("2024-02", "M")
    assert got.title == f"The U.S. trade deficit widened to ${rounded(now[0])} billion in February 2024"
    words = " ".join(got.sentences)
    for place, text in [
        (0, "The goods and services deficit widened ${} billion to ${} billion."),
        (1, "The goods deficit narrowed ${} billion to ${} billion."),
        (2, "The services surplus fell ${} billion to ${} billion."),
    ]:
        assert text.format(rounded(now[place] - before[place]), rounded(now[place])) in words
    for place, flow in ((3, "Exports"), (6, "Imports")):
        share = Decimal(100 * (now[place] - before[place])) / before[place]
        rate = share.quantize(Decimal("0.1"), ROUND_HALF_UP)
        moved = f"{flow} rose ${rounded(now[place] - before[place])} billion ({rate} percent) to"
        assert f"{moved} ${rounded(now[place])} billion." in words
    to_date = [sum(months[year, month][0] for month in (1, 2)) for year in (2023, 2024)]
    assert f"narrowed ${rounded(to_date[1] - to_date[0])} billion to ${rounded(to_date[1])} billion" in words
    assert got.table["2024-02"].tolist() == [float(value) for value in now]


def test_the_headline_of_an_exhibit_1(tmp_path):
    table = made(2022, [[170_000 + 90 * n, 80_000, 250_000 + 150 * n, 60_000] for n in range(27)])
    got = tradelib.headline(write_workbook(exhibit1_rows(table, table.months[2024, 2]), tmp_path / "exh1.xlsx"))
    assert got.title == "The U.S. trade deficit widened to $61.6 billion in March 2024"
    exports, imports = "Exports rose $0.1 billion (0.0 percent) to $252.3 billion.", "Imports rose $0.2 billion"
    assert got.sentences[1] == f"{exports} {imports} (0.0 percent) to $313.9 billion."


def test_the_headline_has_the_levels_that_the_agencies_printed():
    with (store.data_folder() / "published" / "statements.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "level" and row["length"] == row["lag"] == "1"]
    checked, table_of = 0, functools.cache(lambda day: tradelib.headline(day).table)
    for row in rows:
        name = f"{row['flow']}_{row['item'] or 'total'}_{row['basis'] or 'bop'}_sa"
        own = [stored for stored in store.releases() if str(stored.released) == row["released"]]
        is_own = row["month"] == row["statistical_month"] and row["average"] == "0"
        if not own or not is_own or row["partner"] or row["price"] or name not in store.HEADLINE:
            continue
        table = table_of(own[0].released)
        if name in table.index:
            assert f"{rounded(table.loc[name, row['month']])}" == f"{Decimal(row['value']).scaleb(-3):.1f}", row
            checked += 1
    assert checked >= 9


@pytest.mark.parametrize(
    ("month", "words"),
    [
        ("1997-01", "to $11.3 billion in January 1997, the largest since at least January 1992"),
        ("1997-12", "to $11.3 billion in December 1997, the largest since at least January 1992"),
        ("1998-02", "to $11.6 billion in February 1998, the largest since at least January 1992"),
        ("2000-01", "to a record $27.1 billion in January 2000"),
        ("2025-01", "to a record $130.7 billion in January 2025"),
    ],
)
def test_a_record_is_larger_than_twice_the_mean_month_of_years_without_months(month, words):
    """BEA's Table 1 has 1987 as a year of -151,683 million, 12.6 billion a month."""
    assert tradelib.headline("2025-05-06", month=month).title == f"The U.S. trade deficit widened {words}"


def test_a_release_without_earlier_years_knows_no_record():
    got = tradelib.headline("2024-04-04", month="2022-03").title
    assert got.endswith("in March 2022, the largest since at least January 1992")


def test_a_release_is_named_by_a_period_too():
    assert tradelib.headline(pd.Period("2025-03", "M")).title == tradelib.headline("2025-03").title


def test_the_headline_is_that_of_the_report():
    page = (Path(__file__).parents[1] / "notebooks" / "01_overview.ipynb").read_text(encoding="utf-8")
    title = tradelib.headline().title.removeprefix("The U.S. ")
    assert f"{title}**" in re.sub(r"<span>\\+\$</span>", "$", page)
    assert tradelib.headline("2025-05-06").title == tradelib.headline("2025-03").title


def test_every_number_of_the_headline_agrees_with_the_store():
    got = tradelib.check("\n\n".join(tradelib.headline("2025-03").sentences), month="2025-03")
    assert {verdict: count for verdict, count in got.counts.items() if count} == {"agrees": 18}


def test_a_month_is_described_as_the_release_has_it():
    got = tradelib.headline("2025-05-06", month="2024-12")
    assert got.title == "The U.S. trade deficit widened to $98.1 billion in December 2024"
    assert got.sentences[-1].startswith("In 2024, compared with a year earlier, the goods and services deficit widened")
    with pytest.raises(ParameterError, match="month 1980-01 is outside the release, which has 1992-01 to 2025-03"):
        tradelib.headline("2025-05-06", month="1980-01")


@pytest.mark.parametrize(
    "month", ["spring", "2024", "2024-13", "", 0, 2024, pd.NaT, pd.Period("2024Q4"), pd.Period("2024")]
)
def test_an_impossible_month_is_refused_by_name(month):
    text = re.escape(f"month {month!r} is not a month like 2024-02")
    with pytest.raises(ParameterError, match=text):
        tradelib.headline("2025-05-06", month=month)
    with pytest.raises(ParameterError, match=text):
        tradelib.check("Imports came to $419.0 billion.", month=month)
    with pytest.raises(ParameterError, match=text.replace("month", "start", 1)):
        tradelib.load("BOPGSTB", start=month)


@pytest.mark.parametrize("month", [dt.date(2024, 12, 31), pd.Timestamp("2024-12-05"), pd.Period("2024-12-01", "D")])
def test_a_day_stands_for_its_month(month):
    assert tradelib.headline("2025-05-06", month=month).month == pd.Period("2024-12")
    assert tradelib.load("BOPGSTB", start=month).index[0] == pd.Period("2024-12")


def test_quarters_are_loaded_from_a_quarter_on():
    assert tradelib.load("GDP", start=pd.Period("2024Q2"), freq="quarterly").index[0] == pd.Period("2024Q2")
    assert tradelib.load("GDP", start="2024-05", freq="quarterly").index[0] == pd.Period("2024Q2")


def test_a_release_with_the_balance_alone_has_a_headline_of_it_alone():
    got = tradelib.headline("2026-04-02")
    assert list(got.table.index) == ["balance_total_bop_sa"]
    assert len(got.sentences) == 2
    assert "xports" not in got.summary()


def test_a_file_without_the_balance_is_refused(tmp_path):
    path = write_workbook([["Exhibit 1. Something else"]], tmp_path / "other.xlsx")
    with pytest.raises(SourceError, match=r"other\.xlsx: found .* expected"):
        tradelib.headline(path)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("exh1_2021-07-02.xlsx", "The U.S. trade deficit widened to $71.2 billion in May 2021"),
        ("exh1_2022-02-08.xlsx", "The U.S. trade deficit widened to $80.7 billion in December 2021"),
        ("exhibit_history_2023-02-07.xlsx", "The U.S. trade deficit widened to $67.4 billion in December 2022"),
        ("ft900xlsx_2023-06-07", "The U.S. trade deficit widened to $74.6 billion in April 2023"),
        ("fred_BOPGSTB_2025-03-15.csv", "The U.S. trade deficit widened to $98.4 billion in December 2024"),
    ],
)
def test_the_headline_of_official_files_is_what_their_release_printed(official_folder, name, title):
    assert tradelib.headline(official_folder / name).title == title


def test_a_pdf_is_read_no_further_than_its_first_exhibit(official_folder, monkeypatch):
    from pypdf import PageObject

    original, pages = PageObject.extract_text, []
    monkeypatch.setattr(PageObject, "extract_text", lambda page: pages.append(page) or original(page))
    got = tradelib.headline(official_folder / "ft900_2025-05-06.pdf")
    assert got.title.endswith("$140.5 billion in March 2025")
    assert got.release.released.isoformat() == "2025-05-06"
    assert len(pages) < 20


# Reading


def test_files_that_are_read_are_a_release_outside_the_store(tmp_path):
    path = tmp_path / "history.txt"
    path.write_text(as_text(history_rows(bundled())))
    got = tradelib.read(path)
    assert got.released is None
    assert got.find("BOPGSTB").name == "balance_total_bop_sa"
    assert float(got.figure("BOPGSTB", "2024-02")) == bundled().months[2024, 2][0]
    assert got.figure("BOPGSTB", "2024-02").cells[0].file == "history.txt"
    assert "about 2024-02: 1 table" in got.summary()
    with pytest.raises(ParameterError, match=r"history\.txt, about 2024-02, has no 'nothing'"):
        got.rows("nothing")
    assert str(tradelib.read(path, released="2024-04-04").released) == "2024-04-04"


def test_read_refuses_what_contradicts_its_accounts(tmp_path):
    rows = history_rows(bundled())
    at = next(place for place, row in enumerate(rows) if row and row[0] == "February" and len(row) > 5)
    rows[at][1] = int(rows[at][1]) + 5000
    path = tmp_path / "history.txt"
    path.write_text(as_text(rows))
    with pytest.raises(SourceError, match=r"history\.txt"):
        tradelib.read(path)


# Balances that no release prints, and formulas


def test_a_balance_that_no_release_prints_is_derived_and_marked_so():
    name = "balance_services_travel_bop_sa"
    got = tradelib.load([name, "BOPGSTB"], vintage="2025-05-06")
    flows = tradelib.load(["exports_services_travel_bop_sa", "imports_services_travel_bop_sa"], vintage="2025-05-06")
    assert list(got) == [name, "balance_total_bop_sa"]
    assert got[name].dropna().tolist() == (flows.iloc[:, 0] - flows.iloc[:, 1]).dropna().tolist()
    about = got.attrs["series"][name]
    assert about["formula"] == "exports_services_travel_bop_sa - imports_services_travel_bop_sa"
    assert about["label"] == "Balance on travel, derived"
    assert "formula" not in got.attrs["series"]["balance_total_bop_sa"]
    billions = tradelib.load("balance_travel_bop_sa", vintage="2025-05-06", unit="billions")
    assert list(billions) == [name]
    assert billions.iloc[-1, 0] == got[name].iloc[-1] / 1000


def test_a_derived_balance_is_found_as_any_other_series():
    [quantity] = store.find("balance_travel_bop_sa")
    assert (quantity.name, quantity.flow) == ("balance_services_travel_bop_sa", "balance")
    assert store.release_of(quantity.name).find("exports_services_travel_bop_sa")
    with pytest.raises(ParameterError, match=r"no quarterly figures of exports_services_travel_bop_sa; possible: \w+"):
        tradelib.load(quantity.name, freq="quarterly")
    with pytest.raises(ParameterError, match="no release prints balance_services_travel_bop_sa by month"):
        store.triangle(quantity.name)
    with pytest.raises(ParameterError, match="the first release that has it is that of 2023-06-07"):
        tradelib.load(quantity.name, vintage="2022-04-05")
    with pytest.raises(ParameterError, match="found the series 5; expected one name or several"):
        tradelib.load(5)


def test_chained_dollars_make_no_balance():
    with pytest.raises(ComparabilityError, match="does not add up: chained2017"):
        tradelib.load("balance_foods_census_sa_chained2017")


def test_a_formula_is_computed_from_published_values():
    got = tradelib.combine("exports_goods_bop_sa - imports_goods_bop_sa", vintage="2025-05-06", unit="billions")
    printed = tradelib.load("balance_goods_bop_sa", vintage="2025-05-06", unit="billions").iloc[:, 0]
    assert got.iloc[-1, 0] == printed.iloc[-1]
    about = got.attrs["series"]["exports_goods_bop_sa - imports_goods_bop_sa"]
    assert (about["unit"], about["vintage"]) == ("billions of dollars", "2025-05-06")
    derived = tradelib.combine("balance_goods_vehicles_passenger_cars_mexico_census_nsa / 2", vintage="2025-05-06")
    assert derived.iloc[-1, 0] < 0
    ratio = tradelib.combine("100 * BOPTEXP / BOPTIMP", vintage="2025-05-06", unit="billions")
    flows = tradelib.load(["BOPTEXP", "BOPTIMP"], vintage="2025-05-06")
    assert ratio.iloc[-1, 0] == pytest.approx(100 * flows.iloc[-1, 0] / flows.iloc[-1, 1], rel=1e-12)
    whole = tradelib.combine("-(imports_goods_census_sa - imports_goods_petroleum_census_sa) / 2", vintage="2025-05-06")
    assert whole.iloc[-1, 0] < 0


@pytest.mark.parametrize(
    ("formula", "unit", "flow", "item"),
    [
        ("BOPTEXP - BOPTIMP", "millions of dollars", "balance", "total"),
        ("BOPTIMP - BOPTEXP", "millions of dollars", "", "total"),
        ("imports_goods_census_sa - imports_goods_petroleum_census_sa", "millions of dollars", "imports", ""),
        ("100 * BOPTEXP / BOPTIMP", "percent", "", "total"),
        ("(BOPTEXP - BOPTIMP) / BOPTIMP * 100", "percent", "", "total"),
        ("BOPTEXP / BOPTIMP", "ratio", "", "total"),
        ("BOPTEXP / (BOPTIMP * 100)", "ratio", "", "total"),
        ("100 * (BOPTEXP / BOPTIMP)", "percent", "", "total"),
        ("BOPTEXP / BOPTIMP / 2", "ratio", "", "total"),
        ("2 * (BOPTEXP / BOPTIMP)", "ratio", "", "total"),
    ],
)
def test_the_result_of_a_formula_says_what_it_is(formula, unit, flow, item):
    [about] = tradelib.combine(formula, vintage="2025-05-06").attrs["series"].values()
    assert (about["unit"], about["flow"], about["item"]) == (unit, flow, item)


@pytest.mark.parametrize(
    ("formula", "error", "message"),
    [
        ("exports_goods_bop_sa - imports_goods_census_sa", ComparabilityError, "differ in basis: bop and census"),
        ("exports_goods_census_sa - imports_goods_census_nsa", ComparabilityError, "differ in adjustment: sa and nsa"),
        ("exports_goods_census_sa / exports_goods_census_sa_chained2017", ComparabilityError, "differ in price"),
        (
            "imports_goods_petroleum_census_sa + imports_automotive_census_sa",
            ComparabilityError,
            "cut across each other",
        ),
        (
            "exports_goods_bop_sa + BOPTEXP",
            ComparabilityError,
            "is part of exports_total_bop_sa; a sum would count it twice",
        ),
        ("BOPGEXP + BOPSEXP + BOPTEXP", ComparabilityError, "is part of exports_total_bop_sa; a sum would count it"),
        ("BOPTEXP * BOPTIMP", ComparabilityError, "two series are not multiplied"),
        ("BOPTEXP + 1", ComparabilityError, "do not add up"),
        ("1 / BOPTEXP", ComparabilityError, "expected an amount divided by"),
        ("BOPTEXP ** 2", ParameterError, r"expected names, numbers, \+ - \* /"),
        ("BOPTEXP -", ParameterError, "formula 'BOPTEXP -'"),
        ("1 + 1", ParameterError, "has no series"),
        ("BOPTEXP / 0", ComparabilityError, "by a number other than zero"),
        ("BOPTEXP / (BOPTIMP - BOPTIMP)", ComparabilityError, "is not finite in 1992-01, .*; expected no division by"),
        ("BOPTEXP / (0 * BOPTIMP)", ComparabilityError, "is not finite"),
        ("BOPTEXP * 1e400", ComparabilityError, "is not finite"),
        ("BOPTEXP + BOPTEXP / BOPTIMP", ComparabilityError, "an amount, a ratio and a plain number do not add up"),
        ("BOPTEXP - nothing_at_all", ParameterError, "unknown series 'nothing_at_all'"),
    ],
)
def test_series_that_are_not_comparable_are_refused_in_one_formula(formula, error, message):
    with pytest.raises(error, match=message):
        tradelib.combine(formula, vintage="2025-05-06")


@pytest.mark.parametrize("formula", ["-BOPGEXP + BOPTEXP", "BOPTEXP - BOPGEXP", "(BOPTEXP - BOPGEXP + BOPSEXP) / 2"])
def test_a_part_may_be_subtracted_from_its_whole(formula):
    got = tradelib.combine(formula, vintage="2025-05-06")
    expected = tradelib.load("BOPSEXP", vintage="2025-05-06")
    assert (got.iloc[:, 0] - expected.iloc[:, 0]).abs().max() <= 1


def test_an_unknown_option_of_a_formula_is_refused_by_the_name_of_the_verb():
    with pytest.raises(TypeError, match=r"^combine\(\) got an unexpected keyword argument 'strat'"):
        tradelib.combine("BOPTEXP - BOPTIMP", strat="2014-01")


# Drawing


def words_of(figure):
    """Return title, unit and source of a figure, each as one line."""
    words = {text.get_gid(): " ".join(text.get_text().split()) for text in figure.texts}
    return words["title"], words["unit"], words["source"]


def test_a_frame_is_drawn_with_its_title_unit_and_source():
    frame = tradelib.load("BOPGSTB", start="2014-01", unit="billions", vintage="2025-05-06")
    title, unit, source = words_of(tradelib.plot(frame))
    assert title == "Balance on goods and services"
    assert unit == "Billions of dollars, balance of payments basis, seasonally adjusted"
    assert source.endswith("released 2025-05-06")
    assert words_of(tradelib.plot(frame["balance_total_bop_sa"]["2020":])) == (title, unit, source)
    ratio = tradelib.combine("100 * BOPTEXP / BOPTIMP", vintage="2025-05-06")
    assert words_of(tradelib.plot(ratio))[1] == "Percent, balance of payments basis, seasonally adjusted"
    countries = tradelib.load([f"imports_goods_{name}_census_nsa" for name in ("china", "mexico")], start="2014-01")
    shown = tradelib.plot(countries).axes[0]
    assert words_of(tradelib.plot(countries))[1] == "Millions of dollars, Census basis, not seasonally adjusted"
    assert len({line.get_color() for line in shown.get_lines()}) == 2


@pytest.mark.parametrize(
    ("name", "freq", "terms"),
    [
        ("balance_total_china_bop_sa", "quarterly", "balance of payments basis, seasonally adjusted"),
        ("BOPTEXP", "annual", "balance of payments basis, seasonally adjusted"),
        ("balance_services_travel_bop_sa", "monthly", "balance of payments basis, seasonally adjusted"),
        ("BOPGSTB", "ytd", "balance of payments basis, seasonally adjusted, year to date"),
        ("exports_goods_census_sa_chained2017", "monthly", "Census basis, seasonally adjusted, chained 2017 dollars"),
    ],
)
def test_any_frequency_and_price_basis_is_drawn_with_its_title_and_unit(name, freq, terms):
    got = words_of(tradelib.plot(tradelib.load(name, freq=freq)))
    assert got[1] == f"Millions of dollars, {terms}"


@pytest.mark.parametrize(
    "way",
    [
        pd.DataFrame.diff,
        pd.DataFrame.pct_change,
        lambda frame: frame.rolling(12).sum(),
        lambda frame: frame / 12,
        lambda frame: frame.rename(columns=str.upper),
    ],
)
def test_a_computed_column_is_never_drawn_with_the_unit_of_the_loaded_one(way):
    frame = tradelib.load(["BOPTEXP", "BOPTIMP"], start="2014-01", vintage="2025-05-06")
    computed = way(frame)
    with pytest.warns(store.StoreWarning, match="computed, or without attrs"):
        got = words_of(tradelib.plot(computed))
    assert got[1:] == ("unit not known", "Source: not known")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = tradelib.plot(computed, title="Twelve months", unit="billions of dollars", source="own computation")
    assert words_of(figure) == ("Twelve months", "billions of dollars", "Source: own computation")


def test_attrs_survive_what_does_not_change_the_values():
    frame = tradelib.load(["BOPTEXP", "BOPTIMP"], start="2014-01", vintage="2025-05-06")
    for kept in (frame["2020":], frame[["exports_total_bop_sa"]], frame.dropna(), frame.astype(float), frame.copy()):
        assert kept.attrs["series"]["exports_total_bop_sa"]["unit"] == "millions of dollars"


@pytest.mark.parametrize(
    "what",
    [
        3,
        pd.DataFrame({"a": [1.0]}),
        pd.DataFrame(),
        pd.DataFrame({"a": [1.0]}, pd.period_range("2024-01", periods=1, freq="M")).iloc[:0],
        pd.DataFrame({"a": ["high"]}, pd.period_range("2024-01", periods=1, freq="M")),
        store.triangle("BOPGSTB"),
    ],
)
def test_what_cannot_be_drawn_is_refused(what):
    with pytest.raises((ParameterError, SeriesError), match="expected"):
        tradelib.plot(what)


def test_numbers_as_text_are_drawn_and_a_title_may_be_a_number():
    frame = tradelib.load("BOPGSTB", start="2014-01")
    assert words_of(tradelib.plot(frame.astype(str), title=2014))[:2] == ("2014", words_of(tradelib.plot(frame))[1])


# The user's own series


@pytest.fixture(scope="module")
def own():
    frame = tradelib.load("imports_goods_census_nsa", start="2010-01", end="2019-12", vintage="2023-03-08")
    return frame.iloc[:, 0].rename("mine")


@needs_x13
def test_a_series_of_ones_own_is_adjusted_in_any_form(own, tmp_path):
    expected = tradelib.x13(own).adjusted
    path = tmp_path / "mine.csv"
    own.to_csv(path)
    forms = [
        own.to_frame(), own.set_axis(own.index.to_timestamp()), own.set_axis(own.index.to_timestamp(how="end")),
        own.set_axis(own.index.to_timestamp()).to_frame(), path, str(path),
    ]  # fmt: skip
    for form in forms:
        got = tradelib.x13(form)
        assert got.name == "mine"
        pd.testing.assert_series_equal(got.adjusted, expected, check_names=False)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (pd.DataFrame({"a": [1.0], "b": [2.0]}), SeriesError, "found columns a, b; expected one column"),
        (pd.Series(1.0, pd.date_range("2020-01-01", periods=99)), SeriesError, "2020-01 occurs several times"),
        ("none.csv", ParameterError, r"none\.csv: .*No such file"),
        ([1.0, 2.0], SeriesError, "expected a pandas Series"),
        (None, SeriesError, "found a NoneType; expected a pandas Series"),
        ("no_such_series", ParameterError, "unknown series 'no_such_series'"),
    ],
)
def test_data_that_are_no_monthly_series_are_refused(given, error, message):
    for verb in (tradelib.x13, tradelib.forecast):
        with pytest.raises(error, match=message):
            verb(given)


@needs_x13
def test_adjusting_an_adjusted_series_gives_a_warning():
    published = tradelib.load("BOPGSTB", start="2015-01")
    with pytest.warns(store.StoreWarning, match="adjusted by the agency; expected nsa values"):
        tradelib.x13(published)
    tradelib.x13(published, None)  # a model or a trend is no adjustment
    tradelib.x13(published, "x11", x11={"type": "trend"}, outlier=None)


@pytest.mark.parametrize("count", ["3", None, 1.5, True, 0])
def test_a_count_must_be_a_whole_number(own, count):
    for ask in (lambda: tradelib.forecast(own, count), lambda: tradelib.revisions("BOPGSTB", count)):
        with pytest.raises(ParameterError, match=r"expected (a )?whole number"):
            ask()


def test_a_table_without_months_is_refused_by_name(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("who,what\nChina,3\nMexico,4\n")
    with pytest.raises(ParameterError, match=r"mine\.csv: .*expected a header, months such as 2024-02"):
        tradelib.forecast(path)


def test_a_result_names_its_series_only_if_the_values_are_as_loaded():
    exports = tradelib.load("BOPTEXP", start="2016-01", vintage="2025-05-06", unit="billions").iloc[:, 0]
    assert tradelib.forecast(exports, horizon=1).summary().startswith("Exports of goods and services, ETS")
    growth = tradelib.forecast(exports.pct_change(), horizon=1)
    assert growth.summary().startswith("exports_total_bop_sa, ETS")
    assert words_of(growth.plot())[1].startswith("In the unit of the series")


# Forecasts, revisions, contributions


def test_an_interval_is_the_conformal_quantile_of_past_errors(own):
    adjusted = own.rolling(12).mean().dropna()
    got = tradelib.forecast(adjusted, horizon=2)
    path = np.log(adjusted)
    made = forecasting.roll(path, 2, "ETS")
    for step in (1, 2):
        month = adjusted.index[-1] + step
        misses = sorted(abs(path.iloc[at + step] - made[step].iloc[at]) for at in range(35, len(path) - step))
        for level in (80, 95):
            rank = -(-level * (len(misses) + 1) // 100)  # the ceiling
            high = np.exp(made[step].iloc[-1] + misses[rank - 1])
            assert got.table.loc[month, f"high {level}"] == pytest.approx(high, rel=1e-12)
        assert got.table.loc[month, "forecast"] == pytest.approx(np.exp(made[step].iloc[-1]), rel=1e-12)
    assert got.origins == len(path) - 35 - 1
    with pytest.raises(SeriesError, match="expected more months"):
        tradelib.forecast(adjusted.iloc[:50])
    with pytest.raises(SeriesError, match="not positive"):
        tradelib.forecast(-adjusted, log=True)


def test_an_unadjusted_series_is_forecast_with_its_season():
    """February is short: exports of goods are a tenth below those of March, whatever their trend."""
    exports = tradelib.load("exports_goods_census_nsa", start="first", vintage="2026-03-12", unit="billions").iloc[:, 0]
    got = tradelib.forecast(exports.loc[:"2023-01"], horizon=2).table
    assert 1.1 < got["forecast"].iloc[1] / got["forecast"].iloc[0] < 1.2
    assert got["low 80"].iloc[0] < exports["2023-02"] < got["high 80"].iloc[0]
    adjusted = tradelib.forecast(exports.loc[:"2023-01"].rename("mine"), horizon=2).table  # as if it had no season
    assert got["missed"].iloc[0] < 0.7 * adjusted["missed"].iloc[0]


def test_revisions_are_prints_against_the_latest_figures():
    got = tradelib.revisions("BOPGSTB")
    triangle = store.triangle("BOPGSTB")
    month = got.table.index[0]
    first = triangle.xs(month, level="statistical_month", axis=1).loc[month].iloc[0]
    assert got.table.loc[month, "first"] == first
    assert got.table.loc[month, "latest"] == triangle.loc[month].dropna().iloc[-1]
    mean = (got.table["latest"] - got.table["first"]).mean()
    assert f"mean revision {figures.printed(mean, sign=True)}, mean absolute" in got.summary()
    assert tradelib.revisions("BOPGSTB", number=2).summary().startswith("Balance on goods and services: ")


@pytest.mark.parametrize("flow", ["balance", "exports", "imports"])
@pytest.mark.parametrize("day", ["2025-05-06", "2024-04-04"])
def test_contributions_add_up_to_the_change(flow, day):
    got = tradelib.contributions(flow, day)
    change = store.release(day).series(f"{flow}_total_bop_sa").diff()[got.month]
    assert got.table["contribution"].sum() == pytest.approx(float(change), abs=1e-6)
    assert got.table.index[-1] == "Everything else"
    sign = -1 if flow == "balance" else 1
    if day == "2025-05-06" and flow != "exports":
        assert got.table.loc["Imports of pharmaceutical preparations", "contribution"] == sign * 20924.0


def test_an_unknown_flow_is_refused():
    with pytest.raises(ParameterError, match="unknown flow 'oil'; possible: balance, exports, imports"):
        tradelib.contributions("oil")


# Results that display themselves


def results():
    yield "headline", tradelib.headline
    yield "contributions", tradelib.contributions
    yield "release", tradelib.release
    yield "revisions", lambda: tradelib.revisions("BOPGSTB")
    yield "check", lambda: tradelib.check("Imports came to $419.0 billion in March 2025.")
    yield "forecast", lambda: tradelib.forecast(tradelib.load("BOPTEXP", start="2016-01").iloc[:, 0], horizon=2)
    if available():
        yield "x13", lambda: tradelib.x13(tradelib.load("imports_goods_census_nsa", start="2013-01"))


@pytest.mark.parametrize(("name", "make"), list(results()))
def test_a_result_shows_itself(name, make):
    got = make()
    assert isinstance(got, Result), name
    assert isinstance(got.table, pd.DataFrame)
    assert not got.table.empty
    assert isinstance(got.summary(), str)
    assert 0 < len(repr(got)) < 4000
    assert repr(got).strip("<>").splitlines()[0] == got.summary().splitlines()[0]
    page = got._repr_html_()
    assert ("data:image/png" in page) == (name in ("revisions", "forecast", "x13"))
    assert 0 < len(re.sub(r'src="[^"]*"', "", page)) < 20_000
    if name == "check":  # a list of verdicts has no picture
        with pytest.raises(ParameterError, match="found a Checked; expected series by month"):
            got.plot()
        return
    figure = got.plot(title="A title of one's own")
    assert isinstance(figure, Figure)
    assert words_of(figure)[0] == "A title of one's own"
    assert words_of(got.plot())[0]


@needs_x13
def test_the_python_of_the_readme_runs():
    page = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 2
    known: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", store.StoreWarning)
        for block in blocks:
            exec(block, known)  # noqa: S102 - our own page
    assert [name.rpartition("/")[2] for name in known["change"].astype(float).nlargest(3).index] == [
        "pharmaceutical_preparations", "passenger_cars", "computer_accessories",
    ]  # fmt: skip
