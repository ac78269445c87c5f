"""Revision statistics, compared with plain formulas, known samples and the bundled vintages."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, strategies as st
from page import names_after
from scipy.stats import binomtest, f as f_distribution

from tradelib import store
from tradelib.analysis import revisions
from tradelib.quantity.errors import ParameterError, SeriesError
from tradelib.quantity.rounding import printed
from tradelib.report import parameters
from tradelib.report.parameters import notebooks
from tradelib.store import triangles as triangle
from tradelib.words import sentences as say

STEM = "42_news_or_noise"


def months(n, start="2000-01"):
    return pd.period_range(start, periods=n, freq="M")


def regress(revised, on, lags=None):
    """Return the notebook's fit and its covariance."""
    options = SimpleNamespace(lags=lags)
    return names_after(STEM, "lags = int", "def regress", sm=sm, pairs=revised, parameters=options)["regress"](
        revised, on
    )


def forecasts(first, final, lags=None, few=30):
    """Return the notebook's regressions on the first and on the final change, and their joint verdict."""
    changed = pd.DataFrame({"first_change": first, "latest_change": final})
    changed["change_revision"] = final - first
    options = SimpleNamespace(lags=lags, few=few, doubtful=0.05, rejected=0.01)
    cells = ("lags = int", "def regress", "def rate", "revised = ", "def joint_test", "fits = ", "outcome = ")
    space = names_after(STEM, *cells, sm=sm, pairs=changed, parameters=options)
    return space["news"], space["noise"], space["outcome"]


def mean_of(revised, few=30):
    """Return the standard error, p-value and verdict of the mean revision, as in the notebook."""
    options = SimpleNamespace(lags=None, few=few, doubtful=0.05, rejected=0.01)
    pairs = pd.DataFrame({"revision": revised})
    space = names_after(
        STEM, "lags = int", "def regress", "test = ", "def rate", sm=sm, pairs=pairs, parameters=options
    )
    return space["mean"], space["error"], space["p_value"], space["rate"](space["p_value"], len(pairs))


def hac_by_loops(x, u, present, lags):
    """Return Newey and West's covariance of OLS coefficients, summed term by term over the calendar."""
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
    first, revised = pd.Series(first[present], index), pd.Series(revised[present], index)
    fit, got = regress(revised, sm.add_constant(first), lags)
    news, *_ = forecasts(first, first + revised, lags)
    x, y = np.zeros((40, 2)), np.zeros(40)
    x[present], y[present] = np.column_stack([np.ones(len(first)), first]), revised
    coefficients = np.linalg.lstsq(x[present], y[present], rcond=None)[0]
    covariance = hac_by_loops(x, y - x @ coefficients, present, lags)
    np.testing.assert_allclose(fit.params, coefficients)
    np.testing.assert_allclose(got, covariance)
    assert (news["a"], news["b"]) == pytest.approx(tuple(coefficients))
    assert (news["t of a"], news["t of b"]) == pytest.approx(tuple(coefficients / np.sqrt(np.diag(covariance))))
    wald = coefficients @ np.linalg.inv(covariance) @ coefficients / 2
    assert news["Wald / 2"] == pytest.approx(wald)
    assert news["p"] == pytest.approx(f_distribution.sf(wald, 2, present.sum() - 2))
    assert news["R²"] == pytest.approx(np.corrcoef(first, revised)[0, 1] ** 2)


def test_hac_without_gaps_equals_the_library():
    random = np.random.default_rng(4)
    values = pd.Series(random.normal(0.3, 1, 60), months(60))
    mean, error, p_value, _ = mean_of(values)
    fit = sm.OLS(values.to_numpy(), np.ones(60)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}, use_t=True
    )
    assert (mean, error, p_value) == pytest.approx((values.mean(), fit.bse[0], fit.pvalues[0]))


@pytest.mark.parametrize(("n", "lags"), [(99, 3), (100, 4), (272, 4), (273, 5)])
def test_the_lags_are_those_of_the_usual_rule(n, lags):
    assert names_after(STEM, "lags = int", pairs=range(n), parameters=SimpleNamespace(lags=None))["lags"] == lags


