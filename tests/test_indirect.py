"""The agency's own way: detail adjusted, years forced, summed."""

import numpy as np
import pandas as pd
import pytest

from tests.airline import AIRLINE
from tradelib.paths import data_folder
from tradelib.quantity.errors import ParameterError
from tradelib.seasonal.agreement import agreement
from tradelib.seasonal.indirect import force_years, indirect, repeats


def table(**columns):
    return pd.DataFrame(columns, index=AIRLINE.index)


def swing(values):
    return values.pct_change().groupby(values.index.month).mean().std()


def test_years_add_up_to_the_unadjusted_ones_and_parts_of_years_stay():
    unadjusted = table(a=AIRLINE, b=2 * AIRLINE).iloc[:30]
    got = force_years(unadjusted * 0 + [100.0, 7.0], unadjusted)
    year = got.index.year
    expected = unadjusted.groupby(year).sum().loc[:1950]
    pd.testing.assert_frame_equal(got.groupby(year).sum().loc[:1950], expected)
    assert set(got.loc["1951", "b"]) == {7.0}


def test_a_series_that_cannot_be_adjusted_well_stays_and_says_why():
    noise = pd.Series(np.random.default_rng(1).lognormal(size=144), AIRLINE.index)
    detail = table(air=AIRLINE, noise=noise, none=AIRLINE.where(AIRLINE > 120, 0))
    got = indirect(detail)
    assert set(got.reasons) == {"noise", "none"}
    assert "above 1.5" in got.reasons["noise"]
    assert "not above zero" in got.reasons["none"]
    pd.testing.assert_series_equal(got.adjusted["noise"], noise, check_names=False)
    assert swing(got.adjusted["air"]) < 0.02 < swing(AIRLINE)
    assert got.summary() == "3 series: 1 adjusted, 2 left unadjusted"


def test_the_limit_of_quality_is_the_callers():
    detail = table(air=AIRLINE)
    assert indirect(detail, most_q=0.01).reasons.keys() == {"air"}
    with pytest.raises(ParameterError, match="most_q"):
        indirect(detail, most_q=0)


def test_a_difference_that_repeats_by_month_is_told_from_one_that_does_not():
    months = pd.Series(AIRLINE.index.month, AIRLINE.index, dtype=float)
    assert repeats(months) == pytest.approx(1)
    assert repeats(pd.Series(np.arange(144.0), AIRLINE.index)) < 0.02


def test_the_detail_comes_near_the_agency_on_years_not_used_to_choose():
    folder = data_folder() / "census_enduse" / "2025-06-05"
    table = pd.read_csv(folder / "goods_nsa.csv", dtype={"code": str}).set_index(["flow", "code"])
    descriptions = table.pop("description")
    detail = table.T.fillna(0.0).astype(float) / 1e6  # a code without an entry in a month had no trade
    detail.index = pd.PeriodIndex(detail.index, freq="M", name="period")
    agency = pd.read_csv(folder / "world_sa.csv", index_col="period")
    agency.index = pd.PeriodIndex(agency.index, freq="M", name="period")
    assert detail.shape == (108, 280)
    assert descriptions["exports", "12260"].startswith("NONMONETARY GOLD")
    for flow, far, together in (("exports", 0.40, 0.975), ("imports", 0.22, 0.99)):
        got = indirect(detail[flow]).total.loc["2021":]
        near = agreement(got, agency[f"{flow}_goods_census_sa"].loc["2021":])
        assert near.mean_absolute < far
        assert near.correlation > together
