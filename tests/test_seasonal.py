"""Residual seasonality: known statistics, size and power, verdicts."""

import numpy as np
import pandas as pd
import pytest
from airline import AIRLINE
from hypothesis import given, settings, strategies as st
from statsmodels.stats.multitest import multipletests

import tradelib
from tradelib import seasonal
from tradelib.parameters import Seasonal, check
from tradelib.quantity.errors import ParameterError, SeriesError


def walk(seed, months=240, theta=0.4, swing=0.0):
    """An adjusted series: a random walk with noise, and a seasonal swing in units of its monthly change."""
    rng = np.random.default_rng(seed)
    shocks = rng.normal(size=months + 1)
    changes = shocks[1:] - theta * shocks[:-1]
    index = pd.period_range("2000-01", periods=months, freq="M", name="period")
    wave = swing * np.cos(2 * np.pi * np.arange(months) / 12)
    return pd.Series(100 + changes.cumsum() + wave, index=index, name="walk")


@pytest.mark.parametrize(
    ("log", "differences", "expected"),
    [(False, 2, 167.64858), (True, 2, 176.32932), (True, 1, 206.68807)],
)
def test_qs_is_the_one_of_x13(log, differences, expected):
    values = np.log(AIRLINE) if log else AIRLINE
    for _ in range(differences):
        values = values.diff().iloc[1:]
    got, freedom, p_value = seasonal.qs(values)
    assert got == pytest.approx(expected, abs=5e-6)
    assert (freedom, round(p_value, 10)) == (2, 0.0)


def test_qs_ignores_negative_autocorrelation():
    flips = pd.Series(np.tile(np.r_[np.ones(12), -np.ones(12)], 5))
    assert seasonal.qs(flips) == (0.0, 2, 1.0)


def test_rank_tests_follow_their_formulas():
    """Kruskal-Wallis and Friedman by hand on changes whose ranks are known: month m always changes by m."""
    index = pd.period_range("2001-01", periods=60, freq="M")
    changes = pd.Series(index.month.to_numpy() + index.year.to_numpy() / 1e4, index=index)
    statistic, freedom, p_value = seasonal.friedman(changes)
    assert (round(statistic, 9), freedom) == (
        12 / (5 * 12 * 13) * 25 * sum(r**2 for r in range(1, 13)) - 3 * 5 * 13,
        11,
    )
    assert p_value < 1e-6
    means = [5 * (m - 1) + 3 for m in range(1, 13)]
    expected = 12 / (60 * 61) * sum(5 * mean**2 for mean in means) - 3 * 61
    assert seasonal.kruskal_wallis(changes)[0] == pytest.approx(expected)


def test_airline_passengers_are_seasonal_in_every_test():
    got = seasonal.residual_seasonality(AIRLINE)
    assert (got.verdict, got.scale) == ("present", "log")
    assert (got.tests["corrected"] < 1e-6).all()
    assert list(got.tests["span"].unique()) == ["whole span", "last 10 years", "last 8 years"]


def test_published_series_have_no_residual_seasonality():
    data = tradelib.load(vintage="2024-04-04")
    results = [seasonal.residual_seasonality(data[name]) for name in data]
    assert [result.verdict for result in results] == ["none"] * 9
    together = seasonal.compare(results)
    assert list(together.index) == list(data.columns)
    assert set(together["verdict"]) == {"none"}
    assert (together["together"] >= together["alone"]).all()


def test_unadjusted_goods_are_seasonal():
    data = tradelib.load(["exports_goods_census_nsa", "imports_goods_census_nsa"], start="1989-01")
    assert {seasonal.residual_seasonality(data[name]).verdict for name in data} == {"present"}


def test_false_alarms_stay_below_the_level():
    """Of 60 series without seasonality at most 5 percent and three standard errors are called into question."""
    verdicts = [seasonal.residual_seasonality(walk(seed)).verdict for seed in range(60)]
    assert sum(v != "none" for v in verdicts) <= 8
    assert sum(v == "present" for v in verdicts) <= 2


def test_a_swing_of_one_standard_deviation_is_found():
    verdicts = [seasonal.residual_seasonality(walk(seed, swing=2.0)).verdict for seed in range(10)]
    assert verdicts.count("present") == 10


def test_spans_not_shorter_than_the_series_are_left_out():
    got = seasonal.residual_seasonality(walk(1, months=96))
    assert list(got.tests["span"].unique()) == ["whole span"]
    assert len(seasonal.residual_seasonality(walk(1), years=(15,)).tests) == 6


def test_thresholds_move_the_verdict():
    strict = seasonal.Thresholds(present=1.1, uncertain=1.2)
    assert seasonal.residual_seasonality(walk(1), thresholds=strict).verdict == "present"
    assert seasonal.Thresholds().rate(0.03) == "uncertain"


@pytest.mark.parametrize(("present", "uncertain"), [(0.5, 0.1), (-0.1, 0.1), (float("nan"), 0.1)])
def test_thresholds_out_of_order_are_refused(present, uncertain):
    with pytest.raises(ParameterError, match="expected 0 <= present <= uncertain"):
        seasonal.Thresholds(present, uncertain)


@pytest.mark.parametrize("years", [(0,), (-1,), (10, 4), (7.5,), (True,)])
def test_spans_that_cannot_be_tested_are_refused(years):
    with pytest.raises(ParameterError, match=f"years={years[-1]}: expected whole numbers of years, each at least 5"):
        seasonal.residual_seasonality(walk(1), years=years)


@settings(max_examples=20, deadline=None)
@given(scale=st.floats(0.01, 1e6), shift=st.floats(-1e3, 1e3))
def test_unit_and_origin_do_not_matter_in_levels(scale, shift):
    series = walk(3, months=120)
    expected = seasonal.residual_seasonality(series, log=False).tests["p_value"]
    got = seasonal.residual_seasonality(series * scale + shift * scale, log=False).tests["p_value"]
    assert got.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)


def test_holm_is_the_one_of_statsmodels():
    p_values = pd.Series([0.04, 0.01, 0.3, 0.011, 0.9, 0.01])
    assert seasonal.holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_summary_names_test_span_and_verdict():
    got = seasonal.residual_seasonality(AIRLINE).summary()
    assert got.startswith("airline, 1949-01 to 1960-12: residual seasonality found; the smallest of 9 corrected")


def test_logs_of_a_deficit_are_refused():
    with pytest.raises(SeriesError, match="not positive"):
        seasonal.residual_seasonality(-AIRLINE, log=True)
    assert seasonal.residual_seasonality(-AIRLINE).scale == "level"


def test_four_years_are_too_short():
    with pytest.raises(SeriesError, match="residual seasonality: airline has 48 months; expected at least 60"):
        seasonal.residual_seasonality(AIRLINE.iloc[:48])


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"series": "exports_goods_census_nsa"}, "not published as seasonally adjusted"),
        ({"start": "2021-01"}, "2021-01 to 2025-03 are 51 months; the tests need 60"),
        ({"engines": "x11"}, "unknown parameter 'engines'; did you mean engine"),
    ],
)
def test_the_notebook_refuses_what_it_cannot_answer(asked, told):
    with pytest.raises(ParameterError, match=told):
        check(Seasonal, asked)
