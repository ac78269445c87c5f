"""The one shape that the agencies' exhibits share, and its reader.

A title and a line of units; a header of two rows over a stub column *Period*; then, year by year, the
year, its annual or year-to-date line, and its months; then footnotes. A layout declares what is
particular to one exhibit; everything else is understood, or refused, here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from tradelib.sources.grid import Grid

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH = re.compile(rf"({'|'.join(MONTHS)})\s*(\([A-Z]+\))?", re.IGNORECASE)
_YEAR = re.compile(r"(1[89]|20)\d\d")
_SPAN = re.compile(r"Jan\.\s*-\s*([A-Z][a-z]{2,8})?\.?\s*(\([A-Z]+\))?", re.IGNORECASE)
_PREVIOUS = re.compile(rf"({'|'.join(MONTHS)}) data as published last month:?", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\(\d+\)\s|source:|notes?:", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """What is particular to one exhibit.

    Attributes
    ----------
    title : str
        Regular expression that the title matches.
    units : tuple of str
        Regular expressions that the lines between title and header match.
    header : tuple of (str, tuple of (str, str))
        Groups of columns in order: the head over the group, then each column's head and its series name.
    """

    title: str
    units: tuple[str, ...]
    header: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    @property
    def names(self) -> list[str]:
        """Series names in the order of the columns."""
        return [name for _, columns in self.header for _, name in columns]

    @property
    def heads(self) -> list[str]:
        """Column heads in order, without their groups."""
        return [head for _, columns in self.header for head, _ in columns]


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
        One row a marker: ``period``, ``series`` (empty when it marks the whole month), ``marker``.
    previous : pandas.DataFrame
        The month that the foot repeats as it was published last month; empty where there is none.
    places : dict of pandas.Period to str
        Where each month stands in the file.
    """

    file: str
    title: str
    months: pd.DataFrame
    annual: pd.DataFrame
    markers: pd.DataFrame
    previous: pd.DataFrame
    places: dict[pd.Period, str] = field(repr=False)

    @property
    def statistical_month(self) -> pd.Period:
        """The newest month published: what the release is about."""
        return self.months.index[-1]


class _Row(NamedTuple):
    """One line of figures and where it stands."""

    at: int
    figures: list[float]
    marks: list[str]
    mark: str = ""


@dataclass
class _Block:
    """One year: its annual and year-to-date lines by last month, and its months."""

    year: int
    at: int
    spans: dict[int, _Row] = field(default_factory=dict)
    months: dict[int, _Row] = field(default_factory=dict)


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
    return _Reader(grid, layout).read()


