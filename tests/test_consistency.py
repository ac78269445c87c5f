"""The comparison of deflated and chained volumes, as in the notebook on one price index."""

import re

import numpy as np
import pandas as pd
import pytest
from page import names_after

from tradelib import load
from tradelib.sources.files import read_file

MONTHS = pd.period_range("2010-01", periods=96, freq="M")
CELLS = ("def growth", "def closeness", "def jumps")


def compared(current, constant, volume):
    """Return the notebook's growth, correlation, slope, drift and jumps in the distance, of one flow."""
    frames = {"current": current, "constant": constant, "volume": volume}
    known = {name: values.to_frame("imports") for name, values in frames.items()}
    space = names_after("43_one_index", *CELLS, span=volume.index, **known)
    growth = space["growth"]("imports")
    [numbers] = re.findall(r"correlation (\S+);.*slope (\S+), drift (\S+)", space["closeness"](growth))
    return growth, *map(float, numbers), space["jumps"](100 * (constant / volume - 1))


def sides(index, implicit):
    """Return a flow, deflated by an index, and in chained dollars of 2012."""
    nominal = pd.Series(100.0, MONTHS)
    prices = [pd.Series(np.asarray(price), MONTHS) / np.mean(price[24:36]) for price in (index, implicit)]
    return nominal, *(nominal / price for price in prices)


def swing(size):
    return np.exp(size * np.sin(np.arange(96) / 11))


def test_an_index_that_swings_twice_as_much_has_a_slope_of_a_half():
    growth, correlation, slope, drift, _ = compared(*sides(swing(0.02), swing(0.01)))
    assert list(growth) == ["implicit", "index"]
    assert len(growth) == 84
    assert slope == pytest.approx(0.5, abs=0.01)
    assert drift == pytest.approx(0, abs=0.05)
    assert correlation > 0.99


def test_a_steadily_falling_price_shows_as_drift():
    falling = swing(0.02) * 0.99 ** (np.arange(96) / 12)
    growth, _, slope, drift, jumps = compared(*sides(swing(0.02), falling))
    assert growth["implicit"].iloc[0] == pytest.approx(100 * (falling[12] / falling[0] - 1))
    assert drift == pytest.approx(-1, abs=0.05)
    assert slope == pytest.approx(0.99, abs=0.02)
    assert jumps.empty


def test_a_jump_in_one_of_the_series_is_found():
    implicit = swing(0.01) * (1 + 0.001 * np.cos(np.arange(96)))
    implicit[50:] *= 1.05
    *_, jumps = compared(*sides(swing(0.01), implicit))
    assert [str(month) for month in jumps.index] == ["2014-03"]
    assert jumps.iloc[0] == pytest.approx(5, abs=0.3)


def test_official_deflators_correlate_with_the_bls_indexes_as_measured(official_folder):
    nominal = load(
        ["exports_goods_census_sa", "imports_goods_census_sa"], start="1994-01", end="2021-12", unit="billions"
    )
    index = load([f"{flow}_goods_bls_nsa_base2000_index" for flow in ("exports", "imports")])
    for flow, expected in (("imports", 0.98), ("exports", 0.96)):
        [table] = read_file(official_folder / f"real{flow[:3]}_2022-02.xlsx")
        goods = table.facts.query("item == 'goods' and first == last").set_index("last")["value"]
        goods.index = pd.PeriodIndex(goods.index, name="period")
        value = nominal[f"{flow}_goods_census_sa"]
        price = index[f"{flow}_goods_bls_nsa_base2000_index"]
        deflated = value / (price / price.loc["2012"].mean()).reindex(value.index)
        assert compared(value, deflated, goods.loc[value.index] / 1000)[1] == expected
