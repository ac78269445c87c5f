"""The quality card and the two ways to a balance."""

import numpy as np
import pandas as pd
import pytest
from airline import AIRLINE

import tradelib
from tradelib.x13 import available, build, x13
from tradelib.x13.quality import Limits, direct_indirect, grade, quality_card

pytestmark = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")


@pytest.fixture(scope="module")
def imports():
    data = tradelib.load("imports_goods_census_nsa", start="2008-01", unit="billions")
    return quality_card(data["imports_goods_census_nsa"], build(transform={"function": "log"}))


def test_a_textbook_series_is_good():
    got = quality_card(AIRLINE, build("x11", regression=None, outlier=None, transform={"function": "log"}))
    assert got.verdict == "good"
    assert got.measures.loc["Q", "value"] == pytest.approx(0.26)
    assert got.measures.loc["M7", "value"] == pytest.approx(0.202)
    assert got.measures.loc["sliding spans, %", "value"] == pytest.approx(5.208)
    assert got.calendar.empty
    assert got.outliers.empty


def test_2020_is_on_the_card_of_imports(imports):
    assert pd.Period("2020-04", "M") in imports.outliers.index
    assert "Easter[1]" in imports.calendar.index
    assert imports.measures.loc["trading days, p", "value"] < 0.001
    assert imports.measures.loc["revision, %", "value"] > 0
    assert imports.summary().startswith("imports_goods_census_nsa: good; Q 0.")


def test_annual_totals_are_those_of_whole_years(imports):
    parts = imports.adjustment.components
    year = parts.loc["2015-01":"2015-12"].sum()
    gap = 100 * abs(year["adjusted"] / year["observed"] - 1)
    assert gap <= imports.measures.loc["annual totals, %", "value"] < 1


def test_noise_is_not_good():
    noise = pd.Series(np.random.default_rng(9).normal(100, 5, 150), AIRLINE.index[0] + np.arange(150), name="noise")
    got = quality_card(noise.set_axis(pd.PeriodIndex(noise.index, freq="M")), build("x11", arima={"model": "(0 1 1)"}))
    assert got.verdict in ("bad", "severe")
    assert got.adjustment.identifiable != "present"
    assert "not good: M" in got.summary()


@pytest.mark.parametrize(
    ("value", "limits", "expected"),
    [
        (0.5, Limits().m, "good"),
        (1.1, Limits().m, "uncertain"),
        (1.5, Limits().m, "bad"),
        (2.5, Limits().m, "severe"),
        (0.2, Limits().qs_p, "good"),
        (0.005, Limits().qs_p, "bad"),
        (float("nan"), Limits().m, ""),
    ],
)
def test_grades(value, limits, expected):
    assert grade(value, limits) == expected


def test_direct_and_indirect_balances_are_close_but_not_equal():
    data = tradelib.load("*_goods_census_nsa", start="2010-01", unit="billions")
    sides = [x13(data[f"{flow}_goods_census_nsa"]) for flow in ("exports", "imports")]
    got = direct_indirect(*sides)
    assert 0.1 < got.distance < 3
    assert 0.8 < got.correlation < 1
    assert got.balances["indirect"].to_list() == (sides[0].adjusted - sides[1].adjusted).to_list()
    assert got.summary().startswith("direct and indirect balance are")
