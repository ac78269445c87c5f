"""Prices and volumes: the formulas of the notebook, on made-up and on bundled numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays
from page import names_after

from tradelib import load
from tradelib.quantity.errors import ParameterError, SeriesError
from tradelib.report import parameters
from tradelib.report.parameters import Prices, notebooks
from tradelib.seasonal.pattern import stl_pattern

STEM, TERMS, ONE_INDEX = "24_real_vs_nominal", "44_terms_of_trade", "43_one_index"
DEFLATE = "deflator = "
two_years = arrays(float, (24, 2), elements=st.floats(1, 1000))


def flows(exports, imports=None, start="2016-01"):
    """Return both flows by month; imports equal exports unless they are given."""
    months = pd.period_range(start, periods=len(exports), freq="M", name="period")
    columns = {"exports": exports, "imports": exports if imports is None else imports}
    return pd.DataFrame(columns, months, dtype=float)


def deflated(nominal, prices, year=2017):
    """Deflate as the notebook does, over all months of the values."""
    span = {"first": nominal.index[0], "last": nominal.index[-1]}
    return names_after(STEM, DEFLATE, nominal=nominal, prices=prices, reference_year=year, **span)


def test_prices_that_double_leave_half_the_volume():
    got = deflated(flows([100.0] * 24), flows([50.0] * 12 + [100.0] * 12))
    expected = [200.0] * 12 + [100.0] * 12
    assert got["volume"]["exports"].tolist() == pytest.approx(expected)
    assert got["price"].loc["2017"].mean().tolist() == pytest.approx([100, 100])


@given(two_years, two_years)
def test_value_is_price_times_volume_and_so_are_growth_factors(nominal, prices):
    got = deflated(flows(*nominal.T), flows(*prices.T))
    value, price, volume = (got[name] for name in ("value", "price", "volume"))
    np.testing.assert_allclose(price / 100 * volume, nominal, rtol=1e-12)
    factors = [frame / frame.shift(12) for frame in (value, price, volume)]
    np.testing.assert_allclose(factors[0], factors[1] * factors[2], rtol=1e-9)


@given(two_years, two_years)
def test_the_reference_year_moves_levels_never_growth(nominal, prices):
    before, after = (deflated(flows(*nominal.T), flows(*prices.T), year)["volume"] for year in (2016, 2017))
    ratio = before / after
    np.testing.assert_allclose(ratio, ratio.iloc[[0] * 24], rtol=1e-9)


def test_missing_months_stay_missing():
    nominal, prices = flows([100.0] * 24), flows([100.0] * 24)
    nominal.iloc[3], prices.iloc[5] = np.nan, np.nan
    got = deflated(nominal, prices)["volume"]["exports"]
    assert list(np.flatnonzero(got.isna())) == [3, 5]
    part, _ = names_after(STEM, "def bennet")["bennet"](prices, nominal, 1)
    assert list(np.flatnonzero(part["exports"].isna())) == [0, 3, 4, 5, 6]


@given(two_years, two_years, st.sampled_from([1, 3, 12]))
def test_bennet_parts_add_to_the_change(price, volume, over):
    p, q = flows(*price.T), flows(*volume.T)
    by_price, by_volume = names_after(STEM, "def bennet")["bennet"](p, q, over)
    gap = (p * q).diff(over) - by_price - by_volume
    np.testing.assert_allclose(gap.dropna() / (2 * price.max() * volume.max()), 0, atol=1e-12)


def test_bennet_by_hand():
    # 2 x 10 becomes 3 x 8: +4 = price (8+10)/2 x 1 = 9, volume (2+3)/2 x -2 = -5.
    parts = names_after(STEM, "def bennet")["bennet"](flows([2, 3]), flows([10, 8]), 1)
    assert [part["exports"].iloc[1] for part in parts] == [9, -5]


def test_the_balance_is_split_into_four_parts():
    pair = ("exports", "imports")
    nominal = load([f"{flow}_goods_bop_sa" for flow in pair], unit="billions", vintage="2024-04-04")
    prices = load([f"{flow}_goods_bls_nsa_base2000_index" for flow in pair])
    space = deflated(nominal.set_axis(pair, axis=1), prices.set_axis(pair, axis=1))
    got = names_after(STEM, "def bennet", "def balance_split", "split = ", dollars=str, **space)["split"]
    assert list(got) == ["total", "export_prices", "export_volumes", "import_prices", "import_volumes"]
    np.testing.assert_allclose(got.drop(columns="total").sum(axis=1, skipna=False), got["total"], atol=1e-9)
    balance = load("balance_goods_bop_sa", unit="billions", vintage="2024-04-04").iloc[:, 0]
    # Published balances are rounded independently, to a million.
    assert (got["total"] - balance.diff(12)).abs().max() < 0.0021
    growth = 100 * pd.concat({name: space[name]["exports"] for name in ("value", "price", "volume")}, axis=1)
    oil_collapsed = growth.pct_change(12, fill_method=None).loc["2015-08"]
    assert oil_collapsed["value"] < oil_collapsed["price"] < 0
    assert oil_collapsed["volume"] > oil_collapsed["value"]


def test_terms_of_trade_rise_when_exports_become_dearer():
    got = names_after(TERMS, "terms = ", price=flows([100] * 12 + [110], [100] * 13))
    assert got["terms"].iloc[[0, -1]].tolist() == pytest.approx([100, 110])
    assert got["over_year"]["terms_of_trade"] == pytest.approx(10)


def test_better_terms_of_trade_are_a_trading_gain():
    # Exports of 120 at a price of 120 are a volume of 100, but buy 120 of imports, whose price is 100.
    [got] = page_of_gain(flows([120], [100]), flows([100], [90])).to_dict("records")
    assert got == pytest.approx({"volume_balance": 10, "command_balance": 30, "balance": 30, "gain": 20})


@given(two_years, two_years)
def test_without_a_change_of_relative_prices_there_is_no_trading_gain(price, volume):
    gain = page_of_gain(flows(price[:, 0]), flows(*volume.T))["gain"]
    np.testing.assert_allclose(gain / volume.max(), 0, atol=1e-9)


def page_of_gain(price, volume):
    value = price * volume / 100
    got = names_after(TERMS, "command = ", price=price, volume=volume, value=value)
    return got["drawn"].assign(gain=got["gain"])


def growth_of_balance(current, constant):
    """Return the newest change as the notebook compares it with a release's paragraph on real goods."""
    return names_after(ONE_INDEX, "levels = ", current=flows(*current), constant=flows(*constant))["ours"].iloc[-1]