class _Reader:
    """One pass down the rows; every row is understood or refused."""

    def __init__(self, grid: Grid, layout: Layout) -> None:
        self.grid, self.layout = grid, layout
        self.width = len(layout.names) + 1
        self.blocks: list[_Block] = []
        self.previous: tuple[int, _Row] | None = None
        self.title = ""

    def read(self) -> Exhibit:
        at = 0
        while (start := self._next_title(at)) is not None:
            at = self._body(self._header(start))
        if not self.blocks:
            raise self.grid.error(None, found="no year with figures", expected="years with months under the header")
        return self._assemble()

    def _next_title(self, at: int) -> int | None:
        """Return the row of the next title; only blanks and footnotes may stand before it."""
        grid = self.grid
        while at < len(grid.rows):
            text = grid.text(at)
            if re.search(self.layout.title, text, re.IGNORECASE):
                self.title = self.title or text
                return at
            if self.blocks and text and not self._is_foot(at):
                raise grid.error(at, 0, found=repr(text), expected="a year, a month, a footnote or a repeated title")
            at += 1
        if not self.blocks:
            shown = next((grid.text(row) for row in range(len(grid.rows)) if grid.text(row)), "")
            raise grid.error(0, found=repr(shown[:80]), expected=f"a title like {self.layout.title!r}")
        return None

    def _header(self, title: int) -> int:
        """Check the lines of units and the two rows of the header; return the first row after them."""
        grid, heads = self.grid, self.layout.heads
        for at in range(title, min(title + 10, len(grid.rows))):
            if any(isinstance(cell, float) for cell in grid.rows[at][1:]):
                break
            found = [grid.text(at, column) for column in range(1, self.width)]
            if sum(word in heads for word in found) > len(heads) // 2:
                self._check_units(title, at)
                self._check_heads(at, found)
                return at + 1
        raise grid.error(title, found="no header under the title", expected=f"the column heads {', '.join(heads)}")

    def _check_units(self, title: int, header: int) -> None:
        text = " ".join(self.grid.text(at) for at in range(max(0, title - 1), header))
        for pattern in self.layout.units:
            if not re.search(pattern, text, re.IGNORECASE):
                raise self.grid.error(title, found=repr(text[:160]), expected=f"units like {pattern!r}")

    def _check_heads(self, at: int, found: list[str]) -> None:
        grid = self.grid
        for column, (got, expected) in enumerate(zip(found, self.layout.heads, strict=True), start=1):
            if got != expected:
                raise grid.error(at, column, found=f"column head {got!r}", expected=repr(expected))
        extra = [grid.text(at, column) for column in range(self.width, len(grid.rows[at]))]
        if any(extra):
            raise grid.error(at, self.width, found=f"further heads {extra}", expected=f"{self.width - 1} columns")
        if "Period" not in (grid.text(at), grid.text(at - 1)):
            raise grid.error(at, 0, found=repr(grid.text(at)), expected="the stub head 'Period'")
        self._check_groups(at - 1)

    def _check_groups(self, at: int) -> None:
        """Check that each group's head stands over one of its own columns (workbooks shift them by one)."""
        grid, start = self.grid, 1
        for head, columns in self.layout.header:
            over = [word for column in range(start, start + len(columns)) if (word := grid.text(at, column))]
            if head and over != [head]:
                raise grid.error(at, start, found=f"group head {' '.join(over)!r}", expected=repr(head))
            start += len(columns)

    def _body(self, at: int) -> int:
        """Read years, annual lines and months until the foot or the next title."""
        grid = self.grid
        while at < len(grid.rows):
            label = grid.text(at)
            if _YEAR.fullmatch(label) and grid.is_blank(at, 1):
                self._year(at, int(label))
            elif match := _PREVIOUS.fullmatch(label):
                self._published_last_month(at, match[1])
                at += 1
            elif match := _SPAN.fullmatch(label):
                self._span(at, match)
            elif match := _MONTH.fullmatch(label):
                self._month(at, match)
            elif self._is_foot(at) or re.search(self.layout.title, label, re.IGNORECASE):
                break
            else:
                expected = "a year, 'Jan. - Dec.', the name of a month or a footnote"
                raise grid.error(at, 0, found=repr(label) if label else "figures without a label", expected=expected)
            at += 1
        return at

    def _is_foot(self, at: int) -> bool:
        """Tell whether a row is blank, or text only, as footnotes and lines of space are."""
        text = self.grid.text(at)
        past_notes = bool(_FOOTNOTE.match(text)) or self._after_foot
        self._after_foot = past_notes and bool(self.blocks)
        return self.grid.is_blank(at) or (past_notes and self.grid.is_blank(at, 1))

    _after_foot = False

    def _row(self, at: int, mark: str | None = None) -> _Row:
        pairs = [self.grid.number(at, column) for column in range(1, self.width)]
        for column in range(self.width, len(self.grid.rows[at])):
            if self.grid.text(at, column):
                found = repr(self.grid.text(at, column))
                raise self.grid.error(at, column, found=found, expected=f"nothing after {self.width} columns")
        return _Row(at, [value for value, _ in pairs], [marker for _, marker in pairs], mark or "")

    def _block(self, at: int) -> _Block:
        if not self.blocks:
            raise self.grid.error(at, 0, found=repr(self.grid.text(at)), expected="a year before its months")
        return self.blocks[-1]

    def _year(self, at: int, year: int) -> None:
        if self.blocks and year != self.blocks[-1].year + 1:
            expected = f"the year {self.blocks[-1].year + 1}"
            raise self.grid.error(at, 0, found=f"the year {year}", expected=expected)
        if self.blocks:
            self._complete(self.blocks[-1])
        self.blocks.append(_Block(year, at))

    def _span(self, at: int, match: re.Match[str]) -> None:
        word = (match[1] or "Jan").title()
        last = next((i for i, name in enumerate(MONTHS, 1) if name.startswith(word)), None)
        block = self._block(at)
        if last is None or last in block.spans or block.months:
            found = repr(self.grid.text(at))
            raise self.grid.error(at, 0, found=found, expected="one line 'Jan. - <month>' between year and January")
        block.spans[last] = self._row(at, match[2])

    def _month(self, at: int, match: re.Match[str]) -> None:
        block = self._block(at)
        number = [name.lower() for name in MONTHS].index(match[1].lower()) + 1
        due = len(block.months) + 1
        if number != due:
            expected = f"{MONTHS[due - 1]} {block.year}" if due <= len(MONTHS) else f"the year {block.year + 1}"
            raise self.grid.error(at, 0, found=f"{match[1]} {block.year}", expected=expected)
        block.months[number] = self._row(at, match[2])

    def _published_last_month(self, at: int, month: str) -> None:
        if at + 1 >= len(self.grid.rows) or self.grid.text(at + 1):
            raise self.grid.error(at, 0, found="no figures", expected="the previous print in the row below")
        self.previous = ([name.lower() for name in MONTHS].index(month.lower()) + 1, self._row(at + 1))

    def _complete(self, block: _Block) -> None:
        if len(block.months) != len(MONTHS):
            due = MONTHS[len(block.months)]
            raise self.grid.error(block.at, 0, found=f"{block.year} without {due}", expected="twelve months")
        if not block.spans:
            raise self.grid.error(block.at, 0, found=f"{block.year} without annual line", expected="'Jan. - Dec.'")

    def _assemble(self) -> Exhibit:
        self._complete(self.blocks[-1])
        if not self._after_foot:
            found = f"the end of the file after {self.grid.text(self._last_row())!r}"
            raise self.grid.error(self._last_row(), found=found, expected="footnotes, so the file is cut short")
        rows = {
            pd.Period(year=block.year, month=month, freq="M"): row
            for block in self.blocks
            for month, row in block.months.items()
        }
        rows = self._drop_future(rows)
        names = self.layout.names
        spans = {
            (pd.Period(f"{block.year}-01"), pd.Period(f"{block.year}-{last:02}")): row.figures
            for block in self.blocks
            for last, row in block.spans.items()
        }
        months = pd.DataFrame([row.figures for row in rows.values()], columns=names, dtype=float)
        months.index = pd.PeriodIndex(list(rows), freq="M", name="period")
        annual = pd.DataFrame(list(spans.values()), columns=names, dtype=float)
        annual.index = pd.MultiIndex.from_tuples(spans, names=["first", "last"])
        places = {period: self.grid.place(row.at) for period, row in rows.items()}
        return Exhibit(self.grid.file, self.title, months, annual, self._markers(rows), self._previous(months), places)

    def _last_row(self) -> int:
        return max(at for at in range(len(self.grid.rows)) if not self.grid.is_blank(at))

    def _drop_future(self, rows: dict[pd.Period, _Row]) -> dict[pd.Period, _Row]:
        """Drop the blank months at the end, which are not published yet; refuse any other blank."""
        blank = {period: np.isnan(row.figures).all() and not any(row.marks) for period, row in rows.items()}
        while rows and blank[last := max(rows)]:
            rows.pop(last)
        if not rows:
            raise self.grid.error(None, found="no month with figures", expected="at least one")
        for row in rows.values():
            for column, (value, marker) in enumerate(zip(row.figures, row.marks, strict=True), start=1):
                if np.isnan(value) and not marker:
                    expected = "a number or a marker before the newest month"
                    raise self.grid.error(row.at, column, found="an empty cell", expected=expected)
        for one, two in pairwise(rows):
            if two != one + 1:
                raise self.grid.error(rows[two].at, 0, found=str(two), expected=str(one + 1))
        return rows

    def _markers(self, rows: dict[pd.Period, _Row]) -> pd.DataFrame:
        names = self.layout.names
        marks = [(period, "", row.mark) for period, row in rows.items() if row.mark]
        marks += [
            (period, name, marker)
            for period, row in rows.items()
            for name, marker in zip(names, row.marks, strict=True)
            if marker
        ]
        return pd.DataFrame(marks, columns=["period", "series", "marker"])

    def _previous(self, months: pd.DataFrame) -> pd.DataFrame:
        if self.previous is None:
            return months.iloc[:0].copy()
        number, row = self.previous
        period = months.index[-2] if len(months) > 1 else None
        if period is None or period.month != number:
            found = f"{MONTHS[number - 1]} as published last month"
            raise self.grid.error(row.at - 1, 0, found=found, expected=f"the month before {months.index[-1]}")
        index = pd.PeriodIndex([period], freq="M", name="period")
        return pd.DataFrame([row.figures], index=index, columns=months.columns)