def test_news_is_distinguished_from_noise():
    random = np.random.default_rng(5)
    known, later = (pd.Series(random.normal(0, size, 240), months(240)) for size in (4, 2))
    assert forecasts(known, known + later)[2] == "news"
    assert forecasts(known + later, known)[2] == "noise"
    assert forecasts(known + later, known + 0.5 * later + 3)[2] == "neither"


def test_a_hypothesis_that_is_not_rejected_is_only_called_compatible():
    meanings = names_after(STEM, 'meanings = {"news"', changed=range(40), say=say)["meanings"]
    assert meanings["news"] == "Revisions are compatible with news, and not with noise"
    assert meanings["noise"] == "Revisions are compatible with noise, and not with news"


def test_nothing_is_rejected_on_few_months():
    index = months(12)
    biased = pd.Series(np.arange(12) % 3 + 10.0, index)
    *_, p_value, verdict = mean_of(biased)
    assert p_value < 1e-6
    assert verdict == "doubtful"
    assert mean_of(biased, few=10)[-1] == "rejected"
    first = pd.Series(np.random.default_rng(6).normal(0, 5, 12), index)
    assert forecasts(first, first + biased)[2] == "cannot tell"


def with_pairs(monkeypatch, **columns):
    """Check the notebook's parameters on pairs with some columns replaced."""
    pairs = revisions.pairs(parameters.asked("25_revisions").load_triangle(), flat=0.05).assign(**columns)
    monkeypatch.setattr(revisions, "pairs", lambda *_, **__: pairs)
    return parameters.check(notebooks()["25_revisions"], {})


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"revision": 0.0}, r"\(14 months\): found revision of one size"),
        ({"first_change": 3.0}, "found first change of one size"),
        ({"direction": "flat"}, r"\(14 months\): found no direction; expected"),
    ],
)
def test_prints_that_do_not_suffice_for_a_test_are_refused(monkeypatch, columns, found):
    with pytest.raises(ParameterError, match=found):
        with_pairs(monkeypatch, **columns)


@st.composite
def triangles(draw):
    """Draw random releases with all months since the first; some releases are skipped."""
    about = sorted(draw(st.sets(st.integers(2, 30), min_size=2, max_size=7)))
    releases = []
    for number in about:
        month = months(1, "2001-01")[0] + number
        values = draw(st.lists(st.integers(-9, 9), min_size=number + 1, max_size=number + 1))
        day = (month + 1).end_time.date() + dt.timedelta(days=5)
        releases.append((day, month, pd.Series(values, months(number + 1, "2001-01"), dtype=float)))
    return triangle.build(releases, series="a", compilation="b")


def steps_of(prints):
    """Return what each release changed, by the cells of the notebook."""
    cells = ("moved_by = triangle", "passed, sizes = ")
    return names_after("25_revisions", *cells, prints=prints, triangle=triangle, pairwise=pairwise)["steps"]


def split_of(prints, pairs):
    """Return what annual and other releases changed after the first print, by the cells of the notebook."""
    names = {"prints": prints, "pairs": pairs, "parameters": SimpleNamespace(print_number=1)}
    cells = ("printed_at = [", "split = pd.DataFrame")
    return names_after("25_revisions", *cells, triangle=triangle, steps=steps_of(prints), **names)["split"]


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

    split = split_of(drawn, got)
    assert (split["regular"].fillna(0) + split["annual"].fillna(0)).tolist() == got["revision"].tolist()
    table = steps_of(drawn)
    annual = [False, *table["annual"]]
    for at in range(1, len(about)):
        passed = [month.month for month in pd.period_range(about[at - 1] + 1, about[at], freq="M")]
        assert annual[at] == (4 in passed)
    for month in about[:-1]:
        start = list(about).index(month) + 1
        assert pd.isna(split.loc[month, "annual"]) == (not any(annual[start:]))

    for at in range(1, len(about)):
        moved = values[:, at] - values[:, at - 1]
        moved = moved[~np.isnan(moved) & (moved != 0)]
        assert table["revised"].iloc[at - 1] == len(moved)
        if len(moved):
            assert table["mean"].iloc[at - 1] == pytest.approx(moved.mean())
            assert abs(table["largest"].iloc[at - 1]) == abs(moved).max()


