"""The figures beside the text: what made the balance move, and the month at a glance."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from tradelib.headline.amounts import FLOWS, ITEMS, Amount, Months, Table, month_of
from tradelib.quantity.errors import SeriesError


class Contribution(NamedTuple):
    """What one part did to the balance.

    Attributes
    ----------
    name : str
        Series of the part, or ``rounding``.
    millions : float
        Positive when it raised the balance.
    """

    name: str
    millions: float


def contributions(frame: pd.DataFrame, month: str | pd.Period) -> tuple[Contribution, ...]:
    """Split the change of the total balance into its four parts, exactly.

    More exports raise the balance, more imports lower it. The last part, ``rounding``, is the published change
    less the sum of the four: a few millions at most, for each cell is rounded on its own.

    Parameters
    ----------
    frame : DataFrame
        The nine series of the history table in millions, monthly ``PeriodIndex``.
    month : str or pandas.Period
        The month; the one before must be there too.

    Returns
    -------
    tuple of Contribution
        Exports of goods, of services, imports of goods, of services, rounding: their sum is the change.

    Raises
    ------
    SeriesError
        The month or the one before is missing.
    """
    table, at = Table(frame), month_of(month)
    if why := table.why_missing([at - 1, at]):
        raise SeriesError(f"found no change to split in {at}: {why}; expected {at - 1} and {at}")

    def change(series: str) -> Amount:
        return table.total(series, [at]).minus(table.total(series, [at - 1]))

    signs = {"exports": 1, "imports": -1}
    parts = {
        f"{flow}_{item}_bop_sa": sign * change(f"{flow}_{item}_bop_sa").millions
        for flow, sign in signs.items()
        for item in ("goods", "services")
    }
    parts["rounding"] = change("balance_total_bop_sa").millions - sum(parts.values())
    return tuple(Contribution(name, float(value)) for name, value in parts.items())


def at_a_glance(frame: pd.DataFrame, month: str | pd.Period) -> pd.DataFrame:
    """Return the month as a small table, in billions of dollars and unrounded.

    Returns
    -------
    DataFrame
        One row a series; ``now``, ``month before``, ``change``, ``percent`` (of flows only), ``year to date``,
        ``same months a year before``, and ``three-month average``; NaN where a month is missing.
    """
    table, at = Table(frame), month_of(month)
    year = pd.period_range(f"{at.year}-01", at, freq="M")
    rows = {}
    for series in (f"{flow}_{item}_bop_sa" for flow in FLOWS for item in ITEMS):
        now, before = _total(table, series, [at]), _total(table, series, [at - 1])
        change = now.minus(before) if now and before else None
        percent = now.percent_of(before) if now and before and not series.startswith("balance") else None
        average = pd.period_range(at - 2, at, freq="M")
        rows[series] = {
            "now": _billions(now),
            "month before": _billions(before),
            "change": _billions(change),
            "percent": percent.value if percent else float("nan"),
            "year to date": _billions(_total(table, series, year)),
            "same months a year before": _billions(_total(table, series, year - 12)),
            "three-month average": _billions(None if table.why_missing(average) else table.mean(series, average)),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("series")


def history(frame: pd.DataFrame, month: str | pd.Period) -> pd.DataFrame:
    """Return the balance of every month so far, in dollars and beside the trade it comes from, and its ranks.

    Dollars grow with prices and with the economy, so the newest months crowd the top of any ranking of them;
    the share of trade, 100 balance / (exports + imports), does not.

    Returns
    -------
    DataFrame
        By month, none later than ``month``: ``balance`` (billions), ``share`` (percent of exports plus imports),
        ``rank`` and ``share rank``: 1 is the largest deficit, or the largest surplus when ``month`` has one.
    """
    table, at = Table(frame), month_of(month)
    if why := table.why_missing([at]):
        raise SeriesError(f"found no place in history for {at}: {why}; expected a month with all nine series")
    balance, exports, imports = (pd.Series(table.so_far(f"{flow}_total_bop_sa", at)) for flow in FLOWS)
    told = pd.DataFrame({"balance": balance / 1000, "share": 100 * balance / (exports + imports)}).rename_axis("period")
    deficit = balance.iloc[-1] <= 0
    told["rank"] = balance.rank(method="min", ascending=deficit).astype(int)
    told["share rank"] = told["share"].rank(method="min", ascending=deficit).astype(int)
    return told


def _total(table: Table, series: str, months: Months) -> Amount | None:
    return None if table.why_missing(months) else table.total(series, months)


def _billions(amount: Amount | None) -> float:
    return float(amount.billions) if amount else float("nan")
