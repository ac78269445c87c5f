"""FRED downloads: a date column under its old or its new head, one column a series."""

from __future__ import annotations

import re
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING

from tradelib import catalog
from tradelib.errors import did_you_mean
from tradelib.sources.delimited import read_csv_grid
from tradelib.sources.tidy import Facts, Line, Quantity, month_name, ordinal, stack, tidy

if TYPE_CHECKING:
    from pathlib import Path

    from tradelib.sources.grid import Grid

DATE_HEADS = ("observation_date", "DATE")
_RATE = "billions of U.S. dollars, annual rate"
_NIPA = {
    "EXPGS": Quantity("exports", "total", "nipa", "sa", _RATE),
    "IMPGS": Quantity("imports", "total", "nipa", "sa", _RATE),
    "NETEXP": Quantity("balance", "total", "nipa", "sa", _RATE),
}
CODES: dict[str, tuple[Quantity, str]] = {code: (quantity, "quarterly") for code, quantity in _NIPA.items()} | {
    s.mnemonic: (Quantity(s.flow, s.item, s.basis, s.adjustment, s.unit, price_basis=s.price_basis), "monthly")
    for s in catalog.CATALOG.values()
    if s.mnemonic and s.basis in ("bop", "bls")
}
"""What a FRED code stands for, and how often it is published; the file itself says neither."""

_DATE = re.compile(r"(\d{4})-(\d{2})-01", re.ASCII)
_VALUE = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_STEPS = {1: "monthly", 3: "quarterly"}


def is_fred(grid: Grid) -> bool:
    """Tell whether a comma-separated file has the head of a FRED download."""
    return grid.text(0) in DATE_HEADS


def read_fred(path: str | Path) -> Facts:
    """Read a FRED CSV.

    Parameters
    ----------
    path : str or Path
        The download, with the head ``DATE`` or ``observation_date``; a missing value is ``.`` or empty.

    Raises
    ------
    SourceError
        A code is unknown, a date is not the first of the month that comes next, a value is not a number, a series
        has no value, exports or imports are negative, the last value is 0 (FRED shows a missing one as a dot), or
        the step between the dates is not that of the series (quarterly averages under a monthly code).
    """
    grid = read_csv_grid(path)
    if not is_fred(grid):
        raise grid.error(0, 0, found=repr(grid.text(0)), expected=" or ".join(DATE_HEADS))
    codes = [grid.text(0, column) for column in range(1, len(grid.rows[0]))]
    if not codes or len(set(codes)) < len(codes):
        raise grid.error(0, found=f"the codes {codes}", expected="one column a series")
    for column, code in enumerate(codes, start=1):
        if code not in CODES:
            raise grid.error(
                0, column, found=f"the code {code!r}", expected=f"a known one; {did_you_mean(code, CODES)}"
            )
    dates = [_date(grid, at) for at in range(1, len(grid.rows))]
    step = _step(grid, dates)
    frames = []
    for column, code in enumerate(codes, start=1):
        quantity, frequency = CODES[code]
        if frequency != _STEPS[step]:
            found = f"dates {step} months apart" if step > 1 else "a date every month"
            raise grid.error(2, 0, found=found, expected=f"{frequency} figures, as {code} has them")
        lines = [
            Line(frequency, date, date + step - 1, [value], marks={0: mark} if mark else {})
            for at, date in enumerate(dates, start=1)
            for value, mark in [_value(grid, at, column)]
        ]
        if all(isnan(line.figures[0]) for line in lines):
            raise grid.error(0, column, found=f"no value of {code}", expected="at least one")
        below = next((at for at, line in enumerate(lines, start=1) if line.figures[0] < 0), None)
        if below and quantity.flow != "balance":
            raise grid.error(below, column, found=grid.text(below, column), expected=f"{quantity.flow} above zero")
        if lines[-1].figures[0] == 0:
            raise grid.error(len(lines), column, found="0 at the end", expected="a value, or . for a missing one")
        frames.append(tidy(lines, [quantity], code))
    return Facts(grid.file, "FRED CSV", ", ".join(codes), stack(frames))


def _date(grid: Grid, at: int) -> int:
    found = _DATE.fullmatch(grid.text(at))
    if not found or not 1 <= int(found[2]) <= 12:
        raise grid.error(at, 0, found=repr(grid.text(at)), expected="the first day of a month, such as 2024-02-01")
    return ordinal(int(found[1]), int(found[2]))


def _step(grid: Grid, dates: list[int]) -> int:
    """Return the months from date to date, the same all the way."""
    if len(dates) < 2:
        raise grid.error(0, found=f"{len(dates)} dates", expected="two or more, to know the frequency")
    step = dates[1] - dates[0]
    if step not in _STEPS:
        raise grid.error(2, 0, found=f"{grid.text(2)} after {grid.text(1)}", expected="the next month or quarter")
    for at, (before, date) in enumerate(pairwise(dates), start=2):
        if date - before != step:
            expected = f"{month_name(before + step)}-01, {step} months after {grid.text(at - 1)}"
            raise grid.error(at, 0, found=grid.text(at), expected=expected)
    if step == 3 and dates[0] % 3:
        raise grid.error(1, 0, found=grid.text(1), expected="the first month of a quarter")
    return step


def _value(grid: Grid, at: int, column: int) -> tuple[float, str]:
    """Return a value; ``.`` and nothing mean that it is missing."""
    text = str(grid.cell(at, column))
    if text in ("", "."):
        return float("nan"), text
    if not _VALUE.fullmatch(text):
        raise grid.error(at, column, found=repr(text), expected="a number such as -1234.5, or . for a missing one")
    return float(text), ""
