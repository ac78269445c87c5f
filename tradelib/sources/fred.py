"""FRED downloads: a date column under its old or its new head, one column a series."""

from __future__ import annotations

import re
from itertools import pairwise, product
from typing import TYPE_CHECKING

import pandas as pd

from tradelib.quantity import Quantity
from tradelib.quantity.errors import did_you_mean
from tradelib.quantity.labels import MNEMONICS
from tradelib.sources.series import series_layout, series_table

if TYPE_CHECKING:
    from tradelib.sources.reader import Table
    from tradelib.sources.rows import Grid

DATE_HEADS = ("observation_date", "DATE")
_RATE = "billions of dollars, annual rate"
_BOP = [Quantity(*pair) for pair in product(("balance", "exports", "imports"), ("total", "goods", "services"))]
_NIPA = [Quantity(flow, basis="nipa", unit=_RATE) for flow in ("exports", "imports", "balance", "gdp")]
CODES = {MNEMONICS[quantity.name]: quantity for quantity in (*_BOP, *_NIPA)}
"""What a FRED code stands for; the file itself does not say it."""

_DATE = re.compile(r"(\d{4})-(\d{2})-01", re.ASCII)
_VALUE = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_STEPS = {1: "M", 3: "Q"}


def is_fred(grid: Grid) -> bool:
    """Tell whether a comma-separated file has the head of a FRED download."""
    return bool(grid.rows) and bool(grid.rows[0]) and grid.rows[0][0].strip() in DATE_HEADS


def read_fred(grid: Grid) -> Table:
    """Read a FRED CSV; a missing value is ``.`` or empty.

    Raises
    ------
    SourceError
        A code is unknown, or of another news release than the others; a date is not the first of the month that comes
        next; a value is not a number, or has decimals where the series has whole millions; exports or imports are
        negative; the last value is 0 (FRED shows a missing one as a dot); the step between the dates is not that of
        the series (quarterly averages under a monthly code).
    """
    codes = [cell.strip() for cell in grid.rows[0][1:]]
    if not codes or len(set(codes)) < len(codes):
        raise grid.error("line 1", f"the codes {codes}", "one column a series")
    for code in codes:
        if code not in CODES:
            raise grid.error("line 1", f"the code {code!r}", f"a known one; {did_you_mean(code, CODES)}")
    if len({CODES[code].basis for code in codes}) > 1:
        raise grid.error("line 1", f"the codes {', '.join(codes)}", "series of one news release")
    rows = [[cell.strip() for cell in row] for row in grid.rows[1:] if any(cell.strip() for cell in row)]
    periods = _periods(grid, rows, "M" if CODES[codes[0]].basis == "bop" else "Q")
    for at, row in enumerate(rows, 2):
        for column, code in enumerate(codes, 1):
            _check(grid, f"line {at}, column {column + 1}", row, column, CODES[code])
    for column, code in enumerate(codes, 1):
        if rows[-1][column] == "0":
            raise grid.error(f"line {len(rows) + 1}", "0 at the end", "a value, or . for a missing one")
        if all(row[column] in ("", ".") for row in rows):
            raise grid.error("line 1", f"no value of {code}", "at least one")
    publisher, compilation = ("ft900", "bea") if periods.freqstr == "M" else ("gdp", "nipa")
    title = f"{', '.join(codes)}, U.S. Bureau of Economic Analysis, by way of FRED"
    layout = series_layout(f"fred_{'_'.join(codes)}", title, publisher, compilation)
    cells = [["" if cell == "." else cell for cell in row[1:]] for row in rows]
    return series_table(layout, grid.file, [(CODES[code], code) for code in codes], periods, cells)


def _periods(grid: Grid, rows: list[list[str]], freq: str) -> pd.PeriodIndex:
    months = []
    for at, row in enumerate(rows, 2):
        match = _DATE.fullmatch(row[0])
        if not match or not 1 <= int(match[2]) <= 12:
            raise grid.error(f"line {at}", repr(row[0]), "the first day of a month, such as 2024-02-01")
        months.append(int(match[1]) * 12 + int(match[2]) - 1)
    if len(months) < 2:
        raise grid.error("line 1", f"{len(months)} dates", "two or more, to know the frequency")
    step = months[1] - months[0]
    if _STEPS.get(step) != freq:
        expected = {"M": "monthly", "Q": "quarterly"}[freq]
        raise grid.error("line 3", f"dates {step} months apart", f"{expected} figures, as these series have them")
    for at, (before, month) in enumerate(pairwise(months), 3):
        if month - before != step:
            raise grid.error(f"line {at}", rows[at - 2][0], f"{step} months after {rows[at - 3][0]}")
    if step == 3 and months[0] % 3:
        raise grid.error("line 2", rows[0][0], "the first month of a quarter")
    return pd.PeriodIndex([row[0] for row in rows], freq=freq)


def _check(grid: Grid, place: str, row: list[str], column: int, quantity: Quantity) -> None:
    if len(row) <= column:
        raise grid.error(place, "no cell", "a value, or . for a missing one")
    text = row[column]
    if text in ("", "."):
        return
    if not _VALUE.fullmatch(text):
        raise grid.error(place, repr(text), "a number such as -1234.5, or . for a missing one")
    if quantity.basis == "bop" and not float(text).is_integer():
        raise grid.error(place, text, "whole millions of dollars, as this series has them")
    if quantity.flow != "balance" and float(text) < 0:
        raise grid.error(place, text, f"{quantity.flow} above zero")
