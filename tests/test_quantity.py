"""Quantities: their names, their labels, and which may be added; periods from printed labels."""

import datetime as dt

import pandas as pd
import pytest

from tradelib.quantity import Quantity, require_addable, require_comparable
from tradelib.quantity.errors import ComparabilityError
from tradelib.quantity.labels import countries, item_label, partner_label, partner_slug, partners
from tradelib.quantity.periods import Span, day, parse


@pytest.mark.parametrize(
    ("quantity", "name"),
    [
        (Quantity("balance"), "balance_total_bop_sa"),
        (Quantity("exports", "goods/capital_goods/semiconductors", basis="census"),
         "exports_goods_capital_goods_semiconductors_census_sa"),
        (Quantity("imports", "goods", "china", "census", "nsa"), "imports_goods_china_census_nsa"),
        (Quantity("exports", "goods/foods", basis="census", price="chained2017"),
         "exports_goods_foods_census_sa_chained2017"),
        (Quantity("imports", "goods/energy_petroleum/crude_oil", basis="census", adjustment="nsa", measure="quantity"),
         "imports_goods_energy_petroleum_crude_oil_census_nsa_quantity"),
    ],
)  # fmt: skip
def test_a_name_says_all_that_makes_a_quantity(quantity, name):
    assert quantity.name == name


@pytest.mark.parametrize(
    ("quantity", "alias"),
    [
        (Quantity("balance"), "BOPGSTB"),
        (Quantity("exports", "services/travel"), "exports_travel_bop_sa"),
        (
            Quantity("exports", "goods/foods", basis="census", price="chained2012"),
            "exports_foods_census_sa_chained2012",
        ),
        (Quantity("imports", "goods", basis="bls", adjustment="nsa", price="base2000", measure="index"),
         "imports_price_index_bls_nsa_base2000"),
        (Quantity("exports", "goods", basis="census", adjustment="nsa"), "exports_goods_world_census_nsa"),
    ],
)  # fmt: skip
def test_older_names_still_work(quantity, alias):
    assert alias in quantity.aliases


@pytest.mark.parametrize(
    ("quantity", "label"),
    [
        (Quantity("balance"), "Balance on goods and services"),
        (Quantity("exports", "services/travel"), "Exports of travel"),
        (Quantity("balance", "goods", "korea_south", "census"),
         "Balance on goods with South Korea, Census basis, seasonally adjusted"),
        (Quantity("imports", "goods/capital_goods", basis="census", price="chained2017"),
         "Real imports of capital goods, Census basis, seasonally adjusted, chained 2017 dollars"),
        (Quantity("exports", "goods", basis="bls", adjustment="nsa", price="base2000", measure="index"),
         "Export price index for goods, Bureau of Labor Statistics, not seasonally adjusted"),
        (Quantity("imports", "goods/energy_petroleum/crude_oil", "world", "census", "nsa", measure="unit_price"),
         "Imports of crude oil, unit price, Census basis, not seasonally adjusted"),
    ],
)  # fmt: skip
def test_a_label_reads_as_words(quantity, label):
    assert quantity.label() == label


def test_an_unknown_country_has_a_slug_and_words():
    assert partner_slug("New Landia") == "new_landia"
    assert partner_label("new_landia") == "New Landia"


def test_areas_and_remainders_are_no_countries_and_an_unknown_country_is_one():
    names = ["world", "mexico", "european_union", "all_other_countries", "other_asia", "new_landia", "opec"]
    assert countries(names) == ["mexico", "new_landia"]


def test_other_names_of_a_partner_lead_to_it():
    names = ("Korea, South", "South Korea", "UK", "South/Central America")
    got = [partner_slug(name) for name in names]
    assert got == ["korea_south", "korea_south", "united_kingdom", "south_and_central_america"]


def test_no_name_leads_to_two_partners():
    names = [
        name for row in partners().values() for name in {row["name"], *filter(None, row["other_names"].split(";"))}
    ]
    assert len(names) == len(set(names))


def test_an_item_has_words_for_a_sentence_and_for_a_narrow_drawing():
    got = [item_label("goods/industrial_supplies", length) for length in ("text", "chart", "narrow")]
    assert got == ["industrial supplies and materials", "Industrial supplies", "Industrial"]


def test_bases_are_never_mixed_in_a_formula():
    with pytest.raises(ComparabilityError, match="differ in basis: bop and census"):
        require_comparable([Quantity("exports", "goods"), Quantity("imports", "goods", basis="census")])


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ([Quantity("exports", "goods/petroleum", basis="census")], "different classifications"),
        ([Quantity("exports", "goods/foods", basis="census", price="chained2017")], "differ in price"),
    ],
)
def test_what_does_not_add_up_is_refused(others, message):
    with pytest.raises(ComparabilityError, match=message):
        require_addable([Quantity("exports", "goods/capital_goods", basis="census"), *others])


def test_chained_dollars_do_not_add_up():
    foods, capital = (Quantity("exports", f"goods/{item}", basis="census", price="chained2017") for item in "ab")
    with pytest.raises(ComparabilityError, match="does not add up"):
        require_addable([foods, capital])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("January (R) ", Span("month", None, 1, 1, "(R)")),
        ("April(R)", Span("month", None, 4, 4, "(R)")),
        ("Jan.- Dec. (R)", Span("span", None, 1, 12, "(R)")),
        ("Jan. -", Span("span", None, 1, 1)),
        ("1992 Jan", Span("month", 1992, 1, 1)),
        ("2025 Feb (R)", Span("month", 2025, 2, 2, "(R)")),
        ("2024 3 (R)", Span("quarter", 2024, 7, 9, "(R)")),
        ("April\n2023", Span("month", 2023, 4, 4)),
        ("First Quarter\n2022", Span("quarter", 2022, 1, 3)),
        ("Annual\n2020", Span("annual", 2020, 1, 12)),
        ("2023", Span("year", 2023, 1, 12)),
        ("2025-03", Span("month", 2025, 3, 3)),
        ("December data as published last month:", Span("previous", None, 12, 12)),
        ("Canada", None),
        ("Maybe", None),
        ("Marchand", None),
    ],
)
def test_a_label_says_its_period(text, expected):
    assert parse(text) == expected


def test_a_span_without_a_year_has_the_year_of_its_block():
    got = [pd.Period(ordinal=month, freq="M") for month in parse("Jan. - Apr.").ordinals(2023)]
    assert got == [pd.Period("2023-01", "M"), pd.Period("2023-04", "M")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8:30 A.M. EDT, Tuesday, May 6, 2025", dt.date(2025, 5, 6)), ("2025-05-06", dt.date(2025, 5, 6)),
     ("February 30, 2025", None), ("no day", None)],
)  # fmt: skip
def test_a_text_names_its_day(text, expected):
    assert day(text) == expected
