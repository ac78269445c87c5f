"""The one shape that the agencies' exhibits share, and its reader.

A title and lines of units; a header of two rows over a stub column *Period*; then, year by year, the year,
its annual or year-to-date lines, and its months; then footnotes. A long exhibit repeats title and header.
A layout declares what is particular to one exhibit; everything else is understood, or refused, here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from tradelib.sources.layout import Layout, check_header, check_width, find_title
from tradelib.sources.stub import MONTHS, LastPrint, Month, Note, Span, Year, understand

if TYPE_CHECKING:
    from tradelib.sources.grid import Grid

__all__ = ["Exhibit", "Layout", "read_exhibit"]


@dataclass(frozen=True)
class Exhibit:
    """What an exhibit says.

    Attributes
    ----------
    file : str
        Name of the file.
    title : str
        Title as published.
    months : pandas.DataFrame
        Published months (gap-free ``PeriodIndex`` named ``period``) by series; missing values are NaN.
    annual : pandas.DataFrame
        Annual and year-to-date lines, indexed by ``first`` and ``last`` month (both included).
    markers : pandas.DataFrame
        One row a marker: ``first`` and ``last`` month of its line (the same for a month), ``series`` (empty
        when it marks the whole line), ``marker``.
    previous : pandas.DataFrame
        The month that the foot repeats as it was published last month; empty where there is none.
    places : dict of str to tuple of str
        Where each row of ``months``, ``annual`` and ``previous`` stands in the file.
    """

    file: str
    title: str
    months: pd.DataFrame
    annual: pd.DataFrame
    markers: pd.DataFrame
    previous: pd.DataFrame
    places: dict[str, tuple[str, ...]] = field(repr=False)

    @property
    def statistical_month(self) -> pd.Period:
        """The newest month published: what the release is about."""
        return self.months.index[-1]


def read_exhibit(grid: Grid, layout: Layout) -> Exhibit:
    """Read a grid that has the exhibit shape.

    Parameters
    ----------
    grid : Grid
        The cells of the file.
    layout : Layout
        What is particular to this exhibit.

    Raises
    ------
    SourceError
        Anything is not as the layout and the shape say.
    """
    title = find_title(grid, layout)
    table = _Table(grid, layout)
    table.read(title)
    table.check(layout.first_year(grid.text(title)))
    months, spans, previous = table.months, table.spans, table.previous
    annual_index = pd.MultiIndex.from_arrays([_first(spans), _last(spans)], names=["first", "last"])
    return Exhibit(
        file=grid.file,
        title=grid.text(title),
        months=_frame(months, layout, _last(months).rename("period")),
        annual=_frame(spans, layout, annual_index),
        markers=_markers([*spans, *months], layout),
        previous=_frame(previous, layout, _last(previous).rename("period")),
        places={
            name: tuple(grid.place(line.at) for line in lines)
            for name, lines in {"months": months, "annual": spans, "previous": previous}.items()
        },
    )


class _Line(NamedTuple):
    """One line of figures: its row, the months it covers, its values, its markers by column (0 is the stub)."""

    at: int
    year: int
    first: int
    last: int
    figures: list[float]
    markers: dict[int, str]

    def __str__(self) -> str:
        until = f"{MONTHS[self.last - 1]} {self.year}"
        return until if self.first == self.last else f"{MONTHS[self.first - 1]} to {until}"


class _Table:
    """The lines of a table, taken in one pass down the rows; every row is understood or refused."""

    def __init__(self, grid: Grid, layout: Layout) -> None:
        self.grid, self.layout = grid, layout
        self.months: list[_Line] = []
        self.spans: list[_Line] = []
        self.previous: list[_Line] = []
        self.year: int | None = None
        self.due = 1  # the month that comes next in the open year; 13 when it is complete
        self.in_notes = False

    def read(self, title: int) -> None:
        """Take every row from the title down."""
        at = check_header(self.grid, self.layout, title)
        while at < len(self.grid.rows):
            at = at + 1 if self.grid.is_blank(at) else self._take(at)

    def _take(self, at: int) -> int:
        """Take the row and return the next one."""
        label, is_text = self.grid.text(at), self.grid.is_blank(at, 1)
        stub = understand(label)
        if is_text and (isinstance(stub, Note) or (self.in_notes and not stub and not self.layout.is_title(label))):
            self.in_notes = True
            return at + 1
        self.in_notes = False
        match stub:
            case None if is_text and self.layout.is_title(label):
                return check_header(self.grid, self.layout, at)
            case Year(year) if is_text and (self.year is None or (self.due > len(MONTHS) and year == self.year + 1)):
                self.year, self.due = year, 1
            case Span(last, mark) if self.year and self.due == 1 and not self._has_span(self.year, last):
                self.spans.append(self._line(at, self.year, 1, last, mark))
            case Month(number, mark) if self.year and number == self.due:
                self.months.append(self._line(at, self.year, number, number, mark))
                self.due += 1
            case LastPrint(month) if is_text and self.months and not self.previous:
                self.previous.append(self._last_print(at + 1, month))
                return at + 2
            case _:
                found = " with ".join([repr(label)] * bool(label) + ["figures"] * (not is_text))
                raise self.grid.error(at, 0, found=found, expected=self._expected())
        return at + 1

    def _has_span(self, year: int, last: int) -> bool:
        return any((line.year, line.last) == (year, last) for line in self.spans)

    def _expected(self) -> str:
        """Say which row the calendar expects next."""
        if self.year is None:
            return "a year"
        if self.due > len(MONTHS):
            return f"the year {self.year + 1} or a footnote"
        return f"{'an annual line or ' if self.due == 1 else ''}{MONTHS[self.due - 1]} {self.year}"

    def _line(self, at: int, year: int, first: int, last: int, mark: str = "") -> _Line:
        """Return a row's line: all its figures, or none where it is still to come."""
        marked = {0: mark} if mark else {}
        if self.grid.is_blank(at, 1):
            return _Line(at, year, first, last, [], marked)
        check_width(self.grid, self.layout, at)
        figures, markers = self.grid.numbers(at, 1, self.layout.width)
        for column, value in enumerate(figures, start=1):
            if self.layout.is_whole and value % 1 > 0:
                raise self.grid.error(at, column, found=f"{value}", expected="a whole number")
        if not any(figures):
            expected = "figures, or blank cells for a month still to come"
            raise self.grid.error(at, 1, found="zeros in every column", expected=expected)
        return _Line(at, year, first, last, figures, marked | markers)

    def _last_print(self, at: int, month: int) -> _Line:
        """Return the line below the previous print's label: the month before the newest one."""
        newest = _published(self.months)[-1:]
        if not newest or month != (newest[0].last - 2) % 12 + 1:
            expected = f"the month before {newest[0]}" if newest else "months with figures above"
            raise self.grid.error(at - 1, 0, found=repr(self.grid.text(at - 1)), expected=expected)
        if at >= len(self.grid.rows) or self.grid.text(at) or self.grid.is_blank(at):
            raise self.grid.error(at - 1, 0, found="no figures in the row below", expected="the previous print")
        return self._line(at, newest[0].year - (month == 12), month, month)

    def check(self, first_year: int | None) -> None:
        """Check that the table is whole, and leave out the lines that are still to come."""
        self._check_ends(first_year)
        months, spans = _published(self.months), _published(self.spans)
        if not months:
            raise self.grid.error(self.months[0].at, 1, found="no month with figures", expected="at least one")
        newest = months[-1]
        for line in (*self.months, *self.spans):
            if not line.figures and (line.year, line.last) <= (newest.year, newest.last):
                raise self.grid.error(line.at, 1, found=f"no figures for {line}", expected=f"figures, as for {newest}")
        for line in months if self.layout.has_lines else ():
            if (line.last == len(MONTHS) or line is newest) and not self._has_span(line.year, line.last):
                found = f"no line for January to {line}"
                raise self.grid.error(line.at, 0, found=found, expected="one between the year and its months")
        self.months, self.spans = months, spans

    def _check_ends(self, first_year: int | None) -> None:
        """Check that the table starts with the year of its title, ends with a December, and is not cut short."""
        grid = self.grid
        if not self.in_notes:
            end = max(at for at in range(len(grid.rows)) if not grid.is_blank(at))
            raise grid.error(end, None, found="the end of the file", expected="footnotes; the file is cut short")
        if not self.months:
            raise grid.error(None, found="no month", expected=self._expected())
        first, last = self.months[0], self.months[-1]
        if self.due <= len(MONTHS):
            raise grid.error(last.at, 0, found=f"{last} as last row", expected=self._expected())
        if first_year and first_year != first.year:
            expected = f"January {first_year}, as the title says"
            raise grid.error(first.at, 0, found=str(first), expected=expected)


def _published(lines: list[_Line]) -> list[_Line]:
    return [line for line in lines if line.figures]


def _first(lines: list[_Line]) -> pd.PeriodIndex:
    return _periods(lines, [line.first for line in lines])


def _last(lines: list[_Line]) -> pd.PeriodIndex:
    return _periods(lines, [line.last for line in lines])


def _periods(lines: list[_Line], months: list[int]) -> pd.PeriodIndex:
    return pd.PeriodIndex.from_fields(year=[line.year for line in lines], month=months, freq="M")


def _frame(lines: list[_Line], layout: Layout, index: pd.Index) -> pd.DataFrame:
    values = np.array([line.figures for line in lines], dtype=float).reshape(len(lines), len(layout.names))
    return pd.DataFrame(values, index=index, columns=layout.names)


def _markers(lines: list[_Line], layout: Layout) -> pd.DataFrame:
    names = ["", *layout.names]
    marked = [(line, names[column], marker) for line in lines for column, marker in line.markers.items()]
    told = [line for line, _, _ in marked]
    return pd.DataFrame(
        {
            "first": _first(told),
            "last": _last(told),
            "series": [name for _, name, _ in marked],
            "marker": [marker for _, _, marker in marked],
        }
    )
