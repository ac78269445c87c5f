import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import norm, t as student
from statsmodels.regression.linear_model import OLS

from tradelib import forecast, load
from tradelib.forecast import backtest, conformal
from tradelib.quantity.errors import ComparabilityError, EngineError, EngineMissingError, ParameterError, SeriesError
from tradelib.seasonal.x13 import available, x13

needs_engine = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")
METHODS = [pytest.param(name, marks=needs_engine if name == "X-13" else ()) for name in forecast.METHODS]


def months(values, start="2000-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


def walk(n=96, seed=0, level=50.0):
    return months(level + np.cumsum(np.random.default_rng(seed).normal(size=n)))


@pytest.fixture(scope="module")
def flows():
    data = load(["BOPTEXP", "BOPTIMP"], start="2010-01", unit="billions", vintage="2024-04-04")
    return dict(zip(("exports", "imports"), (data[name] for name in data), strict=True))


@pytest.fixture(scope="module")
def tests_made(flows):
    return backtest.roll(flows, 3, origins=6, every=12, refit=3)


def test_naive_repeats_the_last_value_and_widens_with_the_root_of_the_months():
    series = walk()
    got = forecast.forecast(series, 4, "naive", log=False)
    np.testing.assert_allclose(got.mean, series.iloc[-1])
    np.testing.assert_allclose(got.sd, np.sqrt(np.arange(1, 5) * (series.diff() ** 2).mean()))
    assert str(got.mean.index[0]) == "2008-01"


def test_drift_goes_on_as_between_first_and_last():
    series = walk()
    got = forecast.forecast(series, 3, "drift", log=False)
    slope = (series.iloc[-1] - series.iloc[0]) / 95
    np.testing.assert_allclose(got.mean, series.iloc[-1] + slope * np.arange(1, 4))
    # The variance of h steps and of the estimated drift: Hyndman and Athanasopoulos, Forecasting, section 5.5.
    steps, n = np.arange(1, 4), len(series) - 1
    np.testing.assert_allclose(got.sd**2, series.diff().dropna().var() * steps * (1 + steps / n))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_near_a_straight_line_with_little_noise(method):
    line = months(100 + np.arange(60.0) + np.random.default_rng(0).normal(0, 0.1, 60))
    got = forecast.forecast(line, 6, method, log=False)
    expected = 159.0 if method == "naive" else 100 + np.arange(60.0, 66)
    np.testing.assert_allclose(got.mean, expected, atol=3)
    assert (got.sd.diff().iloc[1:] > 0).all()
    assert got.summary().startswith(f"{method}: ")


@pytest.mark.parametrize("method", METHODS)
def test_in_logarithms_the_unit_does_not_matter(method):
    one, other = (forecast.forecast(series, 3, method) for series in (walk(), 1000 * walk()))
    np.testing.assert_allclose(other.mean, 1000 * one.mean, rtol=1e-3)
    np.testing.assert_allclose(other.sd, 1000 * one.sd, rtol=1e-2)


@pytest.mark.parametrize("method", METHODS)
def test_in_levels_the_unit_does_not_matter_for_the_spread(method):
    one, other = (forecast.forecast(series, 3, method, log=False) for series in (walk(), 1000 * walk()))
    np.testing.assert_allclose(other.mean, 1000 * one.mean, rtol=1e-3)
    np.testing.assert_allclose(other.sd, 1000 * one.sd, rtol=2e-2)


def test_the_combination_is_the_mean_of_its_parts():
    series = walk()
    parts = [forecast.forecast(series, 3, name, log=False) for name in forecast.COMBINED]
    got = forecast.forecast(series, 3, log=False)
    np.testing.assert_allclose(got.mean, np.mean([part.mean for part in parts], axis=0))
    np.testing.assert_allclose(got.sd**2, np.mean([part.sd**2 for part in parts], axis=0))


@needs_engine
@pytest.mark.parametrize("level", [0.80, 0.95])
def test_x13_gives_what_the_program_says_for_logarithms_with_that_probability(flows, level):
    got = forecast.forecast(flows["exports"], 12, "X-13")
    model = {"regression": None, "outlier": None, "automdl": {"maxorder": (3, 0), "maxdiff": (1, 0)}}
    asked = {"maxlead": 12, "probability": level}
    expected = x13(flows["exports"], None, transform={"function": "log"}, forecast=asked, **model)
    assert got.notes[0] == f"X-13: ARIMA {expected.model}"
    np.testing.assert_allclose(got.mean, expected.forecasts["forecast"], rtol=1e-4)
    half = np.log(expected.forecasts["upper"] / expected.forecasts["lower"]).to_numpy() / 2
    interval = got.interval(level)
    np.testing.assert_allclose((interval["high"] - got.mean) / got.mean, half, rtol=5e-3)
    residuals = expected.residuals
    np.testing.assert_allclose(got.errors[-24:] / flows["exports"].iloc[-1], residuals.iloc[-24:], atol=1e-4)
    assert residuals.index[-1] == flows["exports"].index[-1]


@needs_engine
def test_x13_has_no_season_in_its_model(flows):
    got = forecast.forecast(flows["imports"], 3, "X-13").notes[0]
    assert got.count("(") == 1


def test_the_combination_needs_no_program(monkeypatch):
    with_it = forecast.forecast(walk(), 3)
    monkeypatch.setenv("TRADELIB_X13", "/nowhere/x13as")
    pd.testing.assert_series_equal(forecast.forecast(walk(), 3).mean, with_it.mean)
    with pytest.raises(EngineMissingError, match="/nowhere/x13as"):
        forecast.forecast(walk(), 3, "X-13")


def test_a_backtest_without_the_program_leaves_x13_out_and_says_so(monkeypatch):
    monkeypatch.setenv("TRADELIB_X13", "/nowhere/x13as")
    asked = {"origins": 2, "every": 6, "methods": ("naive", "X-13", "drift")}
    got = backtest.roll({"a": walk()}, 3, **asked)["a"]
    assert list(got.table["method"].unique()) == ["naive", "drift"]
    assert got.notes == ("X-13 left out: TRADELIB_X13 names /nowhere/x13as, where there is no program",)
    with pytest.raises(EngineMissingError):
        backtest.roll({"a": walk()}, 3, methods=("X-13",))


@needs_engine
def test_x13_that_breaks_down_later_is_left_out_of_all_origins(monkeypatch):
    def refuse(values, method):
        fit = estimate(values, method)
        if method != "X-13" or len(values) < 93:
            return fit
        raise EngineError("X-13 refused: no")

    estimate = forecast.estimate
    monkeypatch.setattr(forecast, "estimate", refuse)
    got = backtest.roll({"a": walk()}, 3, origins=2, every=6, refit=1, methods=("naive", "X-13"))["a"]
    assert (got.notes, set(got.table["method"])) == (("X-13 left out: X-13 refused: no",), {"naive"})


@needs_engine
def test_a_backtest_of_x13_forecasts_as_at_the_origin():
    series = walk()
    got = backtest.roll({"a": series}, 3, origins=2, every=6, refit=1, methods=("naive", "X-13"))["a"]
    expected = forecast.forecast(series.iloc[:-9], 3, "X-13", log=True)
    first = got.table[(got.table["method"] == "X-13") & (got.table["origin"] == series.index[-10])]
    np.testing.assert_allclose(first["mean"], expected.mean)
    np.testing.assert_allclose(first["sd"], expected.sd)


def test_the_balance_is_exports_minus_imports_and_surer_than_independent_flows(flows):
    exports, imports = (forecast.forecast(flows[name], 6, "ETS") for name in ("exports", "imports"))
    got = forecast.balance_of(exports, imports)
    np.testing.assert_allclose(got.mean, exports.mean - imports.mean)
    independent = exports.sd**2 + imports.sd**2
    assert (got.sd**2 < independent).all()
    assert (got.sd**2 / independent).iloc[5] < (got.sd**2 / independent).iloc[0]


def test_the_errors_of_a_balance_are_those_of_exports_less_those_of_imports():
    exports, imports = (forecast.forecast(walk(seed=seed), 3, "naive", log=False) for seed in (1, 2))
    got = forecast.balance_of(exports, imports)
    np.testing.assert_allclose(got.errors, exports.errors - imports.errors)
    x, m = (np.convolve(side.errors, np.ones(2), "valid") for side in (exports, imports))
    correlation = (x @ m) / np.sqrt((x @ x) * (m @ m))
    expected = exports.sd**2 + imports.sd**2 - 2 * correlation * exports.sd * imports.sd
    np.testing.assert_allclose(got.sd.iloc[1] ** 2, expected.iloc[1])


def test_a_balance_of_different_months_is_refused(flows):
    exports = forecast.forecast(flows["exports"], 2, "naive")
    imports = forecast.forecast(flows["imports"].iloc[:-1], 2, "naive")
    with pytest.raises(ComparabilityError, match="exports are for 2024-03, imports for 2024-02"):
        forecast.balance_of(exports, imports)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["naive", "drift"]), st.floats(0.5, 0.99))
