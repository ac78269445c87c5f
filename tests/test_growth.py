import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from tradelib import growth, load
from tradelib.quantity.errors import ComparabilityError, ParameterError, SeriesError


def months(values, start="2000-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


@pytest.mark.parametrize(
    ("name", "average", "month", "year"),
    [
        ("balance_total_bop_sa", -66.9, -2.1, 3.7),
        ("exports_total_bop_sa", 259.0, 3.0, 5.3),
        ("imports_total_bop_sa", 325.9, 5.1, 1.6),
    ],
)
def test_three_month_averages_are_those_of_the_release_of_february_2024(name, average, month, year):
    series = load(name, vintage="2024-04-04", unit="billions")[name]
    got = growth.three_month_average(series).table.loc["2024-02"].round(1).tolist()
    assert got == [average, month, year]


def test_an_average_that_lacks_a_month_is_missing():
    got = growth.three_month_average(months([1, 2, 3, np.nan, 5, 6, 7])).table["average"]
    expected = months([np.nan, np.nan, 2, np.nan, np.nan, np.nan, 6])
    pd.testing.assert_series_equal(got, expected, check_names=False)


def test_no_three_consecutive_months_is_an_error():
    with pytest.raises(SeriesError, match="no three consecutive months"):
        growth.three_month_average(months([1, 2, np.nan, 4, 5]))


def test_growth_measures_of_a_steady_percent_a_month():
    got = growth.growth(months(100 * 1.01 ** np.arange(24)))
    expected = [1.0, 100 * (1.01**12 - 1), 100 * (1.01**3 - 1), 100 * (1.01**12 - 1)]
    assert got.kind == "percent"
    np.testing.assert_allclose(got.table.iloc[-1], expected)


def test_a_series_that_changes_sign_has_changes_and_nothing_annualised():
    got = growth.growth(months(np.arange(-12, 12)))
    assert got.kind == "change"
    assert got.table.iloc[-1].to_dict() == {"month": 1, "year": 12, "three_months": 3}
    assert got.summary("billion") == "December 2001: month +1.0 billion, year +12.0 billion, three months +3.0 billion."


def test_percent_of_a_series_that_is_not_positive_is_refused():
    with pytest.raises(SeriesError, match=r"x is 0 in 2000-02; expected positive"):
        growth.growth(months([1, 0, 2]), "percent")
    with pytest.raises(ParameterError, match="possible: change, percent"):
        growth.growth(months([1, 2]), "ratio")


@given(st.lists(st.floats(0.5, 100), min_size=13, max_size=40), st.floats(0.01, 1000))
def test_percent_growth_does_not_depend_on_the_unit(values, scale):
    got = growth.growth(months(values) * scale).table
    pd.testing.assert_frame_equal(got, growth.growth(months(values)).table, rtol=1e-6, atol=1e-6)


def test_contributions_add_up_to_the_change_of_the_balance():
    data = load(
        ["balance_total_bop_sa", "exports_total_bop_sa", "imports_total_bop_sa"], unit="billions", vintage="2024-04-04"
    )
    got = growth.contributions(data.iloc[:, 0], data.iloc[:, 1:], (1, -1))
    np.testing.assert_allclose(got.iloc[12:, :2].sum(axis=1), got["whole"].iloc[12:], atol=0.0021)


def test_parts_that_miss_the_whole_are_refused():
    data = load(["balance_total_bop_sa", "exports_goods_bop_sa", "imports_goods_bop_sa"], vintage="2024-04-04")
    with pytest.raises(ComparabilityError, match="miss balance_total_bop_sa by"):
        growth.contributions(data.iloc[:, 0], data.iloc[:, 1:], (1, -1), within=1)
