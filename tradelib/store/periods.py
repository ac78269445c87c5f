"""Spans of time, as users give them and as facts have them."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from typing import TypeAlias

import numpy as np
import pandas as pd

from tradelib.quantity.errors import ParameterError

Month: TypeAlias = "str | dt.date | pd.Period | None"
_PERIOD = re.compile(r"\d{4}(-\d\d?|-\d\d-\d\d|-?Q[1-4])?", re.ASCII)
_LIKE = {"M": "month like 2024-02", "Q": "quarter like 2024Q1", "Y": "year like '2024'"}


def day_of(value: str | dt.date, name: str) -> dt.date:
    """Return a value as a day; ``name`` is the parameter named in the ``ParameterError`` if it is not one."""
    with suppress(ValueError):
        day = dt.date.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(day, dt.date) and pd.notna(day):
            return day.date() if isinstance(day, dt.datetime) else day
    raise ParameterError(f"{name} {value!r} is not a day like 2024-04-04")


def month_of(value: str | dt.date | pd.Period, name: str = "month", letter: str = "M") -> pd.Period:
    """Return a value as a month; a day gives its month, anything else raises ``ParameterError`` with ``name``.

    With letter ``"Q"`` or ``"Y"``, return the quarter or year; if the value spans several, the last if ``name`` is
    ``end``, else the first.
    """
    with suppress(AttributeError, ValueError):
        if isinstance(value, str):
            span = pd.Period(value if _PERIOD.fullmatch(value) else None)
        else:
            span = value if isinstance(value, pd.Period) else pd.Period(value.isoformat(), "D")
        first, last = span.asfreq(letter, "start"), span.asfreq(letter, "end")
        if first == last or letter != "M":
            return last if name == "end" else first
    raise ParameterError(f"{name} {value!r} is not a {_LIKE[letter]}")


def gap_free(values: pd.Series) -> pd.Series:
    """Return monthly values with every month from first to last; months without a value become missing."""
    return values.reindex(pd.period_range(values.index[0], values.index[-1], freq="M", name="period"))


def longest_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Return facts sorted by name and last month, one per span, from the table with most spans of the quantity."""
    name, exhibit = (rows[column].cat.codes.to_numpy().astype(np.intp) for column in ("name", "exhibit"))
    table, last = name * (1 + exhibit.max(initial=0)) + exhibit, rows["last"].array.asi8
    order = np.lexsort((-np.bincount(table)[table], last, name))  # stable: of equal tables, the first
    is_new = np.diff(name[order], prepend=-1).astype(bool) | np.diff(last[order], prepend=-1).astype(bool)
    return rows.iloc[order[is_new]]


def spans(facts: pd.DataFrame, months: int) -> pd.DataFrame:
    """Return the published facts whose spans have the given number of months; 0 for years to date.

    January to March is a quarter in a table of quarters, else a year to date. A single January and a complete year are
    never years to date.
    """
    published = (facts["edition"] == "current") & facts["value"].notna()
    last = facts["last"].astype("int64")
    length = last - facts["first"].astype("int64") + 1
    if months not in (0, 3):
        return facts[published & (length == months)]
    quarters = facts.loc[published & (length == 3) & (last % 12 != 2), "exhibit"].unique()
    by_quarter = facts["exhibit"].isin(quarters)
    to_date = (length == last % 12 + 1) & length.between(2, 11)
    return facts[published & (by_quarter & (length == 3) if months else ~by_quarter & to_date)]
