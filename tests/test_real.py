"""Tests of prices and volumes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from tradelib import load, parameters, real
from tradelib.quantity.errors import ComparabilityError, ParameterError, SeriesError
from tradelib.real import balance as real_balance

MIXED = ("basis", "adjustment", "vintage")
PRICE = "exports_goods_bls_nsa_base2000_index"
NOMINAL = "exports_goods_bop_sa"
two_years = arrays(float, 24, elements=st.floats(1, 1000))


def monthly(values, name=None, start="2016-01"):
    return pd.Series(np.asarray(values, dtype=float), pd.period_range(start, periods=len(values), freq="M"), name=name)


def deflated(nominal, price, year=2017):
    return real.deflate(monthly(nominal, NOMINAL), monthly(price, PRICE), year, accept=MIXED)


def test_prices_that_double_leave_half_the_volume():
    got = deflated([100.0] * 24, [50.0] * 12 + [100.0] * 12)
    expected = [200.0] * 12 + [100.0] * 12
    assert list(got.volume) == pytest.approx(expected)
    assert got.volume.name == "exports_goods_bop_sa_deflated2017"
    assert got.price["2017"].mean() == pytest.approx(100)


@given(two_years, two_years)
def test_value_is_price_times_volume(nominal, price):
    got = deflated(nominal, price)
    np.testing.assert_allclose(got.price / 100 * got.volume, nominal, rtol=1e-12)


@given(two_years, two_years)
def test_growth_of_value_is_growth_of_price_times_growth_of_volume(nominal, price):
    got = 1 + deflated(nominal, price).growth(12).dropna() / 100
    np.testing.assert_allclose(got["nominal"], got["price"] * got["volume"], rtol=1e-9)


@given(two_years, two_years)
def test_the_reference_year_moves_levels_never_growth(nominal, price):
    one, two = deflated(nominal, price, 2016), deflated(nominal, price, 2017)
    ratio = one.volume / two.volume
    np.testing.assert_allclose(ratio, ratio.iloc[0], rtol=1e-9)
    # A growth factor is compared, not a percentage near zero.
    np.testing.assert_allclose(1 + one.growth(1) / 100, 1 + two.growth(1) / 100, rtol=1e-9)


@given(two_years, two_years, st.sampled_from([1, 3, 12]))
def test_bennet_parts_add_to_the_change(price, volume, over):
    p, q = monthly(price), monthly(volume)
    got = real.bennet(p, q, over)
    scale = 2 * max(price) * max(volume)
    np.testing.assert_allclose((got["total"] - got["price"] - got["volume"]).dropna() / scale, 0, atol=1e-12)
    np.testing.assert_allclose((got["total"] - (p * q).diff(over)).dropna() / scale, 0, atol=1e-12)


def test_bennet_by_hand():
    # 2 x 10 becomes 3 x 8: +4 = price (8+10)/2 x 1 = 9, volume (2+3)/2 x -2 = -5.
    got = real.bennet(monthly([2, 3]), monthly([10, 8])).iloc[1].to_dict()
    assert got == {"total": 4, "price": 9, "volume": -5}


def test_terms_of_trade_rise_when_exports_become_dearer():
    x = monthly([100, 110], "exports_price_index_bls_nsa_base2000")
    m = monthly([100, 100], "imports_price_index_bls_nsa_base2000")
    assert list(real.terms_of_trade(x, m)) == pytest.approx([100, 110])


def test_terms_of_trade_of_two_bases_is_refused():
    x = monthly([100, 110], "exports_price_index_bls_nsa_base2000")
    m = monthly([100, 100], "imports_price_index_bls_nsa_base2010")
    with pytest.raises(ComparabilityError, match="price_basis"):
        real.terms_of_trade(x, m)


def test_the_balance_is_split_into_four_parts():
    data = load(["exports_goods_bop_sa", "imports_goods_bop_sa"], unit="billions", vintage="2024-04-04")
    prices = load([f"{f}_goods_bls_nsa_base2000_index" for f in ("exports", "imports")])
    flows = [
        real.deflate(data[f"{f}_goods_bop_sa"], prices[f"{f}_goods_bls_nsa_base2000_index"], 2017, accept=MIXED)
        for f in ("exports", "imports")
    ]
    got = real_balance.balance_split(*flows, over=12)
    np.testing.assert_allclose(got.drop(columns="total").sum(axis=1, skipna=False), got["total"], atol=1e-9)
    balance = load("balance_goods_bop_sa", unit="billions", vintage="2024-04-04").iloc[:, 0]
    # Published balances are rounded on their own, to a million.
    assert (got["total"] - balance.diff(12)).abs().max() < 0.0021
    with pytest.raises(ComparabilityError):
        real_balance.balance_split(*flows[::-1])


@pytest.mark.parametrize("missing", ["basis", "adjustment", "vintage"])
def test_a_mixture_that_is_not_stated_is_refused(missing):
    nominal = load(NOMINAL, vintage="2024-04-04")[NOMINAL]
    price = load(PRICE)[PRICE]
    accept = [aspect for aspect in MIXED if aspect != missing]
    with pytest.raises(ComparabilityError, match=f"{NOMINAL}.*{PRICE}.*differ in {missing}"):
        real.deflate(nominal, price, 2017, accept=accept)


def test_imports_are_not_deflated_by_export_prices():
    with pytest.raises(ComparabilityError, match="differ in flow"):
        real.deflate(monthly([1.0] * 24, "imports_goods_bop_sa"), monthly([1.0] * 24, PRICE), 2017, accept=MIXED)


def test_chained_dollars_are_not_deflated_again():
    name = "exports_goods_census_sa_chained2012"
    with pytest.raises(ComparabilityError, match="price basis 'chained2012'; expected 'current'"):
        real.deflate(monthly([1.0] * 24, name), monthly([1.0] * 24, PRICE), 2017, accept=MIXED)


def test_missing_months_stay_missing():
    nominal = [100.0] * 24
    nominal[3] = np.nan
    price = [100.0] * 24
    price[5] = np.nan
    got = deflated(nominal, price, 2017)
    assert list(np.flatnonzero(got.volume.isna())) == [3, 5]
    assert list(np.flatnonzero(got.growth(1)["volume"].isna())) == [0, 3, 4, 5, 6]
    assert list(np.flatnonzero(got.split(1)["price"].isna())) == [0, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ([100.0] * 3 + [0.0] + [100.0] * 20, "is 0 in 2016-04; expected a positive number"),
        ([100.0] * 3 + [-5.0] + [100.0] * 20, "is -5 in 2016-04"),
        ([100.0] * 3 + [np.inf] + [100.0] * 20, "is inf in 2016-04"),
        ([100.0] * 18, "has 6 months of 2017; expected all twelve of the reference year"),
        ([100.0] * 20 + [np.nan] + [100.0] * 3, "has 11 months of 2017"),
    ],
)
def test_an_unfit_price_index_is_refused(price, said):
    with pytest.raises(SeriesError, match=said):
        deflated([100.0] * 18, price)


def test_misaligned_spans_are_refused():
    with pytest.raises(SeriesError, match="has no 2018-01; expected every month of exports_goods_bop_sa"):
        deflated([100.0] * 30, [100.0] * 24)


def test_an_index_that_is_not_monthly_is_refused():
    quarterly = pd.Series([1.0], index=pd.period_range("2017Q1", periods=1, freq="Q"), name=NOMINAL)
    with pytest.raises(SeriesError, match="expected monthly periods"):
        real.deflate(quarterly, monthly([1.0] * 24, PRICE), 2017, accept=MIXED)


def test_the_summary_says_what_is_price():
    got = deflated([100.0] * 12 + [110.0] * 12, [100.0] * 12 + [110.0] * 12).summary()
    assert got == f"{NOMINAL}, 2017-12 over a year: nominal +10.0%, price +10.0%, volume +0.0%"


def test_real_exports_fell_less_than_nominal_ones_when_oil_collapsed():
    nominal, price = load(NOMINAL, vintage="2024-04-04")[NOMINAL], load(PRICE)[PRICE]
    got = real.deflate(nominal, price, 2017, accept=MIXED).growth(12).loc["2015-08"]
    assert got["nominal"] < got["price"] < 0
    assert got["volume"] > got["nominal"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"reference_year": 1988}, "a whole year of the price indexes, 1989 to 2023"),
        ({"reference_year": 2024}, "a whole year of the price indexes, 1989 to 2023"),
        ({"start": "2023-05", "end": "2024-02"}, "10 months; a change over a year needs 13"),
        ({"reference_yaer": 2012}, "unknown parameter 'reference_yaer'; did you mean reference_year"),
    ],
)
def test_impossible_parameters_of_the_notebook_are_refused(asked, said):
    with pytest.raises(ParameterError, match=said):
        parameters.check(parameters.RealVsNominal, asked)


def test_the_notebook_takes_a_vintage_of_the_trade_figures():
    asked = parameters.RealVsNominal(vintage="2024-02", reference_year=1989)
    assert str(asked.load_prices().index[-1]) == "2024-10"


def test_an_adjusted_index_says_so_and_needs_no_statement_of_adjustment():
    index, nominal = load(PRICE)[PRICE], load(NOMINAL, vintage="2024-04-04")[NOMINAL]
    got = real.adjust_price(index)
    assert got.name == "exports_goods_bls_sa_base2000_index"
    assert real.deflate(nominal, got, 2017, accept=("basis", "vintage")).price.name.endswith("bls_sa_base2017_index")
    with pytest.raises(ComparabilityError, match="already adjusted"):
        real.adjust_price(got)


def test_adjusting_takes_a_seasonal_movement_out():
    months = np.arange(120)
    trend = 100 * 1.002**months
    index = monthly(trend * (1 + 0.02 * np.sin(months * np.pi / 6)), PRICE)
    np.testing.assert_allclose(real.adjust_price(index), trend, rtol=0.002)
    with pytest.raises(ComparabilityError, match="expected 'base'"):
        real.adjust_price(monthly([1.0] * 48, NOMINAL))


def test_a_month_without_a_survey_stays_missing_in_the_adjusted_index():
    months = np.arange(120)
    index = monthly(100 * 1.002**months * (1 + 0.02 * np.sin(months * np.pi / 6)), PRICE)
    gap = index.copy()
    gap.iloc[70] = np.nan
    got = real.adjust_price(gap)
    assert got.isna().to_numpy().nonzero()[0].tolist() == [70]
    np.testing.assert_allclose(got.drop(got.index[70]), real.adjust_price(index).drop(got.index[70]), rtol=0.005)
    gap.iloc[71] = np.nan
    with pytest.raises(SeriesError):
        real.adjust_price(gap)
