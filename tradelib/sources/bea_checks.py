"""The accounting that BEA's time series must satisfy, within a table and between the tables of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tradelib.errors import SourceError
from tradelib.sources.tidy import month_name, ordinal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.bea import Read
    from tradelib.sources.checks import Values
    from tradelib.sources.tidy import Line, Quantity

IDENTITY = 2
"""Millions: three figures, each rounded on its own."""

SPAN = 8
"""Millions: a year against twelve months, each rounded on its own."""

PARTS = 6
"""Millions: eleven categories, each rounded on its own."""

PREVIOUS_UNTIL = ordinal(1998, 12)
"""The previous presentation adds up until here; later lines of it are no longer maintained."""

OTHERS, OTHERS_SINCE = "All other countries", ordinal(2013, 1)
"""Countries moved out of the rest over the years: until here it does not add up, as the file itself says."""


class _Column(NamedTuple):
    """A column of a table: its lines, its figures, where it stands."""

    read: Read
    at: int
    lines: list[Line]
    figures: Values


def repeated(read: Read) -> dict[int, str]:
    """Return the columns whose months until 1998 are a copy of later months, and which ones.

    In releases of 2025 the monthly travel of the previous presentation (tables 4 and 5) holds 1999-2005 in the
    rows of 1992-1998; the annual lines are right. Such months are marked, not repaired.
    """
    if not _is_previous(read):
        return {}
    early = [line for line in read.lines["monthly"] if line.last <= PREVIOUS_UNTIL]
    later = {line.first: line.figures for line in read.lines["monthly"]}
    if not early or early[0].first + 2 * len(early) > max(later):
        return {}
    told = f"[as {month_name(early[0].first + len(early))} to {month_name(early[-1].last + len(early))}]"
    return {
        at: told
        for at in range(len(read.table.quantities))
        if all(line.figures[at] == later[line.first + len(early)][at] for line in early)
    }


def check_tables(file: str, reads: Sequence[Read]) -> None:
    """Check the tables of one file.

    Raises
    ------
    SourceError
        Names the place and the identity that does not hold.
    """
    for frequency in dict.fromkeys(name for read in reads for name in read.lines):
        columns: dict[Quantity, _Column] = {}
        for read in reads:
            lines = read.lines.get(frequency, [])
            figures = np.array([line.figures for line in lines], dtype=float).reshape(len(lines), -1)
            for at, quantity in enumerate(read.table.quantities):
                column = _Column(read, at, lines, figures[:, at])
                known = columns.setdefault(quantity, column)
                if known is not column:
                    _compare(file, column, [(known, 1)], 0, "the same figure in two tables")
            _check_parts(file, read, frequency, figures)
        _check_identities(file, columns)
    for read in reads:
        _check_years(file, read)


def _check_identities(file: str, columns: dict[Quantity, _Column]) -> None:
    """Check balance = exports - imports and total = goods + services, partner by partner."""
    for quantity, column in columns.items():
        if quantity.flow == "balance":
            sides = [(quantity._replace(flow="exports"), 1), (quantity._replace(flow="imports"), -1)]
            _check_identity(file, columns, column, sides, f"balance = exports - imports of {quantity.item}")
        if quantity.item == "total":
            sides = [(quantity._replace(item="goods"), 1), (quantity._replace(item="services"), 1)]
            _check_identity(file, columns, column, sides, f"{quantity.flow} of total = goods + services")


def _check_identity(
    file: str, columns: dict[Quantity, _Column], whole: _Column, sides: list[tuple[Quantity, int]], identity: str
) -> None:
    if all(quantity in columns for quantity, _ in sides):
        _compare(file, whole, [(columns[quantity], sign) for quantity, sign in sides], IDENTITY, identity)


def _compare(file: str, whole: _Column, parts: list[tuple[_Column, int]], tolerance: float, identity: str) -> None:
    """Compare a column with a signed sum of others, month by month where all are published."""
    sums = np.zeros(len(whole.lines))
    for part, sign in parts:
        of = {line.first: value for line, value in zip(part.lines, part.figures, strict=True)}
        sums += sign * np.array([of.get(line.first, np.nan) for line in whole.lines])
    for line, value, total in zip(whole.lines, whole.figures, sums, strict=True):
        if abs(value - total) > tolerance and not _exempt(whole, line):
            raise _error(file, whole, line, f"{value:,.0f} against {total:,.0f}", f"{identity} within {tolerance}")


def _check_parts(file: str, read: Read, frequency: str, figures: Any) -> None:
    """Check that the categories of services add up to their total."""
    if not read.table.has_parts:
        return
    sums = figures[:, 1:].sum(axis=1)
    for line, total, parts in zip(read.lines.get(frequency, []), figures[:, 0], sums, strict=True):
        if abs(total - parts) > PARTS and not _stale(read, line) and not (frequency == "monthly" and repeated(read)):
            column = _Column(read, 0, [], figures[:, 0])
            expected = f"total services = its categories within {PARTS}"
            raise _error(file, column, line, f"{total:,.0f} against {parts:,.0f}", expected)


def _check_years(file: str, read: Read) -> None:
    """Check that each annual line is the sum of its months or quarters, where they are published."""
    shorter = {line.first: line.figures for line in read.lines[read.table.frequency]}
    copied = repeated(read)
    step = 3 if read.table.frequency == "quarterly" else 1
    for line in read.lines["annual"]:
        if line.first not in shorter:
            continue
        parts = np.array([shorter[first] for first in range(line.first, line.last + 1, step)], dtype=float)
        for at, (value, total) in enumerate(zip(line.figures, parts.sum(axis=0), strict=True)):
            column = _Column(read, at, [], np.array([]))
            if abs(value - total) > SPAN and at not in copied and not _exempt(column, line):
                expected = f"the sum of its {'quarters' if step == 3 else 'months'} within {SPAN}"
                raise _error(file, column, line, f"{value:,.0f} against {total:,.0f}", expected)


def _exempt(column: _Column, line: Line) -> bool:
    rest = column.read.table.quantities[column.at].partner == OTHERS and line.last < OTHERS_SINCE
    return rest or _stale(column.read, line)


def _stale(read: Read, line: Line) -> bool:
    return _is_previous(read) and line.last > PREVIOUS_UNTIL


def _is_previous(read: Read) -> bool:
    return read.table.quantities[0].item.endswith("_previous")


def _error(file: str, column: _Column, line: Line, found: str, expected: str) -> SourceError:
    rows = column.read.rows[line.frequency]
    at = rows[next(at for at, one in enumerate(column.read.lines[line.frequency]) if one.first == line.first)]
    place = f"{column.read.grid.place(at, column.at + 1)} ({month_name(line.first)} to {month_name(line.last)})"
    return SourceError(file, place, found=found, expected=expected)
