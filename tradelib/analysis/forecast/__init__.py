"""Forecasts of a monthly series from each of its months, with the months known then."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from tradelib.analysis.forecast.methods import METHODS, estimate
from tradelib.quantity.errors import ParameterError
from tradelib.quantity.monthly import require_months

__all__ = ["LEAST_MONTHS", "METHODS", "roll"]
LEAST_MONTHS = 36


def roll(series: pd.Series, horizon: int, method: str, *, refit: int = 10) -> pd.DataFrame:
    """Forecast from every month that has enough before it; the last row looks ahead from the newest month.

    Parameters
    ----------
    series : Series
        Monthly, no gap, not constant, at least 36 months, seasonally adjusted or without season. Logarithms give
        forecasts of logarithms.
    horizon : int
        Months ahead.
    method : {"ETS", "SARIMA", "UC"}
        ``ETS``: exponential smoothing with additive error and damped trend, no season. ``SARIMA``: (1,1,1)(1,0,0)12
        with drift. ``UC``: local level with drift.
    refit : int
        Parameters are estimated every so many months, from the months known then, the last time with all of them;
        forecasts use the newest estimate and all months up to their origin.

    Returns
    -------
    DataFrame
        By origin and months ahead, in the unit of the series; missing for the first 35 origins. ``attrs["notes"]``
        holds what the last fit warned of.

    Raises
    ------
    SeriesError
        The series is unfit.
    ParameterError
        Unknown method, a horizon or a number of months that is not positive.

    Notes
    -----
    Pseudo real time: the months are those of one vintage, revised since. A forecast made then knew first prints.
    """
    if horizon < 1 or refit < 1:
        raise ParameterError(f"horizon={horizon}, refit={refit}: expected at least 1")
    series = require_months(series, least=LEAST_MONTHS, purpose="forecast", varying=True)
    values, months = series.to_numpy(), len(series)
    made = np.full((months, horizon), np.nan)
    ends = sorted({LEAST_MONTHS, *range(months, LEAST_MONTHS - 1, -refit)})
    for end, following in pairwise([*ends, months + 1]):
        fitted = estimate(values[:end], method)
        made[end - 1 : following - 1] = fitted.ahead(values[: following - 1], horizon)[end - 1 :]
    frame = pd.DataFrame(made, series.index, pd.RangeIndex(1, horizon + 1, name="step"))
    frame.attrs["notes"] = fitted.notes
    return frame
