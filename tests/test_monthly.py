import numpy as np
import pandas as pd
import pytest

from tradelib.quantity.errors import SeriesError
from tradelib.quantity.monthly import require_months


def months(values, start="2000-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


def test_missing_months_at_the_ends_are_left_out():
    got = require_months(months([np.nan, 1, 2, 3, np.nan]), least=3, purpose="test")
    pd.testing.assert_series_equal(got, months([1, 2, 3], "2000-02"))


@pytest.mark.parametrize(
    ("series", "said"),
    [
        (months([1, np.nan, 3, np.nan, np.nan, np.nan, 4]), r"missing in 2000-02, 2000-04, 2000-05 and 1 more months"),
        (months([1, 2]), r"2 months; expected at least 3"),
        (months([np.nan] * 4), r"no values; expected at least 3"),
        (months([5, 5, 5, 5]), r"5 in all months; expected a series that varies"),
        (months([1, np.inf, 2]), r"infinite in 2000-02"),
        (pd.Series([1.0, 2, 3]), r"the series has RangeIndex; expected a monthly PeriodIndex"),
        (months([1, 2, 3, 4]).drop(pd.Period("2000-02")), "missing, twice or out of order"),
        (months([1, 2, 3])[::-1], "missing, twice or out of order"),
        (months([1, 2, 3]).astype(str) + "m", r"test: x holds \w+ values \(.*'1.0m'\); expected numbers"),
    ],
)
def test_unsuitable_series_are_refused(series, said):
    with pytest.raises(SeriesError, match=said):
        require_months(series, least=3, purpose="test", varying=True)
