"""Spans of periods, cut from a frame as a caller names them."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import pandas as pd

from tradelib.quantity.errors import ParameterError

Month: TypeAlias = "str | pd.Period | None"


def cut(frame: pd.DataFrame, start: Month, end: Month) -> pd.DataFrame:
    """Return the periods from start to end, gap-free; refuse a span that reaches beyond the data."""
    first, last = frame.index.min(), frame.index.max()
    begin, stop = _month(start, first, "start"), _month(end, last, "end")
    for name, month in (("start", begin), ("end", stop)):
        if not first <= month <= last:
            raise ParameterError(f"{name} {month} is outside the data, which span {first} to {last}")
    if begin > stop:
        raise ParameterError(f"start {begin} is after end {stop}; the data span {first} to {last}")
    return frame.reindex(pd.period_range(begin, stop, freq=first.freq, name="period"))


def _month(value: Month, default: pd.Period, name: str) -> pd.Period:
    if value is None:
        return default
    try:
        if isinstance(value, pd.Period):
            return value.asfreq(default.freq)
        month = pd.Period(dt.datetime.strptime(value, "%Y-%m"), freq="M")  # noqa: DTZ007 - a calendar month
        return month.asfreq(default.freq)
    except (ValueError, TypeError):
        raise ParameterError(f"{name} {value!r} is not a month like 2024-02") from None
