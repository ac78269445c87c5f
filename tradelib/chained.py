"""Chained dollars: implicit prices, another reference year, the real and the command-basis balance.

Chained components do not add up. Nothing here adds them without showing the residual that is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradelib import guard
from tradelib.errors import ComparabilityError, SeriesError
from tradelib.real import PriceVolume, rebase, require_positive, require_same_months

if TYPE_CHECKING:
    from collections.abc import Collection

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
    return PriceVolume(nominal, (100 * nominal / chained).rename(name), chained, year)


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
    return rebased.rename(str(chained.name).replace(f"chained{old}", f"chained{reference_year}"))


def real_balance(chained: pd.DataFrame) -> pd.DataFrame:
    """Return exports minus imports in chained dollars, item by item, with the residual that the items leave.

    Parameters
    ----------
    chained : pandas.DataFrame
        Exports and imports of the total ``goods``, the end uses and the published ``residual``, in chained
        dollars of one reference year.

    Returns
    -------
    pandas.DataFrame
        One column an item, the total first; the last, ``balance_residual_...``, is what the end uses leave.

    Raises
    ------
    ComparabilityError
        Exports and imports differ in basis, adjustment, reference year or vintage.
    SeriesError
        An item stands on one side only.

    Notes
    -----
    A difference of two chained aggregates is not itself a chained aggregate: away from the reference year its
    level depends on that year, and so does its percent change.
    """
    found = {name: guard.quantity(chained[name]) for name in chained}
    exports = [name for name, q in found.items() if q.flow == "exports"]
    columns = {}
    for x in exports:
        m = str(x).replace("exports_", "imports_", 1)
        if m not in chained:
            others = [name for name, q in found.items() if q.flow == "imports" and q.item == found[x].item]
            for other in others:
                guard.require_same(chained[x], chained[other], ("basis", "adjustment", "price_basis", "vintage"))
            raise SeriesError(f"found {x} without {m}; expected every item of both flows")
        guard.reference_year(chained[x])
        columns[str(x).replace("exports_", "balance_", 1)] = chained[x] - chained[m]
    return pd.DataFrame(columns)


def command_basis(exports: PriceVolume, imports: PriceVolume) -> pd.DataFrame:
    """Return the balance by volumes and by what exports can buy, and the trading gain between the two.

    Parameters
    ----------
    exports, imports : PriceVolume
        Of the same reference year.

    Returns
    -------
    pandas.DataFrame
        ``volume_balance`` (export volume - import volume), ``command_balance`` (exports deflated by import prices -
        import volume), ``trading_gain`` (the second minus the first: what better terms of trade are worth).

    Raises
    ------
    ComparabilityError
        Reference years, basis, adjustment or vintage differ.

    Notes
    -----
    Exports deflated by the import price are BEA's command-basis exports: E. F. Denison, "International
    Transactions in Measures of the Nation's Production", *Survey of Current Business*, May 1981. The trading gain
    with the import price as numeraire: *System of National Accounts 2008*, paragraph 15.188.
    """
    guard.require_flows(exports.nominal, imports.nominal)
    guard.require_same(exports.nominal, imports.nominal, ("item", "basis", "adjustment", "vintage"))
    if exports.reference_year != imports.reference_year:
        raise ComparabilityError(
            f"{exports.volume.name} ({exports.reference_year}) and {imports.volume.name} ({imports.reference_year}) "
            "differ in reference year; rebase one of them"
        )
    volume = exports.volume - imports.volume
    command = 100 * exports.nominal / imports.price - imports.volume
    return pd.DataFrame({"volume_balance": volume, "command_balance": command, "trading_gain": command - volume})
