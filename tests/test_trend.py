import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from matplotlib import pyplot as plt
from page import names_after
from statsmodels.tsa.seasonal import STL

from tradelib.analysis import trend
from tradelib.quantity.errors import SeriesError
from tradelib.report.look import charts, figures
from tradelib.words import sentences as say


def months(values, start="2000-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


def wave(n=120, period=40, amplitude=1.0):
    return months(amplitude * np.cos(2 * np.pi * np.arange(n) / period))


def test_stl_parts_add_up_and_a_line_is_separated_from_its_season():
    line, season = 0.5 * np.arange(240), 3 * np.sin(2 * np.pi * np.arange(240) / 12)
    noise = np.random.default_rng(1).normal(0, 0.01, 240)
    got = trend.stl_trend(months(line + season + noise))
    np.testing.assert_allclose(got.sum(axis=1), line + season + noise)
    np.testing.assert_allclose(got.trend, line, atol=0.03)


@pytest.mark.parametrize("length", [24, 36])
def test_stl_accepts_a_short_or_constant_series(length):
    got = trend.stl_trend(months([7.0] * length))
    np.testing.assert_allclose(got.trend, 7.0)


@pytest.mark.parametrize(
    ("values", "said"),
    [([1.0] * 23, "23 months; expected at least 24"), ([np.nan] * 30, "no values"), ([1.0, np.nan] * 20, "missing in")],
)
def test_stl_says_why_it_refuses_a_series(values, said):
    with pytest.raises(SeriesError, match=said):
        trend.stl_trend(months(values))


def test_the_turning_points_of_a_wave_are_found():
    got = trend.turning_points(wave())
    expected = {20: "trough", 40: "peak", 60: "trough", 80: "peak", 100: "trough"}
    assert {(m - pd.Period("2000-01", "M")).n: turn for m, turn in got.items()} == expected


def dated_turns(path, turns):
    """Return the turning points that the notebook dates, the newest first, and the axes with their labels."""
    _, ax = plt.subplots()
    names = {"turns": turns, "values": path, "parts": pd.DataFrame({"trend": path}), "figures": figures, "say": say}
    names |= {"first": path.index[0], "since": path.index[-1], "label": "x"}
    space = names_after("23_trend", "sides = ", "dated, newest = ", "def mark_turns", "def date_turns", **names)
    space["mark_turns"](ax)
    space["date_turns"](ax)
    plt.close(ax.figure)
    return [(str(month), turns[month]) for month in space["dated"]], ax


def test_dated_turns_of_one_kind_are_at_least_a_quarter_of_the_span_apart():
    path = wave(n=240)  # a quarter is 60 months, and peaks are 40 months apart
    turns = trend.turning_points(path)
    got, ax = dated_turns(path, turns)
    expected = {220: "trough", 200: "peak", 140: "trough", 120: "peak", 60: "trough", 40: "peak"}
    assert got == [(str(pd.Period("2000-01", "M") + place), turn) for place, turn in expected.items()]
    assert [text.get_text() for text in ax.texts] == [f"{pd.Period(month, 'M'):%b %Y}" for month, _ in got]
    assert [(line.get_marker(), line.get_ydata()[0]) for line in ax.lines] == [
        ("^" if turn == "peak" else "v", path[month]) for month, turn in turns.items()
    ]


def test_a_trend_without_turning_points_has_no_dates():
    path = months(np.arange(50))
    got, ax = dated_turns(path, trend.turning_points(path))
    assert (got, list(ax.lines), list(ax.texts)) == ([], [], [])


def test_a_straight_or_constant_trend_does_not_turn():
    assert trend.turning_points(months(np.arange(50))).empty
    assert trend.turning_points(months([1.0] * 50)).empty


def test_small_moves_and_short_cycles_do_not_count():
    assert trend.turning_points(wave(amplitude=0.4), least=1.0).empty
    assert not trend.turning_points(wave(amplitude=0.6), least=1.0).empty
    got = trend.turning_points(wave(period=13))
    assert len(got) < len(trend.turning_points(wave(period=13), cycle=0))


@given(st.lists(st.integers(-50, 50), min_size=11, max_size=120), st.integers(0, 20))
def test_turning_points_keep_their_rule(values, least):
    path = months(values)
    got = trend.turning_points(path, least=least)
    at = np.array([(m - path.index[0]).n for m in got.index])
    assert all(a != b for a, b in itertools.pairwise(got))
    assert (np.diff(at) >= 5).all()
    assert (at[2:] - at[:-2] >= 15).all()
    assert (np.abs(np.diff(path[got.index])) >= least).all()
    for month, turn in got.items():
        around = path[month - 5 : month + 5].drop(month)
        assert (path[month] > around.max()) if turn == "peak" else (path[month] < around.min())


def taken_apart(series, adjustment="nsa"):
    """Return the notebook's parts of a series and its measures on them."""
    quantity, record = SimpleNamespace(adjustment=adjustment), SimpleNamespace(text=lambda *_: None)
    names = {"STL": STL, "values": series, "quantity": quantity, "record": record, "signed": False}
    names |= {"amount": lambda value: f"{value:.1f}", "title": "", "standing": ""}
    return names_after("23_trend", "split = STL", "scatter = ", "in_percent = ", "smooth = ", **names)


def test_new_months_are_judged_by_the_scatter_of_the_last_five_years_and_of_changes():
    """The noise is three times as large in the last six of 20 years; a change has twice the variance of a month."""
    size = np.where(np.arange(240) < 168, 1.0, 3.0)
    got = [
        taken_apart(months(100 + size * np.random.default_rng(seed).normal(size=240)), "sa")["noise"]
        for seed in range(20)
    ]
    noise = pd.DataFrame(got).mean()
    assert 1.0 < noise["span"] < 1.6
    assert noise["month"] > 1.8 * noise["span"]
    assert noise["change"] / noise["month"] == pytest.approx(np.sqrt(2), rel=0.1)


def test_scatter_cannot_be_measured_in_less_than_three_years():
    path = months(100 + np.random.default_rng(1).normal(size=35))
    assert set(taken_apart(path)["noise"]) == {0.0}


def test_growth_of_an_unadjusted_series_is_measured_without_its_season():
    """With a season on growth of 6 percent a year, growth of three months over three must not include the season."""
    series = months(100 * 1.06 ** (np.arange(240) / 12) + 20 * np.sin(2 * np.pi * np.arange(240) / 12))
    got = taken_apart(series)["grown"].iloc[-60:]
    assert got["annualised"].sub(6).abs().max() < 2
    assert got["month"].abs().max() < 1
    assert got["year"].sub(6).abs().max() < 2
    assert taken_apart(series, "sa")["grown"]["annualised"].iloc[-60:].max() > 30


@pytest.mark.parametrize(
    ("adjustment", "length", "expected"),
    [
        ("sa", 30, ["month", "year", "three_months", "annualised"]),
        ("nsa", 36, ["month_without_season", "year", "three_months_without_season", "annualised_without_season"]),
        ("nsa", 35, ["year"]),
    ],
)
def test_measures_without_the_season_have_names_of_their_own(adjustment, length, expected):
    space = taken_apart(months(np.arange(100.0, 100 + length)), adjustment)
    known = ("unadjusted", "values", "grown", "yearly")
    record = SimpleNamespace(figure=lambda *_, **__: None)
    names = {name: space[name] for name in known} | {"record": record, "title": "", "under": "", "shade": "C0"}
    shown = names_after("23_trend", "shown = ", charts=charts, plt=plt, **names)["grown"]
    plt.close("all")
    assert list(shown) == expected
