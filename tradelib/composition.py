"""What a total is made of: shares, contributions to its change, concentration. All on sums over a window of months."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tradelib.quantity.errors import SeriesError

YEAR = 12
"""Months of a window: a year has each season once, so unadjusted figures can be compared."""


@dataclass(frozen=True)
class Composition:
    """The parts of a total over a window of months, and a year earlier.

    Attributes
    ----------
    parts : pandas.DataFrame
        One row a part, largest first: ``value`` of the window in the unit given, ``share`` of the total in percent,
        ``change`` from the window before it, ``contribution`` to the change of the total in percentage points.
    total, before : float
        The total over the window and over the one before it.
    first, last : pandas.Period
        The window, both included.
    """

    parts: pd.DataFrame
    total: float
    before: float
    first: pd.Period
    last: pd.Period

    @property
    def growth(self) -> float:
        """Change of the total from the window before it, in percent."""
        return 100 * (self.total / self.before - 1)

    def summary(self) -> str:
        """Return the largest part and the largest contribution in one sentence."""
        largest = self.parts.index[0]
        moved = self.parts["contribution"].abs().idxmax()
        return (
            f"{self.first} to {self.last}: {largest} is {self.parts['share'].iloc[0]:.1f} percent; of a change of "
            f"{self.growth:+.1f} percent {moved} made {self.parts.loc[moved, 'contribution']:+.1f} points"
        )


def compose(parts: pd.DataFrame, total: pd.Series, months: int = YEAR) -> Composition:
    """Return what a total was made of over its last months, and what moved it.

    Parameters
    ----------
    parts : pandas.DataFrame
        Values by month, one column a part; monthly ``PeriodIndex``.
    total : pandas.Series
        The total, same index; parts need not add up to it.
    months : int
        Months of the window.

    Raises
    ------
    SeriesError
        There are fewer than two windows of months, or a value in them is missing.

    Notes
    -----
    With :math:`c_i` a part and :math:`T` the total over the window, and a prime for the window before, the share is
    :math:`c_i / T` and the contribution :math:`(c_i - c_i') / T'`; contributions add up to the growth of the total
    exactly where the parts add up to it.
    """
    _require(parts, total, 2 * months)
    now, before = parts.iloc[-months:].sum(), parts.iloc[-2 * months : -months].sum()
    whole, earlier = float(total.iloc[-months:].sum()), float(total.iloc[-2 * months : -months].sum())
    table = now.to_frame("value")
    table["share"] = 100 * now / whole
    table["change"] = now - before
    table["contribution"] = 100 * table["change"] / earlier
    return Composition(
        table.sort_values("value", ascending=False, kind="stable"),
        whole,
        earlier,
        total.index[-months],
        total.index[-1],
    )


def shares(parts: pd.DataFrame, total: pd.Series, months: int = YEAR) -> pd.DataFrame:
    """Return the share of each part in the total, in percent, over a moving window of months."""
    _require(parts, total, months)
    return (100 * parts.rolling(months).sum()).div(total.rolling(months).sum(), axis=0).iloc[months - 1 :]


def concentration(parts: pd.DataFrame, total: pd.Series, months: int = YEAR) -> pd.DataFrame:
    r"""Return how concentrated a total is, over a moving window of months.

    Parameters
    ----------
    parts : pandas.DataFrame
        Values of some parts by month, best the largest; nothing is assumed about the rest of the total.
    total : pandas.Series
        The total, same index.
    months : int
        Months of the window.

    Returns
    -------
    pandas.DataFrame
        ``at_least``: what these parts alone add to the Herfindahl-Hirschman index, on a scale of 0 to 10,000; all of
        it where they are all there are. ``rest``: the share of all others, in percent. ``equal_parts``: how many
        parts of one size are as concentrated as ``at_least``.

    Notes
    -----
    :math:`H = \sum_i s_i^2` with shares in percent (Herfindahl 1950, Hirschman 1945). A rest :math:`r` adds between
    nothing, when it is in very many parts, and :math:`r^2`, when it is one.
    """
    of = shares(parts, total, months)
    known = (of**2).sum(axis=1)
    rest = (100 - of.sum(axis=1)).clip(lower=0)
    return pd.DataFrame({"at_least": known, "rest": rest, "equal_parts": 10_000 / known})


def _require(parts: pd.DataFrame, total: pd.Series, months: int) -> None:
    if len(total) < months or not parts.index.equals(total.index):
        raise SeriesError(
            f"{len(total)} months of the total, {len(parts)} of its parts; expected {months} or more of both"
        )
    if parts.isna().any(axis=None) or total.isna().any():
        column = parts.isna().any().idxmax() if parts.isna().any(axis=None) else total.name
        raise SeriesError(f"{column} has months without a value; expected none between {total.index[0]} and the end")
