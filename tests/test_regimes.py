import numpy as np
import pandas as pd
import pytest

from tradelib import load
from tradelib.growth import growth
from tradelib.quantity.errors import SeriesError
from tradelib.trend import regimes


def months(values, start="2000-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


def shocks(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def test_a_turbulent_stretch_is_found():
    scale = np.r_[np.ones(80), np.full(30, 6.0), np.ones(80)]
    got = regimes.switching(months(scale * shocks(190)))
    assert got.sd == pytest.approx((1, 6), rel=0.25)
    assert got.turbulent.iloc[82:108].mean() > 0.9
    assert got.turbulent.drop(got.turbulent.index[75:115]).mean() < 0.05
    assert got.gain > 50
    assert got.summary().startswith("Changes scatter by 1.")


def test_months_of_one_kind_need_no_second():
    got = regimes.switching(months(shocks(200, seed=4)))
    assert got.gain < 0
    assert got.summary().startswith("One kind of month is enough")


def test_the_unit_does_not_matter():
    values = np.r_[shocks(60), 5 * shocks(30, seed=1)]
    one, other = regimes.switching(months(values)), regimes.switching(months(1000 * values + 7))
    np.testing.assert_allclose(other.probability, one.probability, atol=1e-3)
    assert other.sd == pytest.approx((1000 * one.sd[0], 1000 * one.sd[1]), rel=1e-3)


def test_exports_were_turbulent_in_the_spring_of_2020():
    exports = load("BOPTEXP", vintage="2024-04-04")["exports_total_bop_sa"]
    got = regimes.switching(growth(exports).table["month"])
    assert got.probability["2020-04"] > 0.99
    assert got.turbulent.mean() < 0.3


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0] * 60, "1 in all months"),
        ([np.nan] * 60, "no values"),
        ([1.0, 2.0, np.nan] * 20, "missing in"),
        ([1.0, 2.0] * 12, "24 months; expected at least 48"),
    ],
)
def test_unfit_series_are_refused(values, said):
    with pytest.raises(SeriesError, match=said):
        regimes.switching(months(values))


def test_changes_that_are_mostly_zero_are_refused_clearly():
    with pytest.raises(SeriesError, match="Markov switching cannot be fitted"):
        regimes.switching(months(np.r_[np.zeros(60), 1.0, -1.0, np.zeros(20)]))