def test_intervals_hold_the_mean_and_widen(seed, method, level):
    got = forecast.forecast(walk(seed=seed), 6, method, log=False)
    interval = got.interval(level)
    assert (interval["low"] <= got.mean).all()
    assert (interval["high"] >= got.mean).all()
    assert ((interval["high"] - interval["low"]).diff().iloc[1:] > 0).all()


def test_estimates_at_a_boundary_are_told(flows):
    line = months(np.arange(60.0) + np.random.default_rng(0).normal(0, 1, 60))
    assert "ETS(A,Ad,N): damping of the trend at its bound 0.98" in forecast.forecast(line, 1, "ETS", log=False).notes
    assert "UC: the variance of the irregular is zero" in forecast.forecast(flows["exports"], 1, "UC").notes


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
def test_unfit_series_are_refused(method, values, said):
    with pytest.raises(SeriesError, match=said):
        forecast.forecast(months(values), 3, method)


@pytest.mark.parametrize("method", METHODS)
def test_a_sign_change_is_no_obstacle_and_needs_no_logarithm(method):
    got = forecast.forecast(walk(level=0.0), 3, method)
    assert np.isfinite(got.mean).all()
    with pytest.raises(SeriesError, match="not positive"):
        forecast.forecast(walk(level=0.0), 3, method, log=True)


