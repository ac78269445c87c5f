import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from matplotlib import pyplot as plt
from page import names_after

from tradelib.analysis import trend
from tradelib.quantity.errors import SeriesError
from tradelib.report.look import figures
from tradelib.words import sentences as say


def months(values, start="2000-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


def wave(n=120, period=40, amplitude=1.0):
    return months(amplitude * np.cos(2 * np.pi * np.arange(n) / period))


def test_stl_parts_add_up_and_a_line_with_a_season_is_taken_apart():
    line, season = 0.5 * np.arange(240), 3 * np.sin(2 * np.pi * np.arange(240) / 12)
    noise = np.random.default_rng(1).normal(0, 0.01, 240)
    got = trend.stl_trend(months(line + season + noise))
    np.testing.assert_allclose(got.sum(axis=1), line + season + noise)
    np.testing.assert_allclose(got.trend, line, atol=0.03)


@pytest.mark.parametrize("length", [24, 36])
def test_stl_of_a_short_or_constant_series(length):
    got = trend.stl_trend(months([7.0] * length))
    np.testing.assert_allclose(got.trend, 7.0)


@pytest.mark.parametrize(
    ("values", "said"),
    [([1.0] * 23, "23 months; expected at least 24"), ([np.nan] * 30, "no values"), ([1.0, np.nan] * 20, "missing in")],
)
def test_stl_says_why_it_cannot(values, said):
    with pytest.raises(SeriesError, match=said):
        trend.stl_trend(months(values))


def test_turning_points_of_a_wave():
    got = trend.turning_points(wave())
    expected = {20: "trough", 40: "peak", 60: "trough", 80: "peak", 100: "trough"}
    assert {(m - pd.Period("2000-01", "M")).n: turn for m, turn in got.items()} == expected


def dated_turns(path, turns):
    """Return the turning points that the page dates, the newest first, and the axes that they are written on."""
    _, ax = plt.subplots()
    names = {"turns": turns, "values": path, "parts": pd.DataFrame({"trend": path}), "figures": figures, "say": say}
    names |= {"first": path.index[0], "since": path.index[-1], "label": "x"}
    space = names_after("23_trend", "sides = ", "dated, newest = ", "def mark_turns", "def date_turns", **names)
    space["mark_turns"](ax)
    space["date_turns"](ax)
    plt.close(ax.figure)
    return [(str(month), turns[month]) for month in space["dated"]], ax


def test_dates_of_turning_points_of_a_kind_are_a_quarter_of_the_span_apart():
    path = wave(n=240)  # a quarter is 60 months, and from peak to peak are 40
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
