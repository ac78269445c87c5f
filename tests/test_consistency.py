"""Tests of the comparison of deflated and chained volumes."""

import numpy as np
import pandas as pd
import pytest

from tradelib import load, real
from tradelib.quantity.errors import SeriesError
from tradelib.real import chained
from tradelib.real.consistency import consistency
from tradelib.sources.files import read_files

NAME = "imports_goods_census_sa"
INDEX = "imports_price_index_bls_nsa_base2000"
MIXED = ("basis", "adjustment", "vintage")
MONTHS = pd.period_range("2010-01", periods=96, freq="M")


def sides(index, implicit):
    nominal = pd.Series(100.0, MONTHS, name=NAME)
    price = pd.Series(np.asarray(implicit), MONTHS) / np.mean(implicit[24:36])
    return (
        real.deflate(nominal, pd.Series(index, MONTHS, name=INDEX), 2012, accept=MIXED),
        chained.implicit_price(nominal, (nominal / price).rename(f"{NAME}_chained2012")),
    )


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


def test_two_flows_or_too_few_months_are_refused():
    one, two = sides(swing(0.01), swing(0.01))
    shorter = chained.implicit_price(two.nominal.iloc[:40], two.volume.iloc[:40])
    with pytest.raises(SeriesError, match="expected the same nominal flow"):
        consistency(one, shorter)
    nominal, price = one.nominal.iloc[12:37], one.price
    few = real.deflate(nominal, price, 2012, accept=MIXED)
    with pytest.raises(SeriesError, match="has 13 changes over twelve months"):
        consistency(few, chained.implicit_price(two.nominal.iloc[12:37], two.volume.iloc[12:37]))


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
        official = chained.implicit_price(
            value, goods.rename(f"{flow}_goods_census_sa_chained2012") / 1000, accept=("vintage",)
        )
        ours = real.deflate(value, index[f"{flow}_goods_bls_nsa_base2000_index"], 2012, accept=MIXED)
        assert round(consistency(ours, official).correlation, 2) == expected
