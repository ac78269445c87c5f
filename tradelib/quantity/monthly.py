"""Checks of a monthly series before an analysis."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from tradelib.quantity.errors import SeriesError


def require_months(series: pd.Series, *, least: int, purpose: str, varying: bool = False) -> pd.Series:
    """Return the series as floats, without missing months at its ends, or raise an error that says why it is unfit.

    Parameters
    ----------
    series : Series
        Monthly ``PeriodIndex``.
    least : int
        The smallest number of months that the analysis needs.
    purpose : str
        What the series is needed for, for the message.
    varying : bool
        Refuse a series that never changes.

    Raises
    ------
    SeriesError
        The index is not monthly or its months are not consecutive, a value is not a number, all values are missing,
        there is a gap or an infinite value, there are too few months, or (if ``varying``) the series is constant.
    """
    name = series.name if series.name is not None else "the series"
    index = series.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        raise SeriesError(f"{purpose}: {name} has {type(index).__name__}; expected a monthly PeriodIndex")
    if len(index) > 1 and not (np.diff(index.asi8) == 1).all():
        raise SeriesError(f"{purpose}: {name} has months missing, twice or out of order; expected each once, in order")
    values = trimmed(series, purpose)
    if (infinite := np.isinf(values.to_numpy())).any():
        raise SeriesError(f"{purpose}: {name} is infinite in {named_months(values.index[infinite])}; expected numbers")
    if not len(values):
        raise SeriesError(f"{purpose}: {name} has no values; expected at least {least} months")
    if (missing := np.isnan(values.to_numpy())).any():
        raise SeriesError(f"{purpose}: {name} is missing in {named_months(values.index[missing])}; expected no gap")
    if len(values) < least:
        raise SeriesError(f"{purpose}: {name} has {len(values)} months; expected at least {least}")
    numbers = values.to_numpy()
    if varying and np.ptp(numbers) <= 1e-12 * max(1.0, float(np.abs(numbers).max())):
        raise SeriesError(f"{purpose}: {name} is {values.iloc[0]:g} in all months; expected a series that varies")
    return values


def trimmed(series: pd.Series, purpose: str) -> pd.Series:
    """Return the series as floats, from its first value to its last."""
    try:
        values = series.astype(float)
    except (TypeError, ValueError) as error:
        name = "the series" if series.name is None else series.name
        raise SeriesError(f"{purpose}: {name} holds {series.dtype} values ({error}); expected numbers") from None
    valid = np.flatnonzero(~np.isnan(values.to_numpy()))
    return values.iloc[valid[0] : valid[-1] + 1] if len(valid) else values.iloc[:0]


def named_months(months: Iterable[pd.Period], shown: int = 3) -> str:
    """Return the first few months as text, and how many more there are."""
    named = [str(month) for month in months]
    more = f" and {len(named) - shown} more months" if len(named) > shown else ""
    return ", ".join(named[:shown]) + more
