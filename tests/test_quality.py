"""The quality card."""

import numpy as np
import pandas as pd
import pytest
from airline import AIRLINE

import tradelib
from tradelib.seasonal.quality import grade, quality_card
from tradelib.seasonal.x13 import available, build

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
    assert got.measures.loc["sliding spans, %", "meaning"] == "months with unstable factors"
    assert set(got.measures["reason"]) == {"", "the model has none"}
    assert got.adjustment.calendar.empty
    assert got.adjustment.outliers.empty


def test_2020_is_on_the_card_of_imports(imports):
    assert pd.Period("2020-04", "M") in imports.adjustment.outliers.index
    assert "Easter[1]" in imports.adjustment.calendar.index
    assert imports.measures.loc["trading days, p", "value"] < 0.001
    assert imports.measures.loc["revision, %", "value"] > 0
    assert imports.summary().startswith("imports_goods_census_nsa: good; Q 0.")


def test_annual_totals_of_whole_years_differ_by_less_than_a_percent(imports):
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
        (0.5, "m", "good"),
        (1.1, "m", "uncertain"),
        (1.5, "m", "bad"),
        (2.5, "m", "severe"),
        (0.2, "qs_p", "good"),
        (0.005, "qs_p", "bad"),
        (float("nan"), "m", ""),
    ],
)
def test_grades_follow_the_limits(value, limits, expected):
    assert grade(value, limits) == expected


LEVELS = build("x11", regression=None, outlier=None, transform={"function": "none"})


def test_additive_factors_have_sliding_spans_of_the_adjusted_values():
    got = quality_card(AIRLINE, LEVELS)
    assert not got.adjustment.multiplicative
    spans = got.measures.loc[["sliding spans, %", "spans, changes, %"]]
    assert spans["value"].to_list() == pytest.approx([got.adjustment.number(f"s2.{key}.per", 2) for key in "cd"])
    assert (spans["grade"] != "").all()
    assert spans["meaning"].iloc[0] == "months with unstable adjusted values"
    assert "revision, %" in got.measures.index


def test_revisions_of_a_negative_series_are_in_its_unit():
    here, thousandfold = (quality_card(-scale * AIRLINE, LEVELS).measures for scale in (1, 1000))
    rows = ["revision, units", "revision, changes, units"]
    assert (here.loc[rows, "value"] > 0).all()
    assert thousandfold.loc[rows, "value"].to_list() == pytest.approx((1000 * here.loc[rows, "value"]).to_list())
    assert not any(name.startswith("revision") and name.endswith(("%", "points")) for name in here.index)
    assert "positive" in here.loc["sliding spans, %", "reason"]
    assert "positive" in here.loc["annual totals, %", "reason"]


@pytest.mark.parametrize("months", [60, 66, 95])
def test_a_short_series_has_a_card_that_says_what_is_missing(months):
    got = quality_card(AIRLINE.iloc[:months], LEVELS)
    assert got.measures.loc["Q", "grade"] == "good"
    row = got.measures.loc["revision, %"]
    assert np.isnan(row["value"])
    assert row["reason"] == f"a history of 3 years needs 96 months; found {months}"
    assert f"without value: revision, % and revision, changes, points ({row['reason']})" in got.summary()
    assert "two sliding spans" in got.measures.loc["sliding spans, %", "reason"]


def test_every_missing_value_and_only_a_missing_one_has_a_reason():
    got = quality_card(AIRLINE.iloc[:96], LEVELS).measures
    assert got.loc["revision, %", "value"] > 0
    assert ((got["reason"] != "") == got["value"].isna()).all()


def test_a_history_that_x13_refuses_leaves_the_rest_of_the_card():
    got = quality_card(AIRLINE, LEVELS.with_(x11={"type": "trend"}))
    assert "trend estimation run" in got.measures.loc["revision, %", "reason"]
    assert got.verdict == got.measures.loc["Q", "grade"]
