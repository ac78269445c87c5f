"""What must hold of the periods of a table with time down, before its figures are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.rows import Grid


class Reading(NamedTuple):
    """One figure as it was read; ``quantity`` is its number in the list of the table, months are ordinals."""

    quantity: Any
    first: Any
    last: Any
    value: Any
    marker: Any
    edition: Any
    cell: Any
    label: Any


def check_calendar(figures: Sequence[Reading], quantities: Sequence[tuple[str, ...]], grid: Grid) -> None:
    """Refuse a month that is left out, or that stands twice in one block.

    Parameters
    ----------
    figures : sequence of Reading
        In the order of the table.
    quantities : sequence of tuple
        What the numbers of their quantities stand for.
    grid : Grid
        Of the table, for the message.

    Raises
    ------
    SourceError
        Months do not run from January of the first year to the newest one of the table, each once.
    """
    seen: dict[tuple[str, ...], set[int]] = {}
    for figure in figures:
        if figure.first != figure.last or figure.edition != "current" or "-" in figure.label:
            continue  # "Jan. -" is the year to date of a January
        months = seen.setdefault(quantities[figure.quantity], set())
        if figure.last in months:
            raise grid.error(figure.cell, f"{_month(figure.last)} again", "each month once")
        months.add(figure.last)
    newest = max((max(months) for months in seen.values()), default=0)
    for months in seen.values():
        january = min(months) - min(months) % 12
        if lacking := sorted(set(range(january, newest + 1)) - months):
            expected = f"every month from January of the first year to {_month(newest)}"
            raise grid.error(None, f"no {_month(lacking[0])}", expected)


def _month(ordinal: int) -> pd.Period:
    return pd.Period(ordinal=ordinal, freq="M")
