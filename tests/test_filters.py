import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.statespace.structural import UnobservedComponents

from tradelib import load
from tradelib.quantity.errors import EngineMissingError, ParameterError, SeriesError
from tradelib.seasonal.x13 import available
from tradelib.trend import filters
from tradelib.trend.fitting import at_boundary, fit_quietly

LIMITS = ((0.7, 1.0), (90.0, 99.0))
WITH_ENGINE = ["X-13"] if available() else []
needs_engine = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")


def months(values, start="2000-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


@pytest.fixture(scope="module")
def walk():
    return months(np.cumsum(np.random.default_rng(0).normal(size=120)))


@pytest.fixture(scope="module")
def panel(walk):
    return filters.compare_trends(walk, real_time_months=24)


def test_hp_is_the_weighted_mean_that_its_penalty_says(walk):
    second = np.diff(np.eye(len(walk)), n=2, axis=0)
    weights = np.linalg.inv(np.eye(len(walk)) + 129_600 * second.T @ second)
    np.testing.assert_allclose(filters.hp_trend(walk), weights @ walk)
    np.testing.assert_allclose(weights.sum(axis=1), 1)


def test_hamilton_is_the_regression_that_it_says(walk):
    y = walk.to_numpy()
    rows = [[*(y[t - 24 - lag] for lag in range(12)), 1.0] for t in range(35, len(y))]
    coefficients = np.linalg.lstsq(np.array(rows), y[35:], rcond=None)[0]
    got = filters.hamilton_trend(walk)
    assert got.iloc[:35].isna().all()
    np.testing.assert_allclose(got.iloc[35:], np.array(rows) @ coefficients)


def test_hamilton_agrees_with_statsmodels(walk):
    expected = sm.tsa.filters.hamilton_filter(walk.to_numpy(), h=24, p=12).trend
    np.testing.assert_allclose(filters.hamilton_trend(walk), expected)


def test_local_level_of_the_nile_with_exact_diffuse_initialisation():
    nile = sm.datasets.nile.load_pandas().data["volume"].to_numpy()
    model = UnobservedComponents(nile, "llevel", use_exact_diffuse=True)
    got, notes = fit_quietly(lambda: model.fit(disp=False, pgtol=1e-8, factr=10.0), "local level")
    np.testing.assert_allclose(got.params, [15098.5, 1469.2], atol=0.06)
    assert got.llf == pytest.approx(-633.46, abs=0.005)
    assert notes == ()


def test_unobserved_components_do_not_depend_on_unit_or_origin(walk):
    one, other = filters.uc_trend(walk), filters.uc_trend(1000 * walk + 500)
    np.testing.assert_allclose(other.trend, 1000 * one.trend + 500, atol=1)
    assert one.log_likelihood - other.log_likelihood == pytest.approx(120 * np.log(1000), abs=1e-3)


def test_a_variance_at_zero_is_told():
    line = months(np.arange(60.0) + np.random.default_rng(1).normal(0, 1, 60))
    got = filters.uc_trend(line)
    assert "unobserved components: the variance of the trend is zero" in got.notes
    assert at_boundary("m", [("sigma2.a", 1.0), ("sigma2.b", 1e-9), ("ar", 0)]) == ("m: the variance of the b is zero",)


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
    got = filters.x13_trend(walk, terms=terms, extremes=(9.0, 9.9)).iloc[terms // 2 : -(terms // 2)]
    np.testing.assert_allclose(got, np.convolve(walk, weights, "valid"), atol=1e-9)


@needs_engine
def test_an_extreme_month_moves_the_trend_of_x13_less_than_its_weight(walk):
    struck = walk.copy()
    struck.iloc[60] += 20
    moved = [(filters.x13_trend(struck, extremes=e) - filters.x13_trend(walk, extremes=e)).iloc[60] for e in LIMITS]
    assert moved[1] == pytest.approx(20 * henderson(13)[6])
    assert 0 < moved[0] < 0.8 * moved[1]


@needs_engine
def test_the_trend_of_x13_moves_with_unit_and_origin(walk):
    np.testing.assert_allclose(
        filters.x13_trend(1000 * walk + 500), 1000 * filters.x13_trend(walk) + 500, rtol=1e-4, atol=1
    )


@needs_engine
def test_x13_finds_no_season_in_what_it_is_told_has_none(walk):
    season = np.tile(np.sin(np.arange(12) * np.pi / 6), 10)
    taken = filters.x13_trend(walk + 5 * season) - filters.x13_trend(walk)
    assert taken.std() > 1


@needs_engine
def test_real_time_values_of_x13_are_those_of_its_trend_then(walk, panel):
    for back in (1, 12, 23):
        assert panel.real_time["X-13"].iloc[-1 - back] == filters.x13_trend(walk.iloc[:-back]).iloc[-1]


def test_without_its_program_x13_is_left_out_and_the_panel_says_so(walk, panel, monkeypatch):
    monkeypatch.setenv("TRADELIB_X13", "/nowhere/x13as")
    with pytest.raises(EngineMissingError):
        filters.x13_trend(walk)
    got = filters.compare_trends(walk, real_time_months=24)
    assert "X-13 left out: TRADELIB_X13 names /nowhere/x13as, where there is no program" in got.notes
    others = ["STL", "HP", "Hamilton", "UC"]
    assert list(got.real_time) == others
    pd.testing.assert_frame_equal(got.trends, panel.trends[others])
    pd.testing.assert_frame_equal(got.real_time, panel.real_time[others])


def test_trend_and_cycle_add_up(walk, panel):
    assert list(panel.trends) == ["STL", "HP", "Hamilton", "UC", *WITH_ENGINE]
    for name in panel.trends:
        got = (panel.trends[name] + panel.cycles[name]).dropna()
        np.testing.assert_allclose(got, walk[got.index])


def test_real_time_values_use_no_later_month(walk, panel):
    assert len(panel.real_time) == 24
    changed = walk.copy()
    changed.iloc[-12:] += 100
    for name, trend in (("HP", filters.hp_trend), ("Hamilton", filters.hamilton_trend)):
        got = panel.real_time[name].iloc[11]
        assert got == pytest.approx(trend(changed.iloc[:-12]).iloc[-1])
    np.testing.assert_allclose(panel.real_time.iloc[-1], panel.trends.iloc[-1])


def test_the_band_holds_past_moves_and_hamilton_moves_least_between_two_months(panel):
    band = panel.band()
    assert (band["low"] <= band["high"]).all()
    assert len(panel.moved()) == 12
    assert panel.summary().startswith("Trend in December 2009: STL ")


def test_a_short_span_leaves_out_hamilton_and_says_so(walk):
    got = filters.compare_trends(walk.iloc[:40], real_time_months=20)
    assert list(got.trends) == ["STL", "HP", "UC", *WITH_ENGINE]
    assert "Hamilton left out: 40 months, it needs 72" in got.notes


@pytest.mark.parametrize(
    "use", [filters.hp_trend, filters.hamilton_trend, filters.uc_trend, filters.x13_trend, filters.compare_trends]
)
@pytest.mark.parametrize(
    ("values", "said"),
    [([np.nan] * 80, "no values"), ([1.0, 2.0, np.nan] * 30, "missing in"), ([1.0, 2.0] * 11, "22 months; expected")],
)
def test_unfit_series_are_refused(use, values, said):
    with pytest.raises(SeriesError, match=said):
        use(months(values))


def test_a_constant_is_its_own_trend_or_refused():
    flat = months([3.0] * 80)
    np.testing.assert_allclose(filters.hp_trend(flat), 3)
    np.testing.assert_allclose(filters.hamilton_trend(flat).dropna(), 3)
    with pytest.raises(SeriesError, match="3 in all months"):
        filters.compare_trends(flat)


def test_a_sign_change_is_no_obstacle():
    got = filters.compare_trends(months(np.linspace(-5, 5, 80) + np.sin(np.arange(80))), real_time_months=4)
    assert got.trends.iloc[-1].notna().all()


def test_nothing_to_replay_is_refused(walk):
    with pytest.raises(ParameterError, match="expected at least 2"):
        filters.compare_trends(walk, real_time_months=1)


def test_the_balance_has_trends_that_differ_by_billions():
    got = filters.compare_trends(
        load("BOPGSTB", unit="billions", start="2005-01", vintage="2024-04-04")["balance_total_bop_sa"],
        real_time_months=3,
    )
    assert np.ptp(got.trends.iloc[-1]) > 1
