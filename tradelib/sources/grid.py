"""A file as a grid of cells, text and workbook alike, every cell with the place a person would look for it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from math import isfinite, isnan, nan
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from tradelib.errors import SourceError
from tradelib.sources.workbook import is_workbook, read_cells

Cell = str | float
"""Text as published, stripped of outer blanks (``""`` for an empty cell), or a workbook's number."""

_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_MARKER = re.compile(r"\((?:[A-Z]{1,3}|-|\d{1,2})\)|-|n\.a\.|\.{2,3}|\(\*\)", re.ASCII)
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class Grid:
    """Rows of cells, each until its last cell that is not empty."""

    file: str
    rows: list[list[Cell]]
    sheet: str | None = None

    def place(self, row: int, column: int | None = None) -> str:
        """Return where a cell stands: ``line 12, column 3`` of a text, ``sheet '1', cell C12`` of a workbook."""
        if self.sheet is None:
            return f"line {row + 1}" + ("" if column is None else f", column {column + 1}")
        if column is None:
            return f"sheet {self.sheet!r}, row {row + 1}"
        return f"sheet {self.sheet!r}, cell {_letters(column)}{row + 1}"

    def error(self, row: int | None, column: int | None = None, *, found: str, expected: str) -> SourceError:
        """Return the error that names this file, the place, what was found and what was expected."""
        place = None if row is None else self.place(row, column)
        return SourceError(self.file, place, found=found, expected=expected)

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; beyond the end of a short row it is empty."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def text(self, row: int, column: int = 0) -> str:
        """Return a cell as text with single blanks; a whole number loses the ``.0`` of the workbook."""
        value = self.cell(row, column)
        if isinstance(value, float):
            value = f"{value:.0f}" if value.is_integer() else repr(value)
        return " ".join(value.split())

    def is_blank(self, row: int, start: int = 0) -> bool:
        """Tell whether a row is empty from a column on."""
        return len(self.rows[row]) <= start

    def number(self, row: int, column: int) -> tuple[float, str]:
        """Return a cell's value and marker: ``(nan, "")`` for a blank, ``(nan, "(D)")`` for a withheld value.

        Raises
        ------
        SourceError
            The cell is neither a number, nor a marker, nor blank.
        """
        cell = self.cell(row, column)
        if not isnan(value := _value(cell)):
            return value, ""
        if isinstance(cell, str) and (not cell or _MARKER.fullmatch(cell)):
            return nan, cell
        raise self.error(row, column, found=repr(cell), expected="a number such as -1,234, or a marker such as (D)")

    def numbers(self, row: int, start: int, stop: int) -> tuple[list[float], dict[int, str]]:
        """Return the values of a row's cells and, by column, the markers among them; a marked value is NaN.

        Raises
        ------
        SourceError
            A cell is neither a number nor a marker; a blank is neither.
        """
        values = [_value(cell) for cell in self.rows[row][start:stop]]
        if len(values) == stop - start and not any(map(isnan, values)):
            return values, {}
        pairs = {column: self.number(row, column) for column in range(start, stop)}
        for column, (value, marker) in pairs.items():
            if isnan(value) and not marker:
                raise self.error(row, column, found="an empty cell", expected="a number or a marker")
        return [value for value, _ in pairs.values()], {at: marker for at, (_, marker) in pairs.items() if marker}


@dataclass(frozen=True)
class Part(Grid):
    """Some rows of a file, which know where they stood in it."""

    origin: list[int] = field(default_factory=list)

    def place(self, row: int, column: int | None = None) -> str:
        """Return where a cell stands in the whole file."""
        return super().place(self.origin[row], column)


def _value(cell: Cell) -> float:
    """Return the number that a cell is; NaN when it is none."""
    if isinstance(cell, str):
        return float(cell.replace(",", "")) if _NUMBER.fullmatch(cell) else nan
    return cell if isfinite(cell) else nan


def _letters(column: int) -> str:
    """Return the letters of a workbook column: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = ascii_uppercase[rest] + name
    return name


def read_grid(path: str | Path) -> Grid:
    """Read a tab-separated text or the first sheet of a workbook (``.xlsx``, ``.xls``), told by content.

    Parameters
    ----------
    path : str or Path
        The file; its name is not trusted to say what it is.

    Raises
    ------
    SourceError
        The file is missing, empty, not UTF-8, an HTML page, or a workbook that cannot be opened.
    """
    path, raw = Path(path), read_raw(path)
    if is_workbook(raw):
        return read_sheets(path.name, raw, slice(1))[0]
    return _text(path, raw)


def read_raw(path: str | Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    SourceError
        The file is missing, unreadable or empty.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(str(path), None, found=reason.lower(), expected="a readable file") from error
    if not raw.strip():
        raise SourceError(path.name, None, found="an empty file", expected="an official table")
    return raw


def decode(path: Path, raw: bytes) -> str:
    """Return the text that bytes are.

    Raises
    ------
    SourceError
        The bytes are not UTF-8, an HTML page, or have a zero byte.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError(path.name, None, found="text in UTF-16", expected="text in UTF-8 or ASCII")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{raw[error.start]:02x} that is not UTF-8"
        raise SourceError(path.name, f"line {line}", found=found, expected="text in UTF-8 or ASCII") from error
    if text.lstrip().startswith("<"):
        raise SourceError(path.name, "line 1", found="an HTML or XML page", expected="an official table")
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        raise SourceError(path.name, f"line {line}", found="a zero byte", expected="text in UTF-8 or ASCII")
    return text


def _text(path: Path, raw: bytes) -> Grid:
    text = decode(path, raw)
    if "\t" not in text:
        raise SourceError(path.name, None, found="text without a tab", expected="cells separated by tabs")
    # Only line ends end a line: str.splitlines would also break at form feeds and other separators.
    return Grid(path.name, [_trimmed([cell.strip() for cell in line.split("\t")]) for line in _LINE_END.split(text)])


def _trimmed(cells: list[Cell]) -> list[Cell]:
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def read_sheets(file: str, raw: bytes, which: slice = slice(None)) -> list[Grid]:
    """Return the sheets of a workbook, each as a grid.

    Raises
    ------
    SourceError
        The bytes are not a workbook that can be opened, or would take more memory than any official table.
    """
    return grids_of(file, read_cells(file, raw, which))


def grids_of(file: str, sheets: list[tuple[str, list[list[Any]]]]) -> list[Grid]:
    """Return sheets whose cells were read as grids.

    Raises
    ------
    SourceError
        All are empty.
    """
    if not any(any(map(any, rows)) for _, rows in sheets):
        raise SourceError(file, None, found=f"an empty sheet {sheets[0][0]!r}", expected="an official table")
    return [
        Grid(file, [_trimmed([_workbook_cell(cell) for cell in row]) for row in rows], name) for name, rows in sheets
    ]


def first_sheet(file: str, raw: bytes) -> list[list[Any]]:
    """Return the cells of a workbook's first sheet as they are, for tables too large to look at each cell.

    Raises
    ------
    SourceError
        The bytes are not a workbook that can be opened, or would take more memory than any official table.
    """
    return read_cells(file, raw, slice(1))[0][1]


def _workbook_cell(cell: object) -> Cell:
    """Return a workbook's cell as a float or stripped text (a date or a truth value becomes its text)."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    return str(cell).strip()
