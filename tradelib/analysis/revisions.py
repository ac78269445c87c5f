"""Revisions: a print of each month against the latest figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from tradelib import store
from tradelib.quantity.errors import SeriesError
from tradelib.quantity.result import Result
from tradelib.quantity.rounding import printed
from tradelib.store import triangles as prints


def pairs(
    triangle: pd.DataFrame,
    *,
    number: int = 1,
    start: str | pd.Period | None = None,
    end: str | pd.Period | None = None,
    flat: float = 0.0,
) -> pd.DataFrame:
    """Return a print and the latest figure, for months that have a later print.

    Parameters
    ----------
    triangle : DataFrame
        As ``tradelib.store.triangles.build`` returns it.
    number : int
        Which print; 1 is the first.
    start, end : str, pandas.Period or None
        First and last month measured, both included.
    flat : float
        A change smaller than this, in the unit of the triangle, has no direction. A change below 0.05 billion prints as
        0.0, "virtually unchanged".

    Returns
    -------
    pandas.DataFrame
        By month, in the unit of the triangle: ``released``; ``first``, ``latest``, ``revision``;
        ``first_change`` from the month before *in the same release*, ``latest_change``, ``change_revision``;
        ``direction``: ``kept``, ``flipped``, or ``flat`` if either change has none. If the month before is missing, the
        changes and the direction are missing too.
    """
    days, about = prints.released(triangle), prints.statistical_months(triangle)
    first, latest = prints.nth_print(triangle, number), prints.latest(triangle)
    before = prints.nth_print(triangle.shift(), number)  # the month before, in the same release
    released = pd.Series(days, about)[~about.duplicated()].reindex(triangle.index + (number - 1))
    table = pd.DataFrame({"released": released.set_axis(triangle.index), "first": first, "latest": latest})
    again = first.notna() & (table["released"] < days[-1])  # months that have a later print
    table = table[again].loc[start:end].rename_axis("period")
    if table.empty:
        count = f"{len(about)} release{'' if len(about) == 1 else 's'}"
        raise SeriesError(
            f"{triangle.attrs.get('series')} of {triangle.attrs.get('compilation')}: found {count} and no month with "
            f"print {number} and a later one; expected at least one"
        )
    moves = {"revision": latest - first, "first_change": first - before, "latest_change": latest.diff()}
    table = table.assign(**{name: move.round(prints.DIGITS) for name, move in moves.items()})
    table["change_revision"] = (table["latest_change"] - table["first_change"]).round(prints.DIGITS)
    changes = table[["first_change", "latest_change"]]
    is_flat = (changes.abs() < flat).any(axis=1) | (changes == 0).any(axis=1)
    flipped = changes.prod(axis=1, skipna=False) < 0
    table["direction"] = flipped.map({True: "flipped", False: "kept"}).mask(is_flat, "flat")
    table["direction"] = table["direction"].where(changes.notna().all(axis=1))
    return table


@dataclass(frozen=True, repr=False)
class Revisions(Result):
    """A print of each month against the latest figure.

    Attributes
    ----------
    label, unit : str
        The series in words, and the unit of the figures.
    triangle : pandas.DataFrame
        All prints: months down, releases across, for the functions of ``tradelib.store.triangles``.
    table : pandas.DataFrame
        By month, as ``pairs`` returns it: ``first`` (the print), ``latest``, ``revision``, ``direction`` ...
    number : int
        Which print; 1 is the first.
    """

    is_drawn: ClassVar[bool] = True

    label: str
    unit: str
    triangle: pd.DataFrame
    table: pd.DataFrame
    number: int

    @property
    def span(self) -> str:
        """First and last day of the releases."""
        days = prints.released(self.triangle)
        return f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}"

    def summary(self) -> str:
        """Return mean and mean absolute revision and how often the direction flipped, in two lines."""
        revision, turned = self.table["revision"], int((self.table["direction"] == "flipped").sum())
        print_ = f"{prints.ordinal(self.number)} print"
        return (
            f"{self.label}: {len(revision)} months with a {print_} and a later figure, in the releases of {self.span}\n"
            f"mean revision {printed(revision.mean(), sign=True)}, mean absolute {printed(revision.abs().mean())} "
            f"{self.unit}; the sign of the monthly change flipped in {turned} of them"
        )


def revisions(series: str, number: int = 1, compilation: str | None = None) -> Revisions:
    """Compare a print of each month of a series with the latest figure.

    Parameters
    ----------
    series : str
        Name or mnemonic.
    number : int
        Which print; 1 is the first.
    compilation : str, optional
        Whose figures, as for ``store.triangle``.

    Returns
    -------
    Revisions
        By month: the print, the latest figure, and the revision.

    Raises
    ------
    ParameterError
        The name fits no series, or several.
    SeriesError
        No month has that print and a later one.

    Examples
    --------
    >>> tradelib.revisions("BOPGSTB").table.loc["2025-03", ["first", "latest"]].tolist()
    [-140498.0, -135856.0]
    """
    triangle = store.triangle(series, compilation)
    [quantity] = store.find(series)
    return Revisions(quantity.label(), quantity.unit, triangle, pairs(triangle, number=number), number)