def test_impossible_options_are_refused():
    with pytest.raises(ParameterError, match="expected 1 to 36"):
        forecast.forecast(walk(), 0)
    with pytest.raises(ParameterError, match="unknown method 'arima'; possible: naive"):
        forecast.forecast(walk(), 1, "arima")
    with pytest.raises(ParameterError, match="unknown method 'x'"):
        backtest.roll({"a": walk()}, 1, methods=("x",))
    with pytest.raises(ParameterError, match="every=0: expected at least 1"):
        backtest.roll({"a": walk()}, 1, every=0)
    with pytest.raises(SeriesError, match="40 months hold no two origins; expected at least 51"):
        backtest.roll({"a": walk(40)}, 12)
    with pytest.raises(ComparabilityError, match="different months"):
        backtest.roll({"a": walk(60), "b": walk(61)}, 1)


def test_a_backtest_knows_only_what_was_known():
    series = walk()
    changed = series.copy()
    changed.iloc[-6:] += 100
    got, other = (backtest.roll({"a": s}, 6, origins=3, every=6)["a"].table for s in (series, changed))
    pd.testing.assert_series_equal(got["mean"], other["mean"])
    last = got[got["origin"] == got["origin"].max()]
    assert last["origin"].iloc[0] == series.index[-7]
    np.testing.assert_allclose(last[last["method"] == "naive"]["actual"], series.iloc[-6:])


def test_a_backtest_of_both_flows_has_a_coherent_balance(tests_made):
    tables = {name: test.table.set_index(["method", "origin", "step"]) for name, test in tests_made.items()}
    assert set(tables) == {"exports", "imports", "balance"}
    for column in ("mean", "actual"):
        expected = tables["exports"][column] - tables["imports"][column]
        pd.testing.assert_series_equal(tables["balance"][column], expected)


def test_relative_error_of_naive_is_one(tests_made):
    got = backtest.relative_error(tests_made["balance"])
    assert got.loc["naive", ["mae", "rmse"]].tolist() == [1, 1]
    assert got["p"].drop("naive").between(0, 1).all()


