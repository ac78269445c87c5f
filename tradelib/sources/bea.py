"""BEA's two workbooks of time series: one shape of table, found by its title, whichever sheet it is on.

Lines of title and unit, a header over the stub *Period*, then the rows under *Annual* and under *Monthly* or
*Quarterly* (they move from release to release), then notes.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tradelib.errors import SourceError
from tradelib.sources.bea_checks import PREVIOUS_UNTIL, check_tables, repeated
from tradelib.sources.bea_tables import GEO, SERIES, Table, key
from tradelib.sources.grid import read_raw, read_sheets
from tradelib.sources.stub import MONTHS
from tradelib.sources.tidy import Facts, Line, month_name, ordinal, stack, tidy
from tradelib.sources.workbook import is_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.grid import Grid

TITLES = {
    "BEA time series": "U.S. International Trade in Goods and Services, time series",
    "BEA time series by country": "U.S. International Trade by Selected Countries and Areas, time series",
}
_MONTH = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
_LABEL = re.compile(r"((?:19|20)\d\d)(?: ([A-Z]{3}|[1-4]))?(?: (\([A-Z]+\)))?", re.ASCII | re.IGNORECASE)
_UPDATED = re.compile(r"Last updated ([A-Z][a-z]+) (\d{1,2}), (\d{4})", re.ASCII)
_BLOCKS = {"annual": 12, "quarterly": 3, "monthly": 1}


@dataclass(frozen=True)
class Read:
    """One table as read: its declaration, where it stands, its lines by frequency."""

    table: Table
    grid: Grid
    lines: dict[str, list[Line]]
    rows: dict[str, list[int]]


def is_bea(grids: Sequence[Grid]) -> bool:
    """Tell whether a workbook's sheets hold at least one table of the two workbooks."""
    return any(_table_of(grid, (*SERIES, *GEO)) for grid in grids)


def read_bea(path: str | Path) -> Facts:
    """Read a BEA time-series workbook: goods and services, services by category, or by country and area.

    Parameters
    ----------
    path : str or Path
        ``trad-time-series-MMYY.xlsx`` or ``trad-geo-time-series-MMYY.xlsx``.

    Returns
    -------
    Facts
        Every table of the file; ``table`` is its title and what it shows. A total that two tables repeat stands
        twice and agrees.

    Raises
    ------
    SourceError
        A table is missing or not as declared, a period is missing or doubled, a year is not the sum of its
        months or quarters, parts do not add up, or two tables differ.
    """
    path, raw = Path(path), read_raw(path)
    if not is_workbook(raw):
        raise SourceError(path.name, None, found="no workbook", expected="a BEA workbook")
    return read_bea_sheets(path.name, read_sheets(path.name, raw))


def read_bea_sheets(file: str, grids: Sequence[Grid]) -> Facts:
    """Read the sheets of a BEA time-series workbook, as ``read_bea`` does."""
    geo = any(_table_of(grid, GEO) for grid in grids)
    declared, layout = (GEO, "BEA time series by country") if geo else (SERIES, "BEA time series")
    reads, days = [], set()
    for table in declared:
        found = [grid for grid in grids if _table_of(grid, declared) is table]
        if len(found) != 1:
            expected = f"one with {table.title}, {table.shows}"
            raise SourceError(file, None, found=f"{len(found)} such sheets", expected=expected)
        reads.append(_read(found[0], table))
        days.add(_updated(found[0]))
    if len(days) != 1:
        raise SourceError(file, None, found=f"tables updated on {sorted(map(str, days))}", expected="one day")
    _check_ends(reads)
    check_tables(file, reads)
    frames = [
        tidy(_marked(read, repeated(read)), read.table.quantities, f"{read.table.title}, {read.table.shows}")
        for read in reads
    ]
    return Facts(file, layout, TITLES[layout], stack(frames), days.pop())


def _marked(read: Read, copied: dict[int, str]) -> list[Line]:
    """Return all lines of a table; months that are a copy of others are marked so."""
    return [
        line._replace(marks=line.marks | copied)
        if copied and line.frequency == "monthly" and line.last <= PREVIOUS_UNTIL
        else line
        for lines in read.lines.values()
        for line in lines
    ]


def _table_of(grid: Grid, declared: Sequence[Table]) -> Table | None:
    """Return the table whose title and subtitle stand in the first rows of a sheet."""
    texts = [grid.text(at) for at in range(min(8, len(grid.rows))) if grid.is_blank(at, 1)]
    for title, shows in pairwise(texts):
        plain = re.sub(r"^Table \d+[a-z]?\. *", "", title)
        for table in declared:
            if (plain, shows) == (table.title, table.shows):
                return table
    return None


def _updated(grid: Grid) -> dt.date | None:
    for at in range(min(8, len(grid.rows))):
        if (found := _UPDATED.match(grid.text(at))) and found[1] in MONTHS:
            try:
                return dt.date(int(found[3]), MONTHS.index(found[1]) + 1, int(found[2]))
            except ValueError:
                raise grid.error(at, 0, found=grid.text(at), expected="a day") from None
    return None


