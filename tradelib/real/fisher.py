"""Fisher indexes of components, and what each component adds to the growth of their total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tradelib import guard
from tradelib.quantity.errors import SeriesError
from tradelib.real import require_positive, require_same_months


@dataclass(frozen=True)
class Fisher:
    """Fisher indexes of components; ``price * quantity`` is the index of the value.

    Attributes
    ----------
    price, quantity : pandas.Series
        Chained indexes, 100 in the first complete month.
    price_link, quantity_link : pandas.Series
        Each month relative to the complete month before it.
    """

    price: pd.Series
    quantity: pd.Series
    price_link: pd.Series
    quantity_link: pd.Series

    def summary(self) -> str:
        """Say how price and quantity moved from the first to the last complete month."""
        price, quantity = self.price.dropna(), self.quantity.dropna()
        return (
            f"{price.index[0]} to {price.index[-1]}: price {price.iloc[-1] - 100:+.1f}%, "
            f"quantity {quantity.iloc[-1] - 100:+.1f}%"
        )


def fisher(prices: pd.DataFrame, quantities: pd.DataFrame) -> Fisher:
    """Chain the Fisher indexes of neighbouring months.

    Parameters
    ----------
    prices, quantities : pandas.DataFrame
        Monthly, one column a component, the same months and components. A month in which a component is missing
        has no index; the next complete month is linked to the last complete one.

    Raises
    ------
    SeriesError
        Months or components differ, no month is complete, or a price or quantity is not positive.

    Notes
    -----
    The link is the geometric mean of Laspeyres and Paasche: ``Q = sqrt(p0 q1 / p0 q0 * p1 q1 / p1 q0)`` and ``P``
    with the roles exchanged; I. Fisher, *The Making of Index Numbers* (1922). BEA, "Basic Formulas for Calculating
    Chain-Type Real Output and Price Measures", *Survey of Current Business*, May 1996.
    """
    p, q = _complete(prices, quantities)
    price_link, quantity_link = _links(p, q, 1)
    chains = [100 * link.fillna(1).cumprod() for link in (price_link, quantity_link)]
    names = ("price", "quantity", "price_link", "quantity_link")
    series = (
        s.reindex(prices.index).rename(n) for n, s in zip(names, (*chains, price_link, quantity_link), strict=True)
    )
    return Fisher(*series)


def nominal_contributions(parts: pd.DataFrame, total: pd.Series, over: int = 1) -> pd.DataFrame:
    """Return what each part adds to the percent change of a nominal total; where the parts add up, so do these.

    Parameters
    ----------
    parts : pandas.DataFrame
        Current dollars by month, one column a part.
    total : pandas.Series
        Their total, the same months.
    over : int
        Months between the two values that are compared.

    Raises
    ------
    ComparabilityError
        A part differs from the total in flow, basis, adjustment or vintage, or is in chained dollars.
    SeriesError
        The months differ, or the total is not positive.

    Notes
    -----
    ``100 * (c[t] - c[t - over]) / T[t - over]``, percentage points.
    """
    guard.require_prices(total, "current")
    for name in parts:
        guard.require_same(parts[name], total, ("flow", "basis", "adjustment", "price_basis", "vintage"))
    require_same_months(parts, total)
    require_positive(total)
    return 100 * parts.diff(over).div(total.shift(over), axis=0)


def fisher_contributions(prices: pd.DataFrame, quantities: pd.DataFrame, over: int = 1) -> pd.DataFrame:
    """Return what each component adds to the percent change of the Fisher quantity index; they sum to it exactly.

    Parameters
    ----------
    prices, quantities : pandas.DataFrame
        As for ``fisher``.
    over : int
        Months between the two that are compared directly.

    Raises
    ------
    SeriesError
        As for ``fisher``.

    Notes
    -----
    Component i adds ``100 (p1/P + p0) (q1 - q0) / sum((p1/P + p0) q0)``, with P the Fisher price index of the two
    months. BEA, *NIPA Handbook*, chapter 4, "Contributions to percent change"; the decomposition is due to
    J. van IJzeren (1952), Y. Dikhanov (1997) and C. Ehemann.
    """
    p, q = _complete(prices, quantities, keep=True)
    before_p, before_q = p.shift(over), q.shift(over)
    price_link, _ = _links(p, q, over)
    weight = p.div(price_link, axis=0) + before_p
    return 100 * (weight * (q - before_q)).div((weight * before_q).sum(axis=1, skipna=False), axis=0)


def _links(p: pd.DataFrame, q: pd.DataFrame, over: int) -> tuple[pd.Series, pd.Series]:
    """Return the Fisher price and quantity index of each row relative to the one ``over`` rows before."""
    p1, q1 = p.to_numpy(), q.to_numpy()
    p0, q0 = p.shift(over).to_numpy(), q.shift(over).to_numpy()
    v00, v01, v10, v11 = ((a * b).sum(axis=1) for a in (p0, p1) for b in (q0, q1))
    links = np.sqrt(v10 / v00 * v11 / v01), np.sqrt(v01 / v00 * v11 / v10)
    return pd.Series(links[0], p.index), pd.Series(links[1], p.index)


def _complete(
    prices: pd.DataFrame, quantities: pd.DataFrame, *, keep: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return prices and quantities of the months in which no component is missing (``keep``: missing, not left out)."""
    if set(prices) != set(quantities):
        raise SeriesError(f"found prices of {list(prices)} and quantities of {list(quantities)}; expected the same")
    require_same_months(prices, quantities)
    for frame in (prices, quantities):
        for name in frame:
            require_positive(frame[name])
    whole = prices.notna().all(axis=1) & quantities.notna().all(axis=1)
    if not whole.any():
        raise SeriesError("found no month with a price and a quantity of every component; expected at least one")
    pair = prices, quantities[list(prices)]
    return (pair[0].where(whole), pair[1].where(whole)) if keep else (pair[0][whole], pair[1][whole])
