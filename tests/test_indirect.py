"""Indirect adjustment, as the agency does it: detail is adjusted, forced to its years, and added up."""

import numpy as np
import pandas as pd
import pytest
from page import names_after
from scipy.stats import beta

from tests.airline import AIRLINE
from tradelib.quantity.errors import ParameterError
from tradelib.report.parameters import AgencyWay, check
from tradelib.seasonal import pattern
from tradelib.seasonal.agency import agreement, force_years, indirect, load_detail
from tradelib.words import sentences as say


def table(**columns):
    return pd.DataFrame(columns, index=AIRLINE.index)


def swing(values):
    return values.pct_change().groupby(values.index.month).mean().std()


def test_years_add_up_to_the_unadjusted_ones_and_parts_of_years_are_left_as_they_are():
    unadjusted = table(a=AIRLINE, b=2 * AIRLINE).iloc[:30]
    got = force_years(unadjusted * 0 + [100.0, 7.0], unadjusted)
    year = got.index.year
    expected = unadjusted.groupby(year).sum().loc[:1950]
    pd.testing.assert_frame_equal(got.groupby(year).sum().loc[:1950], expected)
    assert set(got.loc["1951", "b"]) == {7.0}


@pytest.mark.parametrize("unadjusted_month", [0.0, 1.0])
def test_a_year_whose_adjusted_total_is_zero_is_left_as_it_is(unadjusted_month):
    adjusted = table(a=AIRLINE * 0)
    pd.testing.assert_frame_equal(force_years(adjusted, adjusted + unadjusted_month), adjusted)


def test_a_series_that_cannot_be_adjusted_well_stays_unadjusted_with_a_reason():
    noise = pd.Series(np.random.default_rng(1).lognormal(size=144), AIRLINE.index)
    detail = table(air=AIRLINE, noise=noise, none=AIRLINE.where(AIRLINE > 120, 0))
    got = indirect(detail)
    assert set(got.reasons) == {"noise", "none"}
    assert "above 1.5" in got.reasons["noise"]
    assert "not above zero" in got.reasons["none"]
    pd.testing.assert_series_equal(got.adjusted["noise"], noise, check_names=False)
    assert swing(got.adjusted["air"]) < 0.02 < swing(AIRLINE)


def test_the_caller_sets_the_limit_of_quality():
    detail = table(air=AIRLINE)
    assert indirect(detail, most_q=0.01).reasons.keys() == {"air"}
    with pytest.raises(ParameterError, match="most_q"):
        indirect(detail, most_q=0)


@pytest.mark.slow
def test_the_detail_comes_near_the_agency_on_years_not_used_to_choose():
    detail, agency = load_detail()
    assert detail.shape == (108, 280)
    assert detail.loc["2016-01", ("exports", "00000")] == pytest.approx(0.350387991)
    for flow, far, together in (("exports", 0.37, 0.975), ("imports", 0.22, 0.99)):
        got = indirect(detail[flow]).total.loc["2021":]
        near = agreement(got, agency[f"{flow}_goods_census_sa"].loc["2021":])
        assert near.mean_absolute < far
        assert near.correlation > together


def test_a_month_without_trade_is_zero_and_the_sum_is_the_unadjusted_world():
    detail, agency = load_detail()
    assert detail.notna().all().all()
    years = pd.DataFrame({flow: detail[flow].sum(axis=1) for flow in ("exports", "imports")}).groupby(detail.index.year)
    gap = agency.groupby(agency.index.year).sum().to_numpy() / years.sum().to_numpy() - 1
    assert abs(gap).max() < 1e-4


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"end": "2022-06"}, "found 18 months to compare since 2021-01; expected 24"), ({"end": "x"}, "not a month")],
)
def test_the_notebook_compares_only_months_not_used_to_choose(asked, message):
    assert check(AgencyWay, {"start": "2010-01"}).months == slice("2021-01", None)
    with pytest.raises(ParameterError, match=message):
        check(AgencyWay, asked)


def test_a_data_folder_without_the_detail_leaves_the_notebook_out(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path))
    with pytest.raises(ParameterError, match="no goods by five-digit end use"):
        load_detail()


def test_a_defect_of_the_package_is_raised_and_not_taken_for_a_bad_series(monkeypatch):
    def broken(*_args, **_kwargs):
        raise KeyError("publisher")

    monkeypatch.setattr("tradelib.seasonal.x13.x13", broken)
    months = pd.period_range("2016-01", "2024-12", freq="M")
    detail = pd.DataFrame({"10000": range(1, 109)}, index=months, dtype=float)
    with pytest.raises(KeyError, match="publisher"):
        indirect(detail)


@pytest.mark.parametrize(
    ("start", "end", "mean", "limit"),
    [("2021-01", "2024-12", 0.25, 0.41), ("2023-01", "2024-12", 0.5, 0.74), ("2021-06", "2023-05", 0.52, 0.76)],
)
def test_a_pattern_is_what_chance_makes_in_one_case_of_twenty(start, end, mean, limit):
    """Simulated on 1,500 series of noise whose years add up to zero, as those of both adjustments do."""
    months = pd.period_range("2021-01", "2024-12", freq="M")
    rest = pd.DataFrame(np.random.default_rng(3).normal(size=(48, 1500)), months)
    rest = (rest - rest.groupby(months.year).transform("mean")).loc[start:end]
    made = {"apart": {"detail": rest.iloc[:, :1]}, "whole": 1.0, "revised": [], "pattern": pattern}
    names = {"rest": rest, "flows": list(rest), "beta": beta} | made
    page = names_after("28_agency_way", "def unexplained", "chance = beta", **names)
    assert page["chance"].mean() == pytest.approx(page["repeated"].mean(), abs=0.01)
    assert page["chance"].mean() == pytest.approx(mean, abs=0.005)
    assert page["chance"].ppf(0.95) == pytest.approx(page["repeated"].quantile(0.95), abs=0.02)
    assert page["chance"].ppf(0.95) == pytest.approx(limit, abs=0.005)
    assert 0.03 < len(page["beyond"]) / 1500 < 0.07


@pytest.mark.parametrize(
    ("repeated", "expected"),
    [
        ((0.7, 0.8), "Most of it is a pattern, not noise"), ((0.45, 0.8), "Part of it is a pattern, not noise"),
        ((0.3, 0.8), "It is more than chance only in imports"), ((0.3, 0.4), "It may all be chance"),
    ],
)  # fmt: skip
def test_the_words_for_the_rest_depend_on_what_chance_would_make(repeated, expected):
    shares = pd.Series(repeated, ["exports", "imports"])
    by_calendar = pd.DataFrame(1.0, pd.MultiIndex.from_product([shares.index, list("abc")]), ["Jan", "Feb"])
    names = {"flows": list(shares.index), "beyond": list(shares.index[shares > 0.41]), "repeated": shares}
    page = names_after("28_agency_way", "sizes = by_calendar", by_calendar=by_calendar, say=say, **names)
    assert page["kind"][len(names["beyond"])] == expected
