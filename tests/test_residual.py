"""What the engine adds to the question whether seasonality is left."""

import pandas as pd
import pytest
from airline import AIRLINE

import tradelib
from tradelib import seasonal
from tradelib.quantity.errors import ParameterError, SeriesError
from tradelib.seasonal.x13 import available, x13
from tradelib.seasonal.x13.residual import BeaRule, model_f, x11_measures

pytestmark = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")


@pytest.fixture(scope="module")
def services():
    """The published series that comes closest to an alarm."""
    return tradelib.load("balance_services_bop_sa", vintage="2024-04-04")["balance_services_bop_sa"]


def test_airline_passengers_are_seasonal():
    got = model_f(AIRLINE, years=())
    assert got["span"].to_list() == ["whole span"]
    assert got.loc[0, "statistic"] > 80
    assert got.loc[0, "p_value"] < 1e-10
    measures = x11_measures(AIRLINE, years=(10, 8))
    assert measures.verdict == "present"
    assert set(measures.table["identifiable"]) == {"present"}


def test_model_f_joins_the_corrected_tests(services):
    more = model_f(services)
    got = seasonal.residual_seasonality(services, more=more)
    assert len(got.tests) == 16
    assert got.tests["test"].to_list()[:4] == ["QS", "Kruskal-Wallis", "Friedman", "model F"]
    plain = seasonal.residual_seasonality(services).tests
    assert (
        got.tests[got.tests["test"] == "QS"]["corrected"].to_numpy() >= plain[plain["test"] == "QS"]["corrected"]
    ).all()


def test_outliers_of_2020_are_found_in_exports():
    exports = tradelib.load("exports_total_bop_sa", vintage="2024-04-04")["exports_total_bop_sa"]
    got = x13(exports, None, regression=None, arima={"model": "(0 1 1)"}).outliers
    assert {"2020-03", "2020-04"} <= set(got.index.astype(str))
    assert got["estimate"].idxmin() == pd.Period("2020-04", "M")


def test_published_series_pass_the_rule_of_the_bureau():
    data = tradelib.load([f"{f}_total_bop_sa" for f in ("balance", "exports", "imports")], vintage="2024-04-04")
    assert {x11_measures(data[name]).verdict for name in data} == {"none"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(BeaRule(1.1, 0, 9), "present"), (BeaRule(1.1, 4.5, 9), "uncertain"), (BeaRule(), "none")],
)
def test_limits_move_the_verdict(services, rule, expected):
    got = x11_measures(services, rule=rule)
    assert got.verdict == expected
    assert f"BEA's rule: {expected}" in got.summary()


@pytest.mark.parametrize("test", [model_f, x11_measures])
@pytest.mark.parametrize("years", [(0,), (-1,)])
def test_spans_of_no_years_are_refused(test, years):
    with pytest.raises(ParameterError, match="each at least 5"):
        test(AIRLINE, years=years)


def test_short_series_are_refused():
    with pytest.raises(SeriesError, match="expected at least 60"):
        model_f(AIRLINE.iloc[:59])
    with pytest.raises(SeriesError, match="monthly PeriodIndex"):
        x11_measures(pd.Series(range(99)))
