"""Revision statistics against plain formulas, known samples and the bundled vintages."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, strategies as st

from tradelib import revisions, store
from tradelib.quantity.errors import SeriesError
from tradelib.quantity.rounding import printed
from tradelib.revisions import triangle
from tradelib.revisions.efficiency import MeanRevision, Thresholds, mean_revision, news_or_noise
from tradelib.revisions.hac import default_lags


def months(n, start="2000-01"):
    return pd.period_range(start, periods=n, freq="M")


def hac_by_loops(x, u, present, lags):
    """Return the covariance of OLS coefficients by Newey and West, term by term over the calendar."""
    n, k = int(present.sum()), x.shape[1]
    meat = np.zeros((k, k))
    for s in range(len(u)):
        for t in range(len(u)):
            if present[s] and present[t] and abs(s - t) <= lags:
                meat += (1 - abs(s - t) / (lags + 1)) * u[s] * u[t] * np.outer(x[s], x[t])
    bread = np.linalg.inv(x[present].T @ x[present])
    return bread @ meat @ bread * n / (n - k)


@pytest.mark.parametrize("lags", [0, 2, 5])
def test_hac_with_months_missing_equals_the_formula(lags):
    random = np.random.default_rng(3)
    present = random.random(40) < 0.5
    first, revised = random.normal(0, 5, 40), random.normal(0.5, 2, 40)
    index = months(40)[present]
    got = news_or_noise(pd.Series(first[present], index), pd.Series((first + revised)[present], index), lags=lags).news
    x = np.column_stack([np.ones(40), first])
    coefficients = np.linalg.lstsq(x[present], revised[present], rcond=None)[0]
    covariance = hac_by_loops(x, revised - x @ coefficients, present, lags)
    assert (got.intercept, got.slope) == pytest.approx(tuple(coefficients))
    assert (got.t_intercept, got.t_slope) == pytest.approx(tuple(coefficients / np.sqrt(np.diag(covariance))))
    assert got.wald == pytest.approx(coefficients @ np.linalg.inv(covariance) @ coefficients / 2)
    assert got.months == present.sum()


def test_hac_without_gaps_equals_the_library():
    random = np.random.default_rng(4)
    values = pd.Series(random.normal(0.3, 1, 60), months(60))
    got = mean_revision(values)
    fit = sm.OLS(values.to_numpy(), np.ones(60)).fit(
        cov_type="HAC", cov_kwds={"maxlags": default_lags(60), "use_correction": True}, use_t=True
    )
    assert (got.mean, got.error, got.p_value) == pytest.approx((values.mean(), fit.bse[0], fit.pvalues[0]))
    assert got.mean_absolute == pytest.approx(values.abs().mean())


def test_revisions_that_are_news_are_told_from_noise():
    random = np.random.default_rng(5)
    known, later = (pd.Series(random.normal(0, size, 240), months(240)) for size in (4, 2))
    assert news_or_noise(known, known + later).verdict == "news"
    assert news_or_noise(known + later, known).verdict == "noise"
    assert news_or_noise(known + later, known + 0.5 * later + 3).verdict == "neither"


def test_nothing_is_rejected_on_few_months():
    index = months(12)
    biased = pd.Series(np.arange(12) % 3 + 10.0, index)
    got = mean_revision(biased)
    assert got.p_value < 1e-6
    assert got.verdict == "doubtful"
    assert "12 months, which is few" in got.summary()
    assert mean_revision(biased, thresholds=Thresholds(few=10)).verdict == "rejected"
    first = pd.Series(np.random.default_rng(6).normal(0, 5, 12), index)
    assert news_or_noise(first, first + biased).verdict == "cannot tell"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1.0, 2.0], "found 2 months; expected at least 3"),
        ([1.0] * 9, "found 1 in every month"),
        ([np.nan] * 9, "found 0"),
    ],
)
def test_too_little_to_test_is_refused(values, found):
    with pytest.raises(SeriesError, match=found):
        mean_revision(pd.Series(values, months(len(values))))


def test_a_first_print_that_never_moves_cannot_carry_a_regression():
    first = pd.Series(3.0, months(9))
    with pytest.raises(SeriesError, match="the first figures"):
        news_or_noise(first, first + np.arange(9))


@st.composite
def triangles(draw):
    """Draw releases with all months since the first, some releases skipped."""
    about = sorted(draw(st.sets(st.integers(2, 30), min_size=2, max_size=7)))
    held = []
    for number in about:
        month = months(1, "2001-01")[0] + number
        values = draw(st.lists(st.integers(-9, 9), min_size=number + 1, max_size=number + 1))
        day = (month + 1).end_time.date() + dt.timedelta(days=5)
        held.append((day, month, pd.Series(values, months(number + 1, "2001-01"), dtype=float)))
    return triangle.build(held, series="a", compilation="b")


@given(triangles())
def test_pairs_parts_and_steps_agree_with_loops(drawn):
    about, values = triangle.statistical_months(drawn), drawn.to_numpy()
    got = revisions.pairs(drawn)
    assert list(got.index) == list(about[:-1])
    for at, month in enumerate(about[:-1]):
        row = drawn.index.get_loc(month)
        first, last = values[row, at], values[row, -1]
        change, latest = first - values[row - 1, at], last - values[row - 1, -1]
        assert got.loc[month, ["first", "latest", "revision"]].tolist() == [first, last, last - first]
        assert got.loc[month, ["first_change", "latest_change"]].tolist() == [change, latest]
        direction = "flat" if change * latest == 0 else "flipped" if change * latest < 0 else "kept"
        assert got.loc[month, "direction"] == direction

    split = revisions.parts(drawn, got.index)
    assert (split["regular"].fillna(0) + split["annual"].fillna(0)).tolist() == got["revision"].tolist()
    annual = revisions.is_annual(drawn).tolist()
    assert annual[0] is False
    for at in range(1, len(about)):
        passed = [month.month for month in pd.period_range(about[at - 1] + 1, about[at], freq="M")]
        assert annual[at] == (4 in passed)
    for month in about[:-1]:
        start = list(about).index(month) + 1
        assert pd.isna(split.loc[month, "annual"]) == (not any(annual[start:]))

    table = revisions.step_table(drawn)
    for at in range(1, len(about)):
        moved = values[:, at] - values[:, at - 1]
        moved = moved[~np.isnan(moved) & (moved != 0)]
        assert table["revised"].iloc[at - 1] == len(moved)
        if len(moved):
            assert table["mean"].iloc[at - 1] == pytest.approx(moved.mean())
            assert abs(table["largest"].iloc[at - 1]) == abs(moved).max()


@pytest.fixture(scope="module")
def balance():
    held = store.triangle("BOPGSTB", "bea")
    billions = held / 1000
    billions.attrs = held.attrs
    return billions


def test_the_bundled_vintages_in_numbers(balance):
    got = revisions.analyse(balance)
    assert (len(got.pairs), got.is_small) == (14, True)
    assert got.pairs.loc["2022-02", ["first", "latest"]].tolist() == [-89.185, -84.685]
    assert got.pairs.index[got.pairs["direction"] == "flipped"].astype(str).tolist() == ["2022-02"]
    assert got.mean.mean == pytest.approx(got.pairs["revision"].mean())
    assert got.mean.mean_absolute == pytest.approx(got.pairs["revision"].abs().mean())
    assert got.parts["annual"].notna().sum() == 6
    assert got.efficiency.verdict == "cannot tell"
    assert (got.flips.flipped, got.flips.months, got.flips.flat) == (1, 14, 0)
    assert got.flips.low < 1 / 14 < got.flips.high
    assert got.steps.loc["2026-03-12", ["releases", "annual", "revised"]].tolist() == [1, False, 12]
    assert "which is few" in got.summary()


def test_the_second_print_has_its_own_statistics(balance):
    got = revisions.pairs(balance, number=2)
    assert got.loc["2025-07", ["first", "latest"]].tolist() == [-78.154, -74.233]
    assert "2026-01" not in got.index.astype(str)


def test_one_release_cannot_be_revised():
    with pytest.raises(SeriesError, match="found 1 release and no month with print 1 and a later one"):
        revisions.analyse(store.triangle("BOPGSTB", "census").iloc[:, :1])


def test_a_change_that_prints_as_zero_has_no_direction(balance):
    got = revisions.analyse(balance, flat=0.05)  # February 2022 was printed as unchanged: 0.044
    assert got.pairs.loc["2022-02", "direction"] == "flat"
    assert (got.flips.flipped, got.flips.months, got.flips.flat) == (0, 13, 1)
    assert got.flips.low == 0


def test_flips_need_directions():
    with pytest.raises(SeriesError, match="no month with a direction"):
        revisions.count_flips(pd.Series(["flat", np.nan]))


def test_only_the_months_asked_for_are_measured(balance):
    got = revisions.pairs(balance, start="2025-06", end="2025-12")
    assert got.index.astype(str).tolist() == [f"2025-{number:02}" for number in range(6, 13)]
    assert got.loc["2025-06", "first_change"] == 11.487  # from the month before, which is not asked for


def test_one_month_is_told_print_by_print(balance):
    assert triangle.story(balance, "2025-12") == [
        f"The first print of December 2025 was {printed(-70.311)}, on 2026-02-19.",
        f"The release of 2026-03-12, about January 2026, moved it by {printed(-2.589)} to {printed(-72.9)}.",
        "1 release at hand left it as it was.",
        f"It stands at {printed(-72.9)}, {printed(-2.589)} from where it began.",
    ]
    told = " ".join(triangle.story(balance, "2025-01"))
    assert told.startswith("The second print of January 2025, the oldest at hand, was")
    assert "or one of the 2 before it that are not at hand" in " ".join(triangle.story(balance, "2024-12"))


def test_ordinals():
    got = [triangle.ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 32, 43, 111, 122)]
    assert got == ["first", "second", "third", "4th", "11th", "12th", "13th", "21st", "32nd", "43rd", "111th", "122nd"]


def test_results_are_plain_numbers(balance):
    got = revisions.analyse(balance)
    assert isinstance(got.mean, MeanRevision)
    for value in (got.mean.t, got.mean.error, got.relative, got.efficiency.news.t_slope, got.flips.low):
        assert type(value) is float
