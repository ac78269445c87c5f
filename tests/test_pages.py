"""The formulas in the notebooks on trend, breaks and forecasts, on numbers with known answers."""

import ast
from bisect import insort
from math import ceil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from page import names_after
from scipy import sparse
from scipy.stats import norm

from tradelib import load
from tradelib.analysis import breaks
from tradelib.quantity.errors import ParameterError
from tradelib.quantity.rounding import printed
from tradelib.report.parameters import check, notebooks
from tradelib.words import sentences as say

FOLDER = Path(__file__).parents[1] / "notebooks"


def page(name, **names):
    """Return the functions that a notebook defines, given the names that they need besides pandas and NumPy."""
    cells = [cell.source for cell in nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells]
    sources = [source for source in cells if "def " in source and "\n    return" in source]
    defined = [node for source in sources for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    space = {"np": np, "pd": pd, "sparse": sparse, "breaks": breaks, **names}
    exec(compile(ast.Module(defined, []), name, "exec"), space)  # noqa: S102 - the project's own notebooks
    return space


TREND, BREAKS = page("23_trend", in_percent=True), page("26_breaks")
NEWEST = page("40_newest_trend")
CHOSEN = {"flow": "balance", "memory": 0.8, "back": 0.7, "fewest": 39}
FORECASTS = page("27_forecasts", steps=pd.RangeIndex(1, 13), insort=insort, ceil=ceil, **CHOSEN)


def months(values, start="2000-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


def noise(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def walk_share(path):
    """Return how many of sixty random walks have residuals no more persistent, and whether the level may be a walk."""
    series = months(path)
    main = SimpleNamespace(found=breaks.search(series))
    cells = ("def criteria", "bic, lwz = ", "persistence = ", "remains = ")
    space = names_after("26_breaks", *cells, breaks=breaks, subject=series, main=main)
    return space["as_low"], space["wanders"]


def test_shifts_of_white_noise_are_not_taken_for_a_random_walk_and_a_random_walk_is():
    for shifts in (1, 4):
        steps = np.repeat(1.5 * (np.arange(shifts + 1) % 2), -(-399 // (shifts + 1)))[:399]
        assert walk_share(steps + noise(399, shifts)) == (0, False)
    walks = [np.cumsum(noise(240, 11)), np.cumsum(noise(240, 12) - 0.35 * np.r_[0, noise(240, 12)[:-1]])]
    assert [walk_share(walk)[1] for walk in walks] == [True, True]


@pytest.mark.parametrize(
    ("months", "real", "expected"),
    [
        (2, 0.9, "two months cannot tell what the method does"),
        (24, 0.9, "one index is **not good enough for a change over one month**"),
        (24, 0.3, "beside revisions the method does not show"),
    ],
)
def test_the_verdict_on_one_index_follows_from_the_differences(months, real, expected):
    read = []
    record = SimpleNamespace(reading=read.append, table=lambda *_: None)
    numbers = {"gaps": {False: real, True: 0.4}, "counts": {False: 6, True: 6}, "beside": [1], "months": months}
    names_after("43_one_index", "verdict = ", record=record, printed=printed, say=say, **numbers)
    means = f"real by {real} (6) and nominal by 0.4 (6)"
    missed = "Points by which printed changes are missed on average (changes)"
    assert read == [f"{missed}: {means}; {expected}."]


def test_the_hp_trend_is_the_weighted_mean_that_its_penalty_implies():
    walk = months(np.cumsum(noise(120)))
    second = np.diff(np.eye(len(walk)), n=2, axis=0)
    weights = np.linalg.inv(np.eye(len(walk)) + 129_600 * second.T @ second)
    np.testing.assert_allclose(NEWEST["hp"](walk), weights @ walk)


def test_the_hamilton_trend_is_the_stated_regression():
    y = np.cumsum(noise(120))
    rows = [[*(y[t - 24 - lag] for lag in range(12)), 1.0] for t in range(35, len(y))]
    coefficients = np.linalg.lstsq(np.array(rows), y[35:], rcond=None)[0]
    got = NEWEST["hamilton"](months(y))
    assert np.isnan(got[:35]).all()
    np.testing.assert_allclose(got[35:], np.array(rows) @ coefficients)


def test_growth_of_one_percent_a_month_is_measured_over_a_month_and_a_year():
    path = months(100 * 1.01 ** np.arange(24))
    got = [TREND["growth"](path, lag).iloc[-1] for lag in (1, 12)]
    assert got == pytest.approx([1.0, 100 * (1.01**12 - 1)])


def test_information_criteria_are_those_that_bai_and_perron_published():
    bic, lwz = BREAKS["criteria"](np.array([1214.9, 645.0, 456.0, 445.2]), 103)
    assert bic.round(4).tolist() == [2.5127, 1.9695, 1.7128, 1.7788]
    assert lwz.round(4).tolist() == [2.5501, 2.0822, 1.901, 2.043]


def test_the_number_of_breaks_depends_on_the_penalty():
    balance = load("BOPGSTB", vintage="2024-04-04", unit="billions")["balance_total_bop_sa"]
    got = BREAKS["penalised"](balance)
    assert got.is_monotonic_decreasing
    assert got.loc[64] == 4
    assert got.loc[2] > 19


@given(st.integers(39, 400), st.sampled_from([0.8, 0.95, 0.975]))
def test_a_conformal_quantile_has_the_stated_rank(n, level):
    scores = months(np.r_[np.nan, np.arange(float(n), 0, -1)])
    got = FORECASTS["quantiles"](scores, level)
    assert got.iloc[-1] == -(-round(level * (n + 1) * 1000) // 1000)
    assert got.iloc[:39].isna().all()
    assert got.iloc[39:].notna().all()


def test_with_too_few_scores_the_quantile_is_infinite():
    assert FORECASTS["quantile"](list(range(1, 19)), 0.95) == np.inf


@pytest.mark.parametrize("signed", [True, False])
def test_intervals_from_scores_have_the_stated_coverage(signed):
    scores = months(noise(1200))
    high = FORECASTS["reach"](scores, 0.95, 1, signed=signed).shift(1)
    low = FORECASTS["reach"](scores, 0.95, -1, signed=signed).shift(1)
    inside = ((scores >= low) & (scores <= high))[high.notna()]
    assert inside.mean() == pytest.approx(0.95, abs=0.015)
    assert high.iloc[-1] == pytest.approx(norm.ppf(0.975), rel=0.1)


def test_intervals_use_no_later_outcomes():
    scores = months(noise(90))
    wild = scores.mask(np.arange(90) > 60, 100 * scores)
    got, other = (FORECASTS["reach"](path, 0.95, 1, signed=True).iloc[:61] for path in (scores, wild))
    pd.testing.assert_series_equal(got, other)


def test_errors_of_constant_size_add_up_like_a_random_walk():
    got = FORECASTS["volatility"](months(np.tile([0.02, -0.02], 60)))
    np.testing.assert_allclose(got.iloc[-1], 0.02 * np.sqrt(np.arange(1, 13)))


def test_after_a_shock_volatility_is_high_and_returns_to_its_long_mean():
    got = FORECASTS["volatility"](months(np.r_[np.tile([0.02, -0.02], 60), 0.2]))
    monthly = np.diff(np.r_[0, got.iloc[-1] ** 2])
    long_mean = np.mean(np.r_[np.full(120, 0.02), 0.2] ** 2)
    recent = 0.8 * 0.02**2 + 0.2 * 0.2**2
    np.testing.assert_allclose(monthly, long_mean + 0.7 ** np.arange(12) * (recent - long_mean))


def test_after_a_calm_month_volatility_stays_at_its_long_mean():
    got = FORECASTS["volatility"](months(np.r_[np.tile([0.02, -0.02], 60), np.zeros(12)]))
    np.testing.assert_allclose(got.iloc[-1, 0] ** 2, 0.02**2 * 120 / 132)


def test_outcomes_are_counted_below_in_and_above_both_intervals():
    edges = {"low": 0.0, "low80": 2.0, "high80": 8.0, "high": 10.0}
    got = FORECASTS["placed"](pd.DataFrame({"actual": [-1.0, 1.0, 2.0, 5.0, 9.0, 9.5, 10.0, 11.0]}).assign(**edges))
    assert got.tolist() == [25.0, 25.0, 50.0, 12.5, 75.0, 12.5]


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("27_forecasts", {"origin": "2030-01"}, "origin 2030-01 is outside the span 1992-01 to 2025-03"),
        ("27_forecasts", {"origin": "1996-01"}, "has 49 months; expected at least 92"),
        ("27_forecasts", {"horizon": 25}, "less than or equal to 24"),
        ("26_breaks", {"end": "1996-06"}, "breaks: balance_total_bop_sa has 54 months; expected at least 60"),
        ("26_breaks", {"horizon": 12}, "unknown parameter 'horizon'"),
        ("23_trend", {"start": "2024-01"}, "trend: balance_total_bop_sa has 15 months; expected at least 24"),
    ],
)
def test_impossible_parameters_are_refused_with_the_reason(name, values, message):
    with pytest.raises(ParameterError, match=message):
        check(notebooks()[name], values)


def test_models_get_both_flows_without_season_and_the_balance():
    model = notebooks()["26_breaks"]
    got = check(model, {"series": "imports_goods_census_nsa", "start": "2020-01"}).load_long()
    assert list(got) == ["exports", "imports", "balance"]
    assert len(got) == 120
    whole = check(model, {"series": "imports_goods_census_nsa", "start": str(got.index[0])})
    raw = whole.load("imports_goods_census_nsa")
    assert got["imports"].diff().std() < raw["imports_goods_census_nsa"].loc[got.index].diff().std()
    index = check(model, {"series": "exports_goods_bls_nsa_base2000_index"}).load_long()
    assert list(index) == ["exports"]
