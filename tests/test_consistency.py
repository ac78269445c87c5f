"""Tests of the comparison of deflated and chained volumes."""

import numpy as np
import pandas as pd
import pytest

from tradelib import load
from tradelib.analysis.real import consistency
from tradelib.quantity.errors import SeriesError
from tradelib.sources.files import read_files

MONTHS = pd.period_range("2010-01", periods=96, freq="M")


def sides(index, implicit):
    """Return a flow, deflated by an index, and in chained dollars of 2012."""
    nominal = pd.Series(100.0, MONTHS, name="imports_goods_census_sa")
    prices = [pd.Series(np.asarray(price), MONTHS) / np.mean(price[24:36]) for price in (index, implicit)]
    return nominal, *(nominal / price for price in prices)


def swing(size):
    return np.exp(size * np.sin(np.arange(96) / 11))


def test_an_index_that_swings_twice_as_much_has_a_slope_of_a_half():
    got = consistency(*sides(swing(0.02), swing(0.01)))
    assert got.slope == pytest.approx(0.5, abs=0.01)
    assert got.drift == pytest.approx(0, abs=0.05)
    assert got.correlation > 0.99


def test_a_steadily_falling_price_shows_as_drift():
    falling = swing(0.02) * 0.99 ** (np.arange(96) / 12)
    got = consistency(*sides(swing(0.02), falling))
    assert got.drift == pytest.approx(-1, abs=0.05)
    assert got.slope == pytest.approx(0.99, abs=0.02)
    assert got.distance.iloc[-1] == pytest.approx(100 * (falling[-1] / swing(0.02)[-1] / 0.99**2.46 - 1), abs=0.1)
    assert got.by_year[2012] == pytest.approx(0, abs=0.05)


def test_a_seam_in_one_of_them_is_found():
    implicit = swing(0.01) * (1 + 0.001 * np.cos(np.arange(96)))
    implicit[50:] *= 1.05
    got = consistency(*sides(swing(0.01), implicit))
    assert [str(month) for month in got.jumps.index] == ["2014-03"]
    assert got.jumps.iloc[0] == pytest.approx(5, abs=0.3)


def test_other_months_or_too_few_are_refused():
    nominal, deflated, chained = sides(swing(0.01), swing(0.01))
    with pytest.raises(SeriesError, match="2010-01 to 2017-12, 2010-01 to 2013-04; expected the same months"):
        consistency(nominal, deflated, chained.iloc[:40])
    with pytest.raises(SeriesError, match="has 13 changes over twelve months"):
        consistency(*(side.iloc[12:37] for side in (nominal, deflated, chained)))


def test_official_deflators_correlate_with_the_bls_indexes_as_measured(official_folder):
    nominal = load(
        ["exports_goods_census_sa", "imports_goods_census_sa"], start="1994-01", end="2021-12", unit="billions"
    )
    index = load([f"{flow}_goods_bls_nsa_base2000_index" for flow in ("exports", "imports")])
    for flow, expected in (("imports", 0.98), ("exports", 0.96)):
        [table] = read_files([official_folder / f"real{flow[:3]}_2022-02.xlsx"])
        goods = table.facts.query("item == 'goods' and first == last").set_index("last")["value"]
        goods.index = pd.PeriodIndex(goods.index, name="period")
        value = nominal[f"{flow}_goods_census_sa"]
        price = index[f"{flow}_goods_bls_nsa_base2000_index"]
        deflated = value / (price / price.loc["2012"].mean()).reindex(value.index)
        assert round(consistency(value, deflated, goods / 1000).correlation, 2) == expected