@pytest.mark.parametrize("step", [1, 4])
def test_diebold_mariano_is_the_corrected_hac_t_of_the_loss_differential(step):
    rng = np.random.default_rng(3)
    n = 60
    actual = rng.normal(size=n)
    months_ = pd.period_range("2000-01", periods=n, freq="M")
    rows = {
        name: pd.DataFrame({
            "method": name, "origin": months_ - step, "step": step, "month": months_,
            "actual": actual, "mean": scale * actual + rng.normal(size=n), "sd": 1.0,
        })
        for name, scale in (("naive", 0.0), ("good", 0.7))
    }  # fmt: skip
    table = pd.concat(rows.values(), ignore_index=True).assign(error=lambda t: t["actual"] - t["mean"])
    loss = (
        table[table["method"] == "good"]["error"].to_numpy() ** 2
        - table[table["method"] == "naive"]["error"].to_numpy() ** 2
    )
    fit = OLS(loss, np.ones(n)).fit(cov_type="HAC", cov_kwds={"maxlags": step - 1})
    factor = np.sqrt((n + 1 - 2 * step + step * (step - 1) / n) / n)
    expected = 2 * student.sf(abs(fit.tvalues[0]) * factor, n - 1)
    got = backtest.diebold_mariano(backtest.Backtest(table, ()), "good", step=step)
    assert got == pytest.approx(expected, rel=1e-6)


def made_up(errors, sd=1.0):
    n = len(errors)
    index = pd.period_range("2000-01", periods=n, freq="M")
    table = pd.DataFrame({"method": "m", "origin": index - 1, "step": 1, "month": index, "actual": errors, "mean": 0.0})
    return backtest.Backtest(table.assign(sd=sd, error=table["actual"]), ())


def test_coverage_counts_what_lies_inside():
    test = made_up(np.array([0.0, 1.0, 1.5, 1.9, 3.0]))
    got = backtest.coverage(test).loc["m"]
    assert (got[0.8], got[0.95], got["forecasts"]) == (0.4, 0.8, 5)
    assert backtest.coverage(test, ("2000-04", "2000-05")).loc["m", "forecasts"] == 2


def test_conformal_intervals_mend_a_model_that_is_too_sure():
    test = made_up(np.random.default_rng(0).normal(size=400), sd=0.5)
    mended = conformal.intervals(test)
    before, after = backtest.coverage(test).loc["m"], backtest.coverage(test, conformal=mended).loc["m"]
    assert before[0.95] == pytest.approx(2 * norm.cdf(1.96 / 2) - 1, abs=0.06)
    assert after[0.95] == pytest.approx(0.95, abs=0.03)
    assert after[0.8] == pytest.approx(0.80, abs=0.04)
    assert mended.table["half_0.95"].isna().sum() == 19


def test_a_conformal_quantile_is_the_rank_that_it_says():
    scores = np.arange(1.0, 20)
    assert conformal.score_quantile(scores, 0.95) == 19
    assert conformal.score_quantile(scores, 0.80) == 16
    assert np.isnan(conformal.score_quantile(scores[:18], 0.80))


def test_conformal_intervals_use_no_outcome_of_their_future():
    test = made_up(np.random.default_rng(0).normal(size=60))
    later = test.table.copy()
    later.loc[40:, "error"] *= 100
    got, other = (conformal.intervals(t).table["half_0.95"] for t in (test, backtest.Backtest(later, ())))
    pd.testing.assert_series_equal(got.iloc[:41], other.iloc[:41])


def test_the_conformal_interval_of_a_forecast_reaches_to_a_past_score():
    series = walk(120)
    test = backtest.roll({"x": series}, 2, origins=30, every=1, methods=("naive", "drift"))["x"]
    made = forecast.forecast(series, 2, "drift")
    got = conformal.interval_of(made, test, 0.8, narrow=True)
    rows = test.table[(test.table["method"] == "drift") & (test.table["step"] == 1)]
    scores = (rows["error"].abs() / rows["sd"]).to_numpy()
    half = (got["high"] - got["low"]).iloc[0] / 2
    assert half / made.sd.iloc[0] == pytest.approx(np.sort(scores)[24])
    assert conformal.interval_of(made, test, 0.8, least=31).isna().all(axis=None)


def test_a_calm_past_narrows_intervals_only_when_asked():
    test = made_up(np.random.default_rng(0).normal(size=200), sd=3.0)
    wide, narrow = (conformal.intervals(test, narrow=ask).table["half_0.95"].dropna() for ask in (False, True))
    np.testing.assert_allclose(wide, 3 * norm.ppf(0.975))
    assert (narrow < 3.5).all()
