"""Chained dollars: their implicit prices, and another reference year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradelib import guard
from tradelib.quantity.errors import SeriesError
from tradelib.real import PriceVolume, rebase, require_positive, require_same_months

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

_COMPILED_ALIKE: tuple[guard.Aspect, ...] = ("flow", "item", "basis", "adjustment", "vintage")


def implicit_price(nominal: pd.Series, chained: pd.Series, *, accept: Collection[guard.Aspect] = ()) -> PriceVolume:
    """Return the price that stands between a nominal flow and its chained dollars, ``100 * nominal / chained``.

    Parameters
    ----------
    nominal, chained : pandas.Series
        Current and chained dollars of the same flow and item, the same months.
    accept : collection of str
        Differences between the two sides that the caller states and answers for, such as ``vintage``.

    Raises
    ------
    ComparabilityError
        The two are not the same quantity at two prices, or a difference is not stated.
    SeriesError
        The months differ, or a value is not positive.

    Notes
    -----
    BEA, *NIPA Handbook*, chapter 4: an implicit price deflator is the ratio of the current-dollar value to the
    chained-dollar value, times 100.
    """
    guard.require_prices(nominal, "current")
    year = guard.reference_year(chained)
    guard.require_same(nominal, chained, _COMPILED_ALIKE, accept=accept)
    require_same_months(nominal, chained)
    for series in (nominal, chained):
        require_positive(series)
    found = guard.quantity(chained)
    name = f"{found.flow}_{found.item}_implicit_price_{found.basis}_{found.adjustment}_base{year}"
    return PriceVolume(nominal, guard.renamed(100 * nominal / chained, name, chained), chained, year)


def rebase_chained(
    chained: pd.Series, nominal: pd.Series, reference_year: int, *, accept: Collection[guard.Aspect] = ()
) -> pd.Series:
    """Express chained dollars in those of another reference year: levels change, growth does not.

    Parameters
    ----------
    chained, nominal : pandas.Series
        The same flow and item; both have all months of the new reference year.
    reference_year : int
        In it the chained dollars will sum to the nominal ones.
    accept : collection of str
        Differences that the caller states, such as ``vintage``.

    Raises
    ------
    ComparabilityError
        The two are not the same quantity at two prices.
    SeriesError
        A month of the reference year is missing, or a value is not positive.

    Notes
    -----
    BEA, *NIPA Handbook*, chapter 4: chained dollars are the quantity index times the current dollars of the
    reference year. An agency's own change of reference year comes with revised data, so its growth can differ.
    """
    guard.require_prices(nominal, "current")
    old = guard.reference_year(chained)
    guard.require_same(nominal, chained, _COMPILED_ALIKE, accept=accept)
    require_positive(nominal)
    year = nominal[nominal.index.year == reference_year].dropna()
    if len(year) != 12:
        raise SeriesError(f"{nominal.name} has {len(year)} months of {reference_year}; expected all twelve")
    rebased = rebase(chained, reference_year, float(year.mean()))
    return guard.renamed(rebased, str(chained.name).replace(f"chained{old}", f"chained{reference_year}"), chained)
