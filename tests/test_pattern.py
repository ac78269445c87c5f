"""The seasonal pattern by STL."""

import numpy as np
import pandas as pd
from airline import AIRLINE
from page import names_after

import tradelib
from tradelib.seasonal import pattern


def seasonal_series(amplitude=0.1, noise=0.0, months=180):
    index = pd.period_range("2005-01", periods=months, freq="M", name="period")
    rng = np.random.default_rng(5)
    wave = amplitude * np.sin(2 * np.pi * index.month.to_numpy() / 12)
    return pd.Series(np.exp(4 + 0.003 * np.arange(months) + wave + noise * rng.normal(size=months)), index=index)


def test_components_make_the_series():
    got = pattern.stl_pattern(AIRLINE).components
    np.testing.assert_allclose(got["trend"] * got["seasonal"] * got["irregular"], AIRLINE, rtol=1e-12)
    np.testing.assert_allclose(got["adjusted"] * got["seasonal"], AIRLINE, rtol=1e-12)
    deficit = pattern.stl_pattern(-AIRLINE)
    parts = deficit.components[["trend", "seasonal", "irregular"]].sum(axis=1)
    np.testing.assert_allclose(parts, -AIRLINE, rtol=1e-12)
    assert not deficit.multiplicative


def test_a_known_pattern_is_recovered():
    got = pattern.effects_by_year(pattern.stl_pattern(seasonal_series()).effects)
    expected = 100 * np.expm1(0.1 * np.sin(2 * np.pi * np.arange(1, 13) / 12))
    np.testing.assert_allclose(got.mean(), expected, atol=0.2)


def test_the_table_by_year_keeps_unfinished_years():
    effects = pd.Series(range(14), index=pd.period_range("2020-12", periods=14, freq="M"), dtype=float)
    got = pattern.effects_by_year(effects)
    assert list(got.index) == [2020, 2021, 2022]
    assert got.loc[2020].notna().sum() == 1
    assert got.loc[2022, "Jan"] == 13


def test_the_change_of_a_pattern_is_the_last_five_years_minus_the_first_five():
    by_year = pd.DataFrame({"Jan": [1.0] * 5 + [40.0] + [4.0] * 5}, index=range(2000, 2011))
    got = names_after("22_seasonal", "def first_and_last")["first_and_last"](by_year)
    assert got.loc["Jan", ["first", "last", "moved"]].to_list() == [1, 4, 3]


def test_ends_that_would_share_years_are_not_compared():
    """Only whole years count among the five: nine and a half years are too few."""
    for since, expected in (("2010-07", []), ("2010-01", ["exports"])):
        taken = pd.DataFrame({"exports": 1.0}, pd.period_range(since, "2020-06", freq="M"))
        names = {"flows": ["exports"], "taken": taken, "pattern": pattern}
        page = names_after("22_seasonal", "def first_and_last", "moves = ", **names)
        assert list(page["moves"]) == expected
    half = pd.DataFrame({"Jan": [9.0, *[1.0] * 5, *[4.0] * 5], "Dec": [None, *[0.0] * 10]})
    assert page["first_and_last"](half).loc["Jan", ["first", "last"]].to_list() == [1, 4]


def test_january_is_low_and_march_high_in_exports_of_goods():
    data = tradelib.load("exports_goods_census_nsa", start="1989-01", vintage="2025-04-03")
    got = pattern.effects_by_year(pattern.stl_pattern(data["exports_goods_census_nsa"]).effects).mean()
    assert (got.idxmin(), got.idxmax()) == ("Jan", "Mar")
    assert (round(got.min(), 1), round(got.max(), 1)) == (-6.0, 8.9)
