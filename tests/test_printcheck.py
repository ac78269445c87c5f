"""Our numbers against the agencies' print."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from tradelib import printcheck, published
from tradelib.printcheck import ABSENT, AGREEMENT, ERROR, REVISED, TIE, Recomputed, judge, recompute


@pytest.fixture(scope="module")
def checked():
    return printcheck.check()


def rows(checked, released):
    return checked.table[checked.table["released"] == dt.date.fromisoformat(released)]


def outcome(checked, released, measure, series):
    table = rows(checked, released)
    [got] = table[(table["measure"] == measure) & (table["series"] == series)].to_dict("records")
    return got


def test_all_numbers_of_the_february_2024_headline_agree(checked):
    got = rows(checked, "2024-04-04")
    got = got[got["vintage"] == dt.date(2024, 4, 4)]
    assert len(got) == 31
    assert set(got["outcome"]) == {AGREEMENT}


def test_december_2024_is_compared_with_the_vintage_that_printed_it(checked):
    got = rows(checked, "2025-02-05")
    got = got[got["vintage"] == dt.date(2025, 2, 5)]
    assert set(got["outcome"]) == {AGREEMENT}
    assert set(got["publisher"]) == {"ft900"}
    assert len(got) == 5


@pytest.mark.parametrize(
    ("released", "measure", "series", "ours", "expected"),
    [
        ("2024-02-07", "level", "balance_total_bop_sa", -64.168, REVISED),
        ("2024-03-07", "previous_level", "balance_total_bop_sa", -64.168, AGREEMENT),
        ("2024-02-07", "previous_level", "balance_total_bop_sa", -62.658, REVISED),
        ("2024-03-07", "change", "exports_total_bop_sa", 0.321, AGREEMENT),
        ("2024-03-07", "change", "imports_goods_bop_sa", 3.098, AGREEMENT),
        ("2024-03-07", "change", "imports_total_bop_sa", 3.754, REVISED),
        ("2024-02-07", "annual_previous_level", "balance_total_bop_sa", -951.187, AGREEMENT),
        ("2024-02-07", "annual_level", "balance_total_bop_sa", -779.795, REVISED),
    ],
)
def test_first_prints_against_the_table(checked, released, measure, series, ours, expected):
    got = outcome(checked, released, measure, series)
    assert got["outcome"] == expected
    assert got["ours"] == pytest.approx(ours, abs=1e-9)
    assert got["difference"] == pytest.approx(ours - got["published"], abs=1e-9)


def test_totals_goods_and_services_of_both_texts_are_all_compared(checked):
    table = checked.table[checked.table["source"].isin(["bea_text_december_2023", "bea_text_january_2024"])]
    ours = table[table["series"].str.fullmatch(r"(balance|exports|imports)_(total|goods|services)_bop_sa")]
    assert len(ours) == 2 * 16
    assert set(ours["outcome"]) <= {AGREEMENT, TIE, REVISED}


def test_what_the_data_do_not_hold_is_said_to_be_absent(checked):
    absent = checked.table[checked.table["outcome"] == ABSENT]
    got = {(row.released.isoformat(), row.series) for row in absent.itertuples()}
    assert (
        "2024-02-07",
        "exports_consumer_goods_census_sa",
    ) in got  # in no release at hand
    assert not {series for _, series in got} & {"exports_total_bop_sa", "exports_travel_bop_sa"}
    assert absent["ours"].isna().all()


def test_the_summary_says_how_many(checked):
    assert checked.verdict == "agrees"
    assert checked.summary() == "agrees: 45 agreement, 65 different vintage; 20 of 130 figures not at hand"


def test_a_misprint_in_the_same_vintage_is_an_error():
    figures = published.read()
    at = (figures["released"] == dt.date(2024, 4, 4)) & (figures["measure"] == "average_change")
    figures = figures[at].assign(value=lambda t: t["value"] + 0.2)
    got = printcheck.check(figures)
    assert got.counts[ERROR] == 3
    assert got.verdict == "contradicts"


def test_a_difference_too_large_for_a_revision_is_an_error():
    figures = published.read()
    at = (figures["released"] == dt.date(2024, 2, 7)) & (figures["series"] == "exports_total_bop_sa")
    figures = figures[at].assign(value=lambda t: t["value"] + 20)
    assert set(printcheck.check(figures).table["outcome"]) == {ERROR}
    assert set(printcheck.check(figures, implausible=100).table["outcome"]) == {REVISED}


@pytest.mark.parametrize(
    ("ours", "uncertainty", "expected"),
    [
        (3.249, 0.001, AGREEMENT),
        (3.250, 0.001, TIE),  # x.x50 from whole millions: 3.2 or 3.3
        (3.251, 0.001, TIE),
        (3.252, 0.001, ERROR),
        (3.150, 0.001, TIE),
        (3.148, 0.001, ERROR),
        (float("nan"), 0.001, ABSENT),
    ],
)
def test_an_exact_tie_is_neither_agreement_nor_error(ours, uncertainty, expected):
    assert judge(3.2, 1, Recomputed(ours, uncertainty, 60, 1), 0) == expected


@given(st.lists(st.integers(-90_000, -1), min_size=40, max_size=40), st.sampled_from(sorted(published.MEASURES)))
def test_recomputed_figures_equal_a_sum_by_hand(millions, name):
    months = pd.period_range("2001-01", periods=40, freq="M")
    values = pd.Series(millions, index=months, dtype=float)
    month, x = pd.Period("2003-12", freq="M"), millions
    sums = {
        "": (x[35], x[34]),
        "year_to_date": (sum(x[24:36]), sum(x[12:24])),
        "annual": (sum(x[24:36]), sum(x[12:24])),
        "average": (sum(x[33:36]) / 3, sum(x[32:35]) / 3),
        "average_over_year": (sum(x[33:36]) / 3, sum(x[21:24]) / 3),
    }
    measure = published.MEASURES[name]
    now, before = sums[measure.span]
    expected = {
        "level": now / 1000,
        "previous_level": before / 1000,
        "change": (now - before) / 1000,
        "percent_change": 100 * (now - before) / before,
    }.get(measure.kind, float("nan"))
    assert recompute(measure, values, month).value == pytest.approx(expected, nan_ok=True)


def test_a_percent_change_across_a_change_of_sign_has_no_meaning():
    values = pd.Series([-2.0, 3.0], index=pd.period_range("2001-01", periods=2, freq="M"))
    assert pd.isna(recompute(published.MEASURES["percent_change"], values, values.index[1]).value)
    assert recompute(published.MEASURES["change"], values, values.index[1]).value == 0.005
