"""What is particular to one exhibit, and the check that a file has the declared title, units and column heads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradelib.sources.grid import Grid


@dataclass(frozen=True)
class Layout:
    """What is particular to one exhibit.

    Attributes
    ----------
    title : str
        Regular expression that is the whole title; a group named ``first`` is the year the table starts with.
    units : tuple of str
        Regular expressions that the text from the line above the title down to the header matches.
    header : tuple of (str, tuple of (str, str))
        Groups of columns in order: the head over the group, then each column's head and its series name.
    is_whole : bool
        Figures are whole numbers; a fraction tells that units or bytes were changed.
    has_lines : bool
        Years have annual lines, and the open one a line to date.
    """

    title: str
    units: tuple[str, ...]
    header: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    is_whole: bool = True
    has_lines: bool = True

    @cached_property
    def names(self) -> list[str]:
        """Series names in the order of the columns."""
        return [name for _, columns in self.header for _, name in columns]

    @cached_property
    def heads(self) -> list[str]:
        """Column heads in order, without their groups."""
        return [head for _, columns in self.header for head, _ in columns]

    @cached_property
    def width(self) -> int:
        """Number of columns, the stub included."""
        return len(self.names) + 1

    def is_title(self, text: str) -> bool:
        """Tell whether a text is the exhibit's title."""
        return bool(re.fullmatch(self.title, text, re.IGNORECASE))

    def first_year(self, title: str) -> int | None:
        """Return the year that a title says the table starts with; None where titles do not say."""
        found = re.fullmatch(self.title, title, re.IGNORECASE)
        return int(found["first"]) if found and "first" in found.groupdict() else None


def find_title(grid: Grid, layout: Layout) -> int:
    """Return the row of the title; only text may stand above it.

    Raises
    ------
    SourceError
        There is no such title.
    """
    above: list[int] = []
    for at in range(len(grid.rows)):
        if layout.is_title(grid.text(at)):
            return at
        if not grid.is_blank(at, 1):
            break
        above += [] if grid.is_blank(at) else [at]
    shown = above or [at]
    found = " / ".join(grid.text(row) for row in shown[:3])[:240]
    raise grid.error(shown[0], 0, found=repr(found), expected=f"the title '{_readable(layout.title)}'")


def check_header(grid: Grid, layout: Layout, title: int) -> int:
    """Check the lines of units under a title and the two rows of heads; return the first row after them.

    Raises
    ------
    SourceError
        Units, a head or the number of columns are not those of the layout.
    """
    groups = next((at for at in range(title, len(grid.rows)) if not grid.is_blank(at, 1)), len(grid.rows))
    heads = groups + 1
    if heads >= len(grid.rows):
        expected = f"the column heads {', '.join(layout.heads)}"
        raise grid.error(title, 0, found="no header under the title", expected=expected)
    _check_units(grid, layout, title, groups)
    _check_groups(grid, layout, groups)
    _check_heads(grid, layout, heads)
    if "Period" not in (grid.text(groups), grid.text(heads)):
        raise grid.error(heads, 0, found=f"the stub head {grid.text(heads)!r}", expected="'Period'")
    return heads + 1


def check_width(grid: Grid, layout: Layout, at: int) -> None:
    """Refuse cells to the right of the table."""
    if len(grid.rows[at]) > layout.width:
        last = len(grid.rows[at]) - 1
        found = f"a cell {grid.text(at, last)!r} behind the table"
        raise grid.error(at, last, found=found, expected=f"{layout.width} columns")


def _check_units(grid: Grid, layout: Layout, title: int, header: int) -> None:
    text = " ".join(grid.text(at) for at in range(max(0, title - 1), header)).strip()
    for pattern in layout.units:
        if not re.search(pattern, text, re.IGNORECASE):
            raise grid.error(title, 0, found=repr(text[:240]), expected=f"'{_readable(pattern)}'")


def _check_groups(grid: Grid, layout: Layout, at: int) -> None:
    """Check that each group's head stands over one of its own columns (workbooks shift them by one)."""
    start = 1
    for head, columns in layout.header:
        over = [word for column in range(start, start + len(columns)) if (word := grid.text(at, column))]
        if head and over != [head]:
            raise grid.error(at, start, found=f"the group head {' '.join(over)!r}", expected=repr(head))
        start += len(columns)
    check_width(grid, layout, at)


def _check_heads(grid: Grid, layout: Layout, at: int) -> None:
    for column, expected in enumerate(layout.heads, start=1):
        if (found := grid.text(at, column)) != expected:
            raise grid.error(at, column, found=f"the column head {found!r}", expected=repr(expected))
    check_width(grid, layout, at)


def _readable(pattern: str) -> str:
    """Return a pattern as a person would write it: groups by name, ``...`` for digits and words, no conditions."""
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1 year>", pattern)
    filled = re.sub(r"\\[dw](?:\+|\{\d+\})?", "...", named)
    return re.sub(r"\(\?[^)]*\)|\\b|\\(?=\W)|[$^]", "", filled)
