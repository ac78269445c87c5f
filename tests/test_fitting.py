"""Fits that print no warnings, and the trend that X-13 gives the notebook for a series without season."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.statespace.structural import UnobservedComponents

from tradelib.analysis.forecast import fit_quietly
from tradelib.quantity.errors import SeriesError
from tradelib.seasonal.x13 import available, x13

LIMITS = ((0.7, 1.0), (90.0, 99.0))
needs_engine = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")
PLAIN = {"transform": {"function": "none"}, "regression": None, "outlier": None, "arima": {"model": "(0 1 1)"}}


@pytest.fixture(scope="module")
def walk():
    values = np.cumsum(np.random.default_rng(0).normal(size=120))
    return pd.Series(values, pd.period_range("2000-01", periods=120, freq="M"), name="x")


def x13_trend(series, terms=13, extremes=(0.7, 1.0)):
    """Return the trend as notebook 23 requests it."""
    average = {"type": "trend", "mode": "add", "trendma": terms, "sigmalim": extremes}
    return x13(series, "x11", x11=average, **PLAIN).trend


def test_local_level_of_the_nile_with_exact_diffuse_initialisation():
    nile = sm.datasets.nile.load_pandas().data["volume"].to_numpy()
    model = UnobservedComponents(nile, "llevel", use_exact_diffuse=True)
    got, notes = fit_quietly(lambda: model.fit(disp=False, pgtol=1e-8, factr=10.0), "local level")
    np.testing.assert_allclose(got.params, [15098.5, 1469.2], atol=0.06)
    assert got.llf == pytest.approx(-633.46, abs=0.005)
    assert notes == ()


def test_warnings_of_an_optimiser_become_notes(walk):
    model = UnobservedComponents(walk.to_numpy(), "llevel")
    _, notes = fit_quietly(lambda: model.fit(disp=False, maxiter=1), "local level")
    assert any("converge" in note for note in notes)


def test_a_fit_that_fails_says_so():
    def fail():
        raise np.linalg.LinAlgError("singular")

    with pytest.raises(SeriesError, match="model cannot be fitted: singular"):
        fit_quietly(fail, "model")


def henderson(terms):
    """Return the weights of the symmetric Henderson average by its formula."""
    n = (terms + 3) // 2
    i = np.arange(-(terms // 2), terms // 2 + 1)
    rise = ((n - 1) ** 2 - i**2) * (n**2 - i**2) * ((n + 1) ** 2 - i**2) * (3 * n**2 - 16 - 11 * i**2)
    return 315 * rise / (8 * n * (n**2 - 1) * (4 * n**2 - 1) * (4 * n**2 - 9) * (4 * n**2 - 25))


@needs_engine
@pytest.mark.parametrize("terms", [9, 13, 23])
def test_the_trend_of_x13_is_a_henderson_average_where_no_month_is_extreme(walk, terms):
    weights = henderson(terms)
    assert weights.sum() == pytest.approx(1)
    got = x13_trend(walk, terms, (9.0, 9.9)).iloc[terms // 2 : -(terms // 2)]
    np.testing.assert_allclose(got, np.convolve(walk, weights, "valid"), atol=1e-9)


@needs_engine
def test_an_extreme_month_moves_the_trend_of_x13_less_than_its_weight(walk):
    struck = walk.copy()
    struck.iloc[60] += 20
    moved = [(x13_trend(struck, extremes=e) - x13_trend(walk, extremes=e)).iloc[60] for e in LIMITS]
    assert moved[1] == pytest.approx(20 * henderson(13)[6])
    assert 0 < moved[0] < 0.8 * moved[1]


@needs_engine
def test_the_trend_of_x13_scales_and_shifts_with_the_series(walk):
    np.testing.assert_allclose(x13_trend(1000 * walk + 500), 1000 * x13_trend(walk) + 500, rtol=1e-4, atol=1)


@needs_engine
def test_x13_removes_no_season_if_none_is_requested(walk):
    season = np.tile(np.sin(np.arange(12) * np.pi / 6), 10)
    taken = x13_trend(walk + 5 * season) - x13_trend(walk)
    assert taken.std() > 1
