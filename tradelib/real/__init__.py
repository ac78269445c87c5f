"""Prices and volumes behind a nominal flow: deflating, terms of trade, what of a change is price and what volume."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tradelib import guard
from tradelib.quantity.errors import ComparabilityError, SeriesError
from tradelib.seasonal.pattern import stl_pattern

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True)
class PriceVolume:
    """A nominal flow with the price and the volume it is made of, ``nominal = price / 100 * volume``.

    Attributes
    ----------
    nominal : pandas.Series
        Current dollars by month.
    price : pandas.Series
        Index by month, 100 on average over the reference year.
    volume : pandas.Series
        The flow at the prices of the reference year, in the unit of ``nominal``.
    reference_year : int
        Moves the level of price and volume, never their growth.
    """

    nominal: pd.Series
    price: pd.Series
    volume: pd.Series
    reference_year: int

    @property
    def frame(self) -> pd.DataFrame:
        """Nominal value, price and volume side by side."""
        return pd.DataFrame({"nominal": self.nominal, "price": self.price, "volume": self.volume})

    def growth(self, over: int = 12) -> pd.DataFrame:
        """Return percent changes of value, price and volume over a number of months.

        The three belong together: ``1 + nominal/100 = (1 + price/100) * (1 + volume/100)``.
        """
        return 100 * self.frame.pct_change(over, fill_method=None)

    def split(self, over: int = 12) -> pd.DataFrame:
        """Return the change of the nominal flow over a number of months, and its price and volume parts."""
        return bennet(self.price / 100, self.volume, over)

    def summary(self) -> str:
        """Say in a sentence what of the change over the newest twelve months is price and what is volume."""
        change = self.growth(12).iloc[-1]
        return (
            f"{self.nominal.name}, {self.nominal.index[-1]} over a year: nominal {change['nominal']:+.1f}%, "
            f"price {change['price']:+.1f}%, volume {change['volume']:+.1f}%"
        )


def rebase(series: pd.Series, reference_year: int, level: float = 100.0) -> pd.Series:
    """Scale a series so that its mean over a reference year is a given level.

    Parameters
    ----------
    series : pandas.Series
        Positive values, monthly ``PeriodIndex``.
    reference_year : int
        All twelve months of it must be there.
    level : float
        Mean of the reference year afterwards: 100 for an index, the mean nominal value for chained dollars.

    Returns
    -------
    pandas.Series
        Every value times the same number, so growth is what it was; missing months stay missing. An index named
        ``..._base2000`` is named after its new reference year.

    Raises
    ------
    SeriesError
        The reference year is not whole, or a value is not positive.
    """
    require_positive(series)
    year = series[series.index.year == reference_year].dropna()
    if len(year) != 12:
        span = f"{series.first_valid_index()} to {series.last_valid_index()}"
        raise SeriesError(
            f"{series.name} has {len(year)} months of {reference_year}; expected all twelve of the reference year "
            f"(the series spans {span})"
        )
    name = re.sub(r"(?<=_base)\d{4}(?=_|$)", str(reference_year), str(series.name))
    return guard.renamed(series * (level / year.mean()), name, series)


def require_positive(series: pd.Series) -> None:
    """Refuse a price or a quantity that is zero, negative or infinite; missing months are let through.

    Raises
    ------
    SeriesError
        Names the first such month, or what the index is instead of months.
    """
    if not isinstance(series.index, pd.PeriodIndex) or series.index.freqstr != "M":
        raise SeriesError(f"{series.name} has an index of {type(series.index).__name__}; expected monthly periods")
    bad = series[(series <= 0) | np.isinf(series)]
    if len(bad):
        raise SeriesError(f"{series.name} is {bad.iloc[0]:g} in {bad.index[0]}; expected a positive number")


def require_same_months(one: pd.Series | pd.DataFrame, two: pd.Series | pd.DataFrame) -> None:
    """Refuse two sides of a formula that do not have the same months.

    Raises
    ------
    SeriesError
        Says what either side spans.
    """
    if not one.index.equals(two.index):
        spans = [f"{side.index[0]} to {side.index[-1]} ({len(side)} months)" for side in (one, two)]
        raise SeriesError(f"found {spans[0]} and {spans[1]}; expected the same months on both sides")


def adjust_price(price: pd.Series) -> pd.Series:
    """Take the seasonal movement out of an unadjusted price index, by STL, before it deflates adjusted values.

    A choice, not a rule: BLS publishes its indexes unadjusted, and the agencies deflate adjusted values by
    deflators that they adjust only where they find seasonality. A month without a survey (October 2025) stays
    missing; only for STL it is filled, on the straight line between its neighbours.

    Returns
    -------
    pandas.Series
        Named ``..._sa_...``, so that it cannot be taken for the published index.

    Raises
    ------
    ComparabilityError
        The index is already adjusted, or is none.
    SeriesError
        Several months in a row are missing, it is shorter than three years, or a value is not positive.
    """
    found = guard.require_prices(price, "base")
    if found.adjustment != "nsa":
        raise ComparabilityError(f"{found.name} is already adjusted; expected an index that is not")
    require_positive(price)
    filled = price.interpolate(limit=1, limit_area="inside")
    adjusted = stl_pattern(filled).components["adjusted"].where(price.notna())
    return guard.renamed(adjusted, found.name.replace("_nsa_", "_sa_"), price)


def deflate(
    nominal: pd.Series,
    price: pd.Series,
    reference_year: int,
    *,
    accept: Collection[guard.Aspect] = (),
) -> PriceVolume:
    """Divide a nominal flow by a price index: its implicit volume.

    Parameters
    ----------
    nominal : pandas.Series
        Current dollars, monthly.
    price : pandas.Series
        Price index of the same flow; it covers every month of ``nominal`` and the reference year.
    reference_year : int
        The volume is at the average prices of this year.
    accept : collection of str
        Differences between the two sides that the caller states and answers for: ``basis``, ``adjustment``,
        ``vintage``.

    Returns
    -------
    PriceVolume
        ``volume = 100 * nominal / price`` with the price rebased to 100 in the reference year. The volume is
        named ``..._deflated<year>``, so it cannot pass for official chained dollars.

    Raises
    ------
    ComparabilityError
        The two sides differ in flow, basis, adjustment or vintage and the difference is not stated.
    SeriesError
        The price index does not cover the months or the reference year, or a value is not positive.

    Notes
    -----
    A volume as a value divided by a price index of matching coverage: *System of National Accounts 2008*,
    chapter 15; IMF and others, *Export and Import Price Index Manual* (2009).
    """
    guard.require_prices(nominal, "current")
    guard.require_prices(price, "base")
    guard.require_same(nominal, price, ("flow", "basis", "adjustment", "vintage"), accept=accept)
    require_positive(nominal)
    index = rebase(price, reference_year)
    uncovered = nominal.index.difference(price.index)
    if len(uncovered):
        raise SeriesError(
            f"{price.name} spans {price.index[0]} to {price.index[-1]} and has no {uncovered[0]}; expected every "
            f"month of {nominal.name}, {nominal.index[0]} to {nominal.index[-1]}"
        )
    index = index.reindex(nominal.index)
    volume = guard.renamed(100 * nominal / index, f"{nominal.name}_deflated{reference_year}", nominal)
    return PriceVolume(nominal, index.where(nominal.notna()), volume, reference_year)


def terms_of_trade(exports: pd.Series, imports: pd.Series) -> pd.Series:
    """Return the price of exports in units of imports, ``100 * Px / Pm``.

    Parameters
    ----------
    exports, imports : pandas.Series
        Price indexes of the two flows with the same basis, adjustment, base and vintage.

    Raises
    ------
    ComparabilityError
        The two differ in more than the flow, or are not exports and imports.
    SeriesError
        A price is not positive.
    """
    guard.require_flows(exports, imports)
    guard.require_same(exports, imports, ("basis", "adjustment", "price_basis", "vintage"))
    for price in (exports, imports):
        require_positive(price)
    return (100 * exports / imports).rename("terms_of_trade")


def bennet(price: pd.Series, volume: pd.Series, over: int = 1) -> pd.DataFrame:
    """Split the change of a value into a price part and a volume part that add up exactly.

    Parameters
    ----------
    price, volume : pandas.Series
        By month, their product is the value.
    over : int
        Months between the two values that are compared.

    Returns
    -------
    pandas.DataFrame
        ``total`` change of the value, ``price`` part (mean volume times change of price) and ``volume`` part
        (mean price times change of volume), by month.

    Notes
    -----
    T. L. Bennet, "The Theory of Measurement of Changes in Cost of Living", *Journal of the Royal Statistical
    Society* 83 (1920). The split is symmetric in the two months and leaves no interaction term.
    """
    before_p, before_q = price.shift(over), volume.shift(over)
    parts = pd.DataFrame({
        "price": (volume + before_q) / 2 * (price - before_p),
        "volume": (price + before_p) / 2 * (volume - before_q),
    })  # fmt: skip
    parts.insert(0, "total", price * volume - before_p * before_q)
    return parts
