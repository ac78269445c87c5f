"""What a monthly series must be before it is analysed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tradelib.errors import SeriesError


def require_monthly(series: pd.Series, *, months: int, missing: bool = False) -> pd.Series:
    """Return the series as floats, or say why it cannot be analysed.

    Parameters
    ----------
    series : pandas.Series
        Numbers over a monthly ``PeriodIndex`` in calendar order.
    months : int
        Least number of months the analysis needs.
    missing : bool
        Whether months without a value, inside the span, are allowed.

    Returns
    -------
    pandas.Series
        The same values as ``float64`` under the same index.

    Raises
    ------
    SeriesError
        Not a series of numbers over months, a month left out or twice, too short, a value missing (where not
        allowed) or infinite, all values the same.
    """
    name = _name(series)
    _require_calendar(series, name)
    try:
        values = series.astype("float64")
    except (TypeError, ValueError) as error:
        raise SeriesError(f"{name}: found {series.dtype} values ({error}); expected numbers") from None
    gaps = values.index[values.isna()]
    if len(gaps) and not missing:
        raise SeriesError(f"{name}: found {len(gaps)} missing values, first {gaps[0]}; expected a value every month")
    if np.isinf(values).any():
        raise SeriesError(f"{name}: found an infinite value in {values.index[np.isinf(values)][0]}; expected numbers")
    if (held := int(values.notna().sum())) < months:
        raise SeriesError(f"{name}: found {held} months with a value; expected at least {months}")
    if values.min() == values.max():
        raise SeriesError(f"{name}: found the same value, {values.dropna().iloc[0]:g}, in every month; nothing moves")
    return values


def _name(series: object) -> str:
    name = getattr(series, "name", None)
    return "the series" if name is None else str(name)


def _require_calendar(series: pd.Series, name: str) -> None:
    if not isinstance(series, pd.Series):
        raise SeriesError(f"found a {type(series).__name__}; expected a pandas Series")
    index = series.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        kind = f"a {type(index).__name__}" + (f" of frequency {index.freqstr}" if hasattr(index, "freqstr") else "")
        raise SeriesError(f"{name}: found {kind}; expected a monthly PeriodIndex (pandas frequency 'M')")
    steps = np.diff(index.asi8)
    if (steps != 1).any():
        at = int(np.argmax(steps != 1))
        raise SeriesError(f"{name}: found {index[at + 1]} right after {index[at]}; expected consecutive months")