@pytest.fixture(scope="module")
def balance():
    prints = store.triangle("BOPGSTB", "bea")
    billions = prints / 1000
    billions.attrs = prints.attrs
    return billions


def test_the_bundled_vintages_have_the_known_revisions(balance):
    pairs = revisions.pairs(balance)
    assert len(pairs) == 14
    assert pairs.loc["2022-02", ["first", "latest"]].tolist() == [-89.185, -84.685]
    assert pairs.index[pairs["direction"] == "flipped"].astype(str).tolist() == ["2022-02"]
    assert split_of(balance, pairs)["annual"].notna().sum() == 6
    steps = steps_of(balance)
    assert steps.loc["2026-03-12", ["releases", "annual", "revised"]].tolist() == [1, False, 12]
    assert forecasts(pairs["first_change"], pairs["latest_change"])[2] == "cannot tell"


def test_the_second_print_has_its_own_statistics(balance):
    got = revisions.pairs(balance, number=2)
    assert got.loc["2025-07", ["first", "latest"]].tolist() == [-78.154, -74.233]
    assert "2026-01" not in got.index.astype(str)


def test_one_release_cannot_be_revised():
    with pytest.raises(SeriesError, match="found 1 release and no month with print 1 and a later one"):
        revisions.pairs(store.triangle("BOPGSTB", "census").iloc[:, :1])


def flips(pairs):
    """Return the notebook's counts, and the share that flipped with its interval, in percent."""
    space = names_after(STEM, "interval = ", pairs=pairs, binomtest=binomtest)
    return [space[name] for name in ("flipped", "kept", "flat")], space["share"].tolist()


def test_a_change_printed_as_zero_has_no_direction(balance):
    counts, (share, low, high) = flips(revisions.pairs(balance))
    assert counts == [1, 13, 0]
    assert share == pytest.approx(100 / 14)
    assert low < share < high
    pairs = revisions.pairs(balance, flat=0.05)  # February 2022 was printed as unchanged: 0.044
    assert pairs.loc["2022-02", "direction"] == "flat"
    counts, (share, low, _) = flips(pairs)
    assert counts == [0, 13, 1]
    assert share == low == 0


def test_the_interval_is_that_of_clopper_and_pearson():
    # No flip in n months: the upper end is 1 - 0.025^(1/n).
    _, (*_, high) = flips(pd.DataFrame({"direction": ["kept"] * 10}))
    assert high == pytest.approx(100 * (1 - 0.025 ** (1 / 10)))


def test_only_the_requested_months_are_measured(balance):
    got = revisions.pairs(balance, start="2025-06", end="2025-12")
    assert got.index.astype(str).tolist() == [f"2025-{number:02}" for number in range(6, 13)]
    assert got.loc["2025-06", "first_change"] == 11.487  # from the month before, which was not requested


def story_of(prints, month):
    """Return the notebook's sentences on how one month was printed."""
    names = {"prints": prints, "triangle": triangle, "printed": printed, "say": say, "farthest": None}
    cells = ("reprinted = ", "def move_of", "at_hand = ", "story = ")
    return names_after("25_revisions", *cells, parameters=SimpleNamespace(example=month), **names)["story"]


def test_the_prints_of_one_month_are_described_one_by_one(balance):
    assert story_of(balance, "2025-12") == [
        f"The first print of December 2025 was {printed(-70.311)}, on 2026-02-19.",
        f"The release of 2026-03-12, about January 2026, moved it by {printed(-2.589)} to {printed(-72.9)}.",
        "One release at hand left it unchanged.",
        f"It now stands at {printed(-72.9)}, {printed(-2.589)} from where it began.",
    ]
    story = " ".join(story_of(balance, "2025-01"))
    assert story.startswith("The second print of January 2025, the oldest at hand, was")
    assert "or one of the 2 before it that are not at hand, moved it" in " ".join(story_of(balance, "2024-12"))


def test_ordinals_are_words_up_to_three():
    got = [triangle.ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 32, 43, 111, 122)]
    assert got == ["first", "second", "third", "4th", "11th", "12th", "13th", "21st", "32nd", "43rd", "111th", "122nd"]