def _read(grid: Grid, table: Table) -> Read:
    """Read one sheet from its units down to its notes; every row is understood or refused."""
    at = _check_head(grid, table)
    lines: dict[str, list[Line]] = {}
    rows: dict[str, list[int]] = {}
    block, noted = "", False
    for row in range(at, len(grid.rows)):
        text, alone = grid.text(row), grid.is_blank(row, 1)
        if grid.is_blank(row):
            continue
        if alone and not noted and text.lower() in _BLOCKS and text.lower() not in lines:
            block = text.lower()
            lines[block], rows[block] = [], []
        elif alone and lines and not _LABEL.fullmatch(text):
            noted = True
        elif block and not noted and (line := _line(grid, table, row, block, lines[block])):
            lines[block].append(line)
            rows[block].append(row)
        else:
            raise grid.error(row, 0, found=repr(text[:60]), expected=f"the next line of {block or 'Annual'}, or notes")
    if tuple(lines) != ("annual", table.frequency) or not all(lines.values()):
        found = ", ".join(name for name, told in lines.items() if told) or "no lines"
        raise grid.error(at, found=found, expected=f"annual and {table.frequency} lines")
    if not noted:
        raise grid.error(len(grid.rows) - 1, found="the end of the sheet", expected="notes; the table is cut short")
    _check_span(grid, table, lines)
    return Read(table, grid, lines, rows)


def _check_head(grid: Grid, table: Table) -> int:
    """Check unit and column heads; return the first row under them."""
    stub = next((at for at in range(min(12, len(grid.rows))) if grid.text(at) == "Period"), None)
    if stub is None:
        raise grid.error(None, found="no stub 'Period'", expected=f"the header of {table.title}")
    for at in range(stub):
        if not grid.is_blank(at, 1):
            raise grid.error(at, 1, found=repr(grid.text(at, 1)), expected="text alone above the header")
    unit = " ".join(grid.text(at) for at in range(stub))
    if table.unit not in unit:
        raise grid.error(0, found=repr(unit[-120:]), expected=repr(table.unit))
    rows = [stub] if len(table.heads) == 1 else [stub, stub + 1]
    if rows[-1] >= len(grid.rows):
        raise grid.error(stub, found="the end of the sheet", expected="column heads")
    for at, heads in zip(rows, table.heads, strict=True):
        found = [key(grid.text(at, column)) for column in range(1, len(grid.rows[at]))]
        found += [""] * (len(heads) - len(found))
        if found != [key(head) for head in heads]:
            column = next(
                (c for c, (a, b) in enumerate(zip(found, map(key, heads), strict=False)) if a != b), len(heads)
            )
            expected = repr(heads[column]) if column < len(heads) else f"{len(heads)} columns"
            raise grid.error(at, column + 1, found=repr(grid.text(at, column + 1)), expected=expected)
    return rows[-1] + 1


def _line(grid: Grid, table: Table, at: int, block: str, before: Sequence[Line]) -> Line | None:
    """Return a row's line when its label is the period that comes next."""
    label = _LABEL.fullmatch(grid.text(at))
    if not label or (label[2] is None) != (block == "annual"):
        return None
    step = _BLOCKS[block]
    part = 1
    if label[2] is not None:
        if label[2].isdigit() != (block == "quarterly"):
            return None
        part = (int(label[2]) - 1) * 3 + 1 if label[2].isdigit() else _MONTH.get(label[2].lower(), 0)
    first = ordinal(int(label[1]), part)
    if part == 0 or (before and first != before[-1].last + 1) or (not before and part != 1):
        due = f"{month_name(before[-1].last + 1)}" if before else "January of a year"
        raise grid.error(at, 0, found=repr(grid.text(at)), expected=f"the {block} line that starts with {due}")
    width = len(table.quantities) + 1
    if len(grid.rows[at]) > width:
        raise grid.error(at, width, found=repr(grid.text(at, width)), expected=f"{width} columns")
    figures, marks = grid.numbers(at, 1, width)
    if not any(figures):
        raise grid.error(at, 1, found="zeros in every column", expected="figures")
    return Line(block, first, first + step - 1, figures, label[3] or "", {c - 1: mark for c, mark in marks.items()})


def _check_ends(reads: Sequence[Read]) -> None:
    """Check that all tables of a file end with the same month or quarter."""
    ends = [read.lines[read.table.frequency][-1].last for read in reads]
    newest = max(ends)
    for read, last in zip(reads, ends, strict=True):
        if last < newest:
            found, expected = f"lines until {month_name(last)}", f"{month_name(newest)}, as another table has"
            raise read.grid.error(read.rows[read.table.frequency][-1], 0, found=found, expected=expected)


def _check_span(grid: Grid, table: Table, lines: dict[str, list[Line]]) -> None:
    """Check that the annual lines end with the last whole year of the others."""
    last, annual = lines[table.frequency][-1].last, lines["annual"][-1].last
    if annual != (last + 1) // 12 * 12 - 1:
        found = f"annual lines until {month_name(annual)}, {table.frequency} ones until {month_name(last)}"
        raise grid.error(None, found=found, expected="every whole year in both")
