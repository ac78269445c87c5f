"""What a monthly series must be before it is analysed."""

import numpy as np
import pandas as pd
import pytest

from tradelib.errors import SeriesError
from tradelib.series import require_monthly


def months(count=60, start="2010-01"):
    return pd.period_range(start, periods=count, freq="M", name="period")


def walk(count=60):
    return pd.Series(np.random.default_rng(1).normal(size=count).cumsum(), index=months(count), name="walk")


def test_a_good_series_comes_back_unchanged():
    expected = walk()
    got = require_monthly(expected, months=36)
    pd.testing.assert_series_equal(got, expected)


@pytest.mark.parametrize(
    ("series", "told"),
    [
        (walk(30), "found 30 months with a value; expected at least 36"),
        (walk() * 0, "same value, 0,"),
        (walk() * 0 + 7, "same value, 7,"),
        (walk().where(walk().index != pd.Period("2012-05", "M")), "1 missing values, first 2012-05"),
        (walk().drop(pd.Period("2012-05", "M")), "found 2012-06 right after 2012-04"),
        (walk().replace(walk().iloc[3], np.inf), "infinite value in 2010-04"),
        (pd.Series(1.0, index=pd.period_range("2000Q1", periods=60, freq="Q")), "PeriodIndex of frequency Q-DEC"),
        (pd.Series(1.0, index=months().to_timestamp()), "found a DatetimeIndex"),
        (pd.Series(range(60)), "found a RangeIndex"),
        (pd.Series("x", index=months()), "expected numbers"),
        (walk().iloc[::-1], "right after"),
        (walk().to_frame(), "found a DataFrame"),
    ],
)
def test_an_unfit_series_is_refused_in_words(series, told):
    with pytest.raises(SeriesError, match=told):
        require_monthly(series, months=36)


def test_missing_months_pass_where_they_may():
    holed = walk().where(walk().index != pd.Period("2012-05", "M"))
    got = require_monthly(holed, months=36, missing=True)
    assert got.isna().sum() == 1
