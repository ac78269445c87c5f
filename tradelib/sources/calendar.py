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
    """Refuse a month or quarter that is left out, or that stands twice in one block.

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
        Months (or quarters) do not run from January of the first year to the newest one of the table, each once.
    """
    seen: dict[int, dict[tuple[str, ...], set[int]]] = {1: {}, 3: {}}
    for figure in figures:
        length = figure.last - figure.first + 1
        if length not in seen or figure.edition != "current" or "-" in figure.label:
            continue  # "Jan. -" is the year to date of a January
        ends = seen[length].setdefault(quantities[figure.quantity], set())
        if figure.last in ends:
            raise grid.error(figure.cell, f"{_month(figure.last)} again", "each month or quarter once")
        ends.add(figure.last)
    for length, by_quantity in seen.items():
        newest = max((max(ends) for ends in by_quantity.values()), default=0)
        for ends in by_quantity.values():
            january = min(ends) - min(ends) % 12
            if lacking := sorted(set(range(january + length - 1, newest + 1, length)) - ends):
                every = f"every {'month' if length == 1 else 'quarter'} from January of the first year"
                raise grid.error(None, f"no {_month(lacking[0])}", f"{every} to {_month(newest)}")


def _month(ordinal: int) -> pd.Period:
    return pd.Period(ordinal=ordinal, freq="M")