def test_the_real_paragraph_of_a_release():
    got = growth_of_balance(([100, 110], [200, 190]), ([100, 105], [200, 195])).round(6)
    expected = {"balance": (-10, -20), "exports": (5, 10), "imports": (-2.5, -5)}
    for flow, changes in expected.items():
        assert (got["real", flow], got["nominal", flow]) == changes


def test_a_balance_that_changed_sign_has_no_percent_change():
    got = growth_of_balance(([100, 210], [200, 200]), ([100, 190], [200, 200]))
    assert np.isnan(got["nominal", "balance"])
    assert got["real", "balance"] == pytest.approx(-90)


def adjusted(index):
    """Remove the seasonal movement from price indexes, as the notebook does."""
    return names_after(STEM, "adjusted = ", index=index, stl_pattern=stl_pattern, adjust_prices=True)["prices"]


def test_adjusting_removes_a_seasonal_movement_and_a_month_without_a_survey_stays_missing():
    months = np.arange(120)
    trend = 100 * 1.002**months
    index = flows(trend * (1 + 0.02 * np.sin(months * np.pi / 6)))
    np.testing.assert_allclose(adjusted(index)["exports"], trend, rtol=0.002)
    gap = index.copy()
    gap.iloc[70] = np.nan
    got = adjusted(gap)["exports"]
    assert got.isna().to_numpy().nonzero()[0].tolist() == [70]
    np.testing.assert_allclose(got.dropna(), adjusted(index)["exports"].drop(got.index[70]), rtol=0.005)
    gap.iloc[71] = np.nan
    with pytest.raises(SeriesError):
        adjusted(gap)


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
        parameters.check(notebooks()["24_real_vs_nominal"], asked)


def test_a_year_with_a_month_without_a_survey_is_no_reference_year(monkeypatch):
    prices = parameters.asked("24_real_vs_nominal").load_prices()
    prices.loc["2023-10", prices.columns[1]] = np.nan
    monkeypatch.setattr(Prices, "load_prices", lambda _: prices)
    with pytest.raises(ParameterError, match="a whole year of the price indexes, 1989 to 2022"):
        parameters.check(notebooks()["24_real_vs_nominal"], {"reference_year": 2023})


def test_the_notebook_accepts_a_vintage_of_the_trade_figures():
    chosen = Prices(vintage="2024-02", reference_year=1989)
    assert str(chosen.load_prices().index[-1]) == "2024-10"
