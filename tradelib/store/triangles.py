"""Revision triangles: what was known when, and when it changed.

A triangle is a frame of one series in one compilation: months down, releases across, oldest first. The column labels
are the day of release and the statistical month. ``triangle`` reads one from the store; all other functions are pure.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tradelib.quantity.errors import ComparabilityError, ParameterError
from tradelib.store.periods import gap_free
from tradelib.store.queries import find
from tradelib.store.reading import known_on

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from tradelib.store.reading import Vintage

LEVELS = ["released", "statistical_month"]
DIGITS = 6
"""Decimals to which differences are rounded: more than are published, but floating-point noise breaks no ties."""


def build(prints: Iterable[tuple[dt.date, pd.Period, pd.Series]], **attributes: str) -> pd.DataFrame:
    """Return the triangle of some releases.

    Parameters
    ----------
    prints : iterable of (date, Period, Series)
        Day of release, statistical month, and the release's months.
    **attributes
        Stored in ``attrs``: ``series`` and ``compilation`` say what may be compared with what.

    Returns
    -------
    pandas.DataFrame
        Gap-free monthly ``PeriodIndex`` named ``period``; columns ``(released, statistical_month)``, oldest
        release first. A month that a release does not have is NaN.
    """
    releases = {(pd.Timestamp(day), month): values for day, month, values in prints}
    frame = gap_free(pd.concat(releases, axis=1, names=LEVELS).sort_index(axis=1).sort_index())
    frame.attrs = dict(attributes)
    return frame


def triangle(series: str, compilation: str | None = None, vintage: Vintage = None) -> pd.DataFrame:
    """Return the revision triangle of a series: months down, releases across.

    Parameters
    ----------
    series : str
        Name or mnemonic of one series.
    compilation : str, optional
        Source of the figures: ``census`` (exhibits and history table), ``bea`` (BEA's time series and FRED), ... By
        default the compilation in most releases.
    vintage : str, datetime.date or None
        Use only releases up to this day or month, as in ``load``.

    Returns
    -------
    pandas.DataFrame
        As ``build`` returns it, in the unit of the store.

    Raises
    ------
    ParameterError
        The name matches no series, several, or one that is not monthly; the compilation does not have the series; or
        the store has no release up to the vintage.
    ComparabilityError
        Several compilations were requested; they differ by more than revisions.
    """
    quantity, *others = find(series, vintage)
    if others:
        names = ", ".join(each.name for each in (quantity, *others))
        raise ParameterError(f"a triangle is of one series; {series!r} stands for {names}")
    if compilation is not None and not isinstance(compilation, str):
        raise ComparabilityError(
            f"a triangle is of one compilation, whose values only revisions change; found {compilation}"
        )
    prints: dict[str, list[tuple[dt.date, pd.Period, pd.Series]]] = defaultdict(list)
    for release in reversed(known_on(vintage)):
        for name, values in release.prints(quantity.name).items():
            prints[name].append((release.released, release.month, values))
    if not prints:
        raise ParameterError(f"no release prints {quantity.name} by month; a triangle is of monthly prints")
    own = compilation or max(prints, key=lambda name: len(prints[name]))
    if own not in prints:
        raise ParameterError(f"{own} has no {quantity.name}; possible: {', '.join(prints)}")
    return build(prints[own], series=quantity.name, compilation=own, unit=quantity.unit)


def released(triangle: pd.DataFrame) -> pd.DatetimeIndex:
    """Return the days of release, in the order of the columns."""
    return pd.DatetimeIndex(triangle.columns.get_level_values("released"))


def statistical_months(triangle: pd.DataFrame) -> pd.PeriodIndex:
    """Return the statistical months of the releases, in the order of the columns."""
    return pd.PeriodIndex(triangle.columns.get_level_values("statistical_month"), freq="M")


def latest(triangle: pd.DataFrame) -> pd.Series:
    """Return the latest values: for each month, the value in the newest release that covers it.

    Months outside the span of a release keep their values from earlier releases. A value that is missing inside the
    span of the newest release (withheld, for example) stays missing.
    """
    inside = triangle.ffill().notna() & triangle.bfill().notna()
    newest = inside.shape[1] - 1 - inside.to_numpy()[:, ::-1].argmax(axis=1)
    return pd.Series(triangle.to_numpy()[np.arange(len(triangle)), newest], triangle.index, name="latest")


def nth_print(triangle: pd.DataFrame, n: int) -> pd.Series:
    """Return each month's n-th print: its value in the release n - 1 statistical months after its own.

    Prints are counted by statistical month, because the store need not have every release: the second print of November
    is in the release about December, whether or not the store has the release about November.

    Parameters
    ----------
    triangle : DataFrame
        As ``build`` returns it.
    n : int
        1 for the first print.

    Returns
    -------
    pandas.Series
        All months of the triangle, NaN if the store does not have the release: the oldest stored value of a month is
        its first print only if it is from the release about that month. Of two releases about one month (a corrected
        reissue), the earlier counts.

    Raises
    ------
    ParameterError
        n is not a whole number of at least 1.
    """
    if not isinstance(n, (int, np.integer)) or n is True or n < 1:
        raise ParameterError(f"print number {n!r}: expected a whole number; the first print is number 1")
    months = statistical_months(triangle) - (n - 1)
    used = months.isin(triangle.index) & ~months.duplicated()
    values = triangle.to_numpy()[triangle.index.get_indexer(months[used]), used]
    return pd.Series(values, months[used], name=f"print {n}").reindex(triangle.index)


def ordinal(number: int) -> str:
    """Return ``first``, ``second``, ``third``, ``4th``, ``21st``, ..."""
    if number in (1, 2, 3):
        return ("first", "second", "third")[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


def steps(triangle: pd.DataFrame) -> pd.DataFrame:
    """Return the revision by each release: its value minus the newest earlier one; NaN if either is missing."""
    return (triangle - triangle.ffill(axis=1).shift(axis=1)).round(DIGITS)
