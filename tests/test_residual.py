"""What X-13 adds to the tests for residual seasonality."""

import numpy as np
import pandas as pd
import pytest
from airline import AIRLINE
from page import names_after

import tradelib
from tradelib.quantity.errors import ParameterError, SeriesError
from tradelib.seasonal.pattern import MONTHS
from tradelib.seasonal.residual import BeaRule, model_f, x11_measures
from tradelib.seasonal.x13 import available, x13

pytestmark = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")


@pytest.fixture(scope="module")
def services():
    """Return the published series that comes closest to an alarm."""
    return tradelib.load("balance_services_bop_sa", vintage="2024-04-04")["balance_services_bop_sa"]


def by_rule(measures):
    """Return the verdict of the rule on a series, by the cell of the notebook."""
    return names_after("22_seasonal", "def by_rule")["by_rule"](measures)


def walk(seed, swing=0.0, months=240):
    """Return an adjusted series: a random walk with noise, and a seasonal swing in units of its monthly change."""
    shocks = np.random.default_rng(seed).normal(size=months + 1)
    index = pd.period_range("2000-01", periods=months, freq="M", name="period")
    wave = swing * np.cos(2 * np.pi * np.arange(months) / 12)
    return pd.Series(100 + (shocks[1:] - 0.4 * shocks[:-1]).cumsum() + wave, index=index, name="walk")


def test_airline_passengers_are_seasonal():
    got = model_f(AIRLINE)
    assert (str(got.first), str(got.last)) == ("1949-01", "1960-12")
    assert got.statistic > 80
    assert got.p_value < 1e-10
    assert got.effects.loc["Jul", "estimate"] == got.effects["estimate"].max() > 15  # percent
    assert got.bound > got.effects["estimate"].abs().max()
    measures = x11_measures(AIRLINE, years=10)
    assert list(measures.index) == ["whole span", "last 10 years"]
    assert by_rule(measures) == "flagged"
    assert set(measures["identifiable"]) == {"present"}


def test_the_test_is_on_the_last_fifteen_years_by_default(services):
    got = model_f(services)
    assert (str(got.first), str(got.last)) == ("2009-03", "2024-02")
    assert str(model_f(services, years=5).first) == "2019-03"


def test_false_alarms_stay_below_the_level():
    """Of 60 series without seasonality at most 5 percent and three standard errors have a p-value below 0.05."""
    p_values = [model_f(walk(seed)).p_value for seed in range(60)]
    assert sum(p < 0.05 for p in p_values) <= 8
    assert sum(p < 0.01 for p in p_values) <= 3


def test_a_swing_is_found_and_its_size_lies_within_the_bound():
    for seed in range(5):
        got = model_f(walk(seed, swing=2.0))
        assert got.p_value < 0.01
        assert 1.5 < got.bound < 3.5


def test_effects_of_a_series_in_levels_are_in_its_unit():
    series = walk(3) - 200
    here, thousandfold = model_f(series), model_f(1000 * series)
    assert thousandfold.bound == pytest.approx(1000 * here.bound, rel=1e-4)
    assert thousandfold.p_value == pytest.approx(here.p_value, abs=1e-6)


def test_december_is_one_of_the_months():
    """Its effect is minus the sum of the others, with the error of that sum; here it is the largest."""
    series = walk(7)
    got = model_f(series + 4.0 * (series.index.month == 12))
    assert list(got.effects.index) == list(MONTHS)
    assert got.effects["estimate"].sum() == pytest.approx(0, abs=1e-9)
    december = got.effects.loc["Dec"]
    assert december["estimate"] == got.effects["estimate"].abs().max() > 2.5
    assert got.bound == pytest.approx(december["estimate"] + 2 * december["standard_error"])


def test_the_error_of_december_is_that_of_a_sum():
    """X-13 divides the covariance that it saves by fewer degrees of freedom, the same for all months."""
    series = walk(8)
    model = {"regression": {"variables": ("seasonal",)}, "arima": {"model": "(0 1 1)"}}
    saved = x13(series, None, transform={"function": "log"}, estimate={"save": ("rcm",)}, **model).saved["rcm"]
    covariance = np.array([line.split("\t")[1:12] for line in saved.splitlines()[2:13]], dtype=float)
    errors = model_f(series, years=20).effects["standard_error"]
    expected = np.sqrt(covariance.sum() / covariance[0, 0])
    assert errors["Dec"] / errors["Jan"] == pytest.approx(expected, rel=1e-6)


def test_outliers_of_2020_are_found_in_exports():
    exports = tradelib.load("exports_total_bop_sa", vintage="2024-04-04")["exports_total_bop_sa"]
    got = x13(exports, None, regression=None, arima={"model": "(0 1 1)"}).outliers
    assert {"2020-03", "2020-04"} <= set(got.index.astype(str))
    assert got["estimate"].idxmin() == pd.Period("2020-04", "M")


def test_published_series_pass_the_rule_of_the_bureau():
    data = tradelib.load([f"{f}_total_bop_sa" for f in ("balance", "exports", "imports")], vintage="2024-04-04")
    assert {by_rule(x11_measures(data[name])) for name in data} == {"not flagged"}
    assert {model_f(data[name]).p_value > 0.05 for name in data} == {True}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(BeaRule(1.1, 0, 9), "flagged"), (BeaRule(1.1, 4.5, 9), "flagged in part"), (BeaRule(), "not flagged")],
)
def test_limits_move_the_verdict(services, rule, expected):
    got = x11_measures(services, rule=rule)
    assert by_rule(got) == expected


@pytest.mark.parametrize(
    ("name", "start"), [("imports_services_government_bop_sa", None), ("imports_total_bop_sa", "2020-04")]
)
def test_the_qs_of_x13_is_the_one_computed_on_the_page(name, start):
    """It is of first differences even if the model of X-13 takes second ones."""
    series = tradelib.load(name, start=start, vintage="2025-05-06")[name]
    page = names_after("22_seasonal", "r12, r24 =", changes=np.log(series).diff().iloc[1:])
    assert x11_measures(series)["qs_p"].iloc[0] == pytest.approx(np.exp(-page["qs"] / 2), abs=1e-9)


@pytest.mark.parametrize("years", [0, -1])
def test_spans_of_no_years_are_refused(years):
    with pytest.raises(ParameterError, match="a whole number of years, at least 5"):
        model_f(AIRLINE, years=years)
    with pytest.raises(ParameterError, match="a whole number of years, at least 5"):
        x11_measures(AIRLINE, years=years)


def test_short_series_are_refused():
    with pytest.raises(SeriesError, match="expected at least 60"):
        model_f(AIRLINE.iloc[:59])
    with pytest.raises(SeriesError, match="monthly PeriodIndex"):
        x11_measures(pd.Series(range(99)))
