import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.statespace.structural import UnobservedComponents

from tradelib.analysis import forecast
from tradelib.analysis.trend import stl_trend
from tradelib.quantity.errors import ParameterError, SeriesError

METHODS = list(forecast.METHODS)


def months(values, start="2000-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


def walk(n=96, seed=0, level=50.0):
    return months(level + np.cumsum(np.random.default_rng(seed).normal(size=n)))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_near_a_straight_line_with_little_noise(method):
    line = months(100 + np.arange(60.0) + np.random.default_rng(0).normal(0, 0.1, 60))
    got = forecast.roll(line, 6, method)
    assert got.iloc[:35].isna().all(axis=None)
    np.testing.assert_allclose(got.iloc[-1], 100 + np.arange(60.0, 66), atol=3)


@pytest.mark.parametrize("method", METHODS)
def test_unit_and_origin_do_not_matter(method):
    got, other = forecast.roll(walk(), 3, method), forecast.roll(1000 * walk(), 3, method)
    np.testing.assert_allclose(other, 1000 * got, rtol=1e-3)


def test_exponential_smoothing_looks_ahead_as_statsmodels_does():
    values = walk().to_numpy()
    scale = np.std(np.diff(values))
    options = {"error": "add", "trend": "add", "damped_trend": True, "initialization_method": "heuristic"}
    model = ETSModel(values / scale, **options)
    expected = scale * model.fit(disp=False).forecast(12)
    np.testing.assert_allclose(forecast.METHODS["ETS"](values)(values, 12)[-1], expected, rtol=1e-10)


@pytest.mark.parametrize(
    ("method", "build"),
    [
        ("SARIMA", lambda data: SARIMAX(data, order=(1, 1, 1), seasonal_order=(1, 0, 0, 12))),
        ("UC", lambda data: UnobservedComponents(data, level="llevel")),
    ],
)
def test_one_pass_of_the_filter_gives_the_forecasts_of_every_month(method, build):
    """They equal statsmodels' forecasts from the months up to each origin, with parameters from the first 84 months."""
    values = walk().to_numpy()
    changes = np.diff(values[:84])
    scale, slope = np.std(changes), np.mean(changes)

    def standard(data):
        return (data - data[0] - slope * np.arange(len(data))) / scale

    parameters = build(standard(values[:84])).fit(disp=False, maxiter=200, cov_type="none").params
    got = forecast.METHODS[method](values[:84])(values, 12)
    for known in (84, 90, 96):
        ahead = build(standard(values[:known])).filter(parameters).forecast(12)
        expected = values[0] + slope * (known + np.arange(12)) + scale * ahead
        np.testing.assert_allclose(got[known - 1], expected, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_forecast_uses_only_months_up_to_its_origin(method):
    series = walk()
    changed = series.copy()
    changed.iloc[-6:] += 100
    got, other = (forecast.roll(path, 6, method, refit=5).iloc[:-6] for path in (series, changed))
    pd.testing.assert_frame_equal(got, other)


def test_only_the_newest_forecast_is_from_a_fit_to_all_months(monkeypatch):
    lengths, estimate = [], forecast.METHODS["UC"]

    def noted(values):
        lengths.append(len(values))
        return estimate(values)

    monkeypatch.setitem(forecast.METHODS, "UC", noted)
    got = forecast.roll(walk(60), 2, "UC", refit=10)
    assert lengths == [36, 40, 50, 60]
    np.testing.assert_allclose(got.iloc[-1], estimate(walk(60).to_numpy())(walk(60).to_numpy(), 2)[-1])
    np.testing.assert_allclose(got.iloc[57], estimate(walk(50).to_numpy())(walk(58).to_numpy(), 2)[-1])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0, 2.0] * 12, "24 months; expected at least 36"),
        ([5.0] * 60, "5 in all months"),
        ([np.nan] * 60, "no values"),
        ([1.0, 2.0, np.nan] * 20, "missing in"),
    ],
)
def test_unsuitable_series_are_refused(method, values, said):
    with pytest.raises(SeriesError, match=said):
        forecast.roll(months(values), 3, method)


@pytest.mark.parametrize("method", METHODS)
def test_a_series_may_change_sign(method):
    assert np.isfinite(forecast.roll(walk(level=0.0), 3, method).iloc[35:]).all(axis=None)


def test_impossible_options_are_refused():
    with pytest.raises(ParameterError, match="horizon=0, refit=10: expected whole numbers, at least 1"):
        forecast.roll(walk(), 0, "UC")
    with pytest.raises(ParameterError, match="unknown method 'arima'; possible: ETS"):
        forecast.roll(walk(), 1, "arima")


def seasonal(n=168, seed=0):
    """Return logarithms with a season of amplitude 0.1, and that season for two more years."""
    season = 0.1 * np.resize(np.r_[-1.0, -0.5, 1.0, 0.5, 0, 0.5, -0.5, 0, 0.5, 1.0, -1.5, -1.0], n + 24)
    return months(4 + np.cumsum(np.random.default_rng(seed).normal(0, 0.01, n)) + season[:n]), season


def test_a_season_is_removed_and_added_to_the_forecast():
    path, season = seasonal()
    left, ahead = forecast.without_season(path, 24)
    np.testing.assert_allclose(left.iloc[-60:], (path - season[: len(path)]).iloc[-60:], atol=0.02)
    np.testing.assert_allclose(ahead.iloc[-1], season[-24:], atol=0.02)
    np.testing.assert_allclose(ahead.iloc[100], season[101:125], atol=0.03)
    assert ahead.iloc[:35].isna().all(axis=None)
    assert ahead.iloc[35:].notna().all(axis=None)


def test_a_season_is_estimated_from_months_up_to_the_origin():
    path, _ = seasonal()
    changed = path + np.where(np.arange(len(path)) < 148, 0, np.random.default_rng(1).normal(size=len(path)))
    got, other = forecast.without_season(path, 12), forecast.without_season(changed, 12)
    pd.testing.assert_series_equal(got[0].iloc[:148], other[0].iloc[:148])
    pd.testing.assert_frame_equal(got[1].iloc[:148], other[1].iloc[:148])


def test_the_newest_season_is_estimated_from_all_months():
    path, _ = seasonal()
    left, ahead = forecast.without_season(path, 12)
    season = stl_trend(path)["seasonal"].to_numpy()
    assert left.iloc[-1] == path.iloc[-1] - season[-1]
    np.testing.assert_array_equal(ahead.iloc[-1], season[-12:])
