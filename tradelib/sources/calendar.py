"""What must hold of the periods of a table with time down, before its figures are looked at."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.rows import Grid

_QUANTITY = itemgetter(*QUANTITY_COLUMNS)


def check_calendar(rows: Sequence[dict[str, Any]], grid: Grid) -> None:
    """Refuse a month that is left out, or that stands twice in one block.

    Parameters
    ----------
    rows : sequence of dict
        Facts, in the order of the table.
    grid : Grid
        Of the table, for the message.

    Raises
    ------
    SourceError
        Months do not run from January of the first year to the newest one of the table, each once.
    """
    seen: dict[tuple[str, ...], set[int]] = {}
    for row in rows:
        if row["first"] != row["last"] or row["edition"] != "current" or "-" in row["label"]:
            continue  # "Jan. -" is the year to date of a January
        months = seen.setdefault(_QUANTITY(row), set())
        if row["last"].ordinal in months:
            raise grid.error(row["cell"], f"{row['last']} again", "each month once")
        months.add(row["last"].ordinal)
    newest = max((max(months) for months in seen.values()), default=0)
    for months in seen.values():
        january = min(months) - min(months) % 12
        if lacking := sorted(set(range(january, newest + 1)) - months):
            gap, last = (pd.Period(ordinal=at, freq="M") for at in (lacking[0], newest))
            raise grid.error(None, f"no {gap}", f"every month from January of the first year to {last}")


def shorten_open_year(rows: Sequence[dict[str, Any]]) -> None:
    """End the line of a year that is not over with its newest month: tables of real goods call it a whole year."""
    newest = max((row["last"] for row in rows if row["first"] == row["last"]), default=None)
    for row in rows if newest is not None else ():
        if row["first"] < newest < row["last"]:
            row["last"] = newest
