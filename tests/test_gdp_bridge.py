"""The formulas of the notebook on net exports in GDP, on numbers with known answers."""

import numpy as np
import pandas as pd
import pytest
from page import names_after

STEM = "32_gdp_bridge"


def months(values, start):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), dtype=float)


def quarters(values, start):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="Q-DEC"), dtype=float)


def annual_rate(values):
    return names_after(STEM, "def annual_rate")["annual_rate"](values)


def test_months_of_a_quarter_add_up_to_an_annual_rate():
    got = annual_rate(months([1, 2, 6, 5], "2024-01"))
    assert got.loc["2024Q1"].tolist() == [12, 18, 36]
    assert got.loc["2024Q2"].tolist()[0] == 60
    assert got.loc["2024Q2"].isna().tolist() == [False, True, True]


def test_a_quarter_without_its_first_month_is_left_out():
    assert list(annual_rate(months([1, 2, 3, 4, 5], "2024-02")).index.astype(str)) == ["2024Q2"]


def test_a_missing_month_stays_missing():
    got = annual_rate(months([1, np.nan, 3], "2024-01")).loc["2024Q1"]
    assert got[[1]].tolist() == [12]
    assert np.isnan(got[2])


def contributions(rates, gdp):
    return names_after(STEM, "contributions = 100", rates=rates, gdp=gdp)["contributions"]


def test_a_balance_that_falls_by_a_hundredth_of_gdp_subtracts_one_point():
    rates = pd.DataFrame({"exports": quarters([100, 130], "2024Q4"), "imports": quarters([200, 430], "2024Q4")})
    rates["balance"] = rates["exports"] - rates["imports"]
    got = contributions(rates, quarters([20_000], "2024Q4"))
    assert got.loc["2025Q1"].to_dict() == pytest.approx({"exports": 0.15, "imports": -1.15, "balance": -1.0})
    assert got.loc["2024Q4"].isna().all()


def test_gdp_of_the_quarter_before_may_be_used_for_one_quarter_only():
    rates = pd.DataFrame(dict.fromkeys(("exports", "imports", "balance"), quarters([0, 10, 20, 30], "2024Q3")))
    got = contributions(rates, quarters([1000], "2024Q3"))["balance"]
    assert got["2024Q4"] == got["2025Q1"] == pytest.approx(1.0)
    assert np.isnan(got["2025Q2"])


def test_without_gdp_there_is_no_contribution():
    rates = pd.DataFrame(dict.fromkeys(("exports", "imports", "balance"), quarters([1, 2], "2024Q4")))
    assert contributions(rates, pd.Series(index=pd.PeriodIndex([], freq="Q-DEC"), dtype=float)).isna().all(axis=None)


def test_a_regression_forecasts_a_quarter_from_those_before_it():
    growth = pd.DataFrame({"bop": [0.0, 1, 2, 3, 4], "accounts": [1.0, 3, 5, 0, 9]}, quarters([0] * 5, "2024Q1").index)
    got = names_after(STEM, "def regression")["regression"](growth, 3)
    slope, constant = np.polyfit([0, 1, 2, 3], [1, 3, 5, 0], 1)
    assert got.iloc[:3].isna().all()
    assert got.iloc[3:].tolist() == pytest.approx([7.0, constant + 4 * slope])
