"""An official table as rows: a label, and the figures beside it, each with the place where it stands.

Workbooks, text files, and pages of a PDF come to the same shape. A grid keeps every cell as the text that stands there,
so that it can be stored, compared line by line with print, and read again by a better layout.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tradelib.quantity.errors import SourceError
from tradelib.sources.raw import decode, read_raw
from tradelib.sources.workbook import is_workbook, read_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

NUMBER = re.compile(r"-?(?:\d{1,3}+(?:,\d{3})++|\d++)(?:\.\d++)?+(?:e-?\d++)?+", re.ASCII)
MARKER = re.compile(r"\((?:R|X|D|NA|S|Z|-|\*)\)|n\.a\.|\.\.+|-", re.ASCII)
_CELLS = re.compile(rf"(?:(?:{NUMBER.pattern}|{MARKER.pattern})(?:\t|\Z))*+", re.ASCII)
REVISED = "(R)"
_PDF = b"%PDF-"
_LINE = re.compile(r"\r\n?|\n")


class Row(NamedTuple):
    """One row of a table.

    Attributes
    ----------
    label : str
        What stands left of the figures.
    figures : list of str
        Figures and markers as printed.
    columns : list of int
        Where each of them stands in its row of the grid.
    revised : tuple of int
        Which of them have ``(R)`` before them, counted from 0.
    at : int
        The row of the grid.
    """

    label: str
    figures: list[str]
    columns: list[int]
    revised: tuple[int, ...]
    at: int


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet, text or page, as text.

    Attributes
    ----------
    file : str
        Name of the official file.
    sheet : str
        Name of the sheet; empty for a text; ``pdf`` for lines of a PDF.
    rows : list of list of str
        Cells; a row of a PDF begins with its page and line.
    """

    file: str
    sheet: str
    rows: list[list[str]]

    def place(self, row: int, column: int | None = None) -> str:
        """Return the address of a cell or row as a person looks it up."""
        if self.sheet == "pdf":
            return self.rows[row][0]
        if not self.sheet:
            return f"line {row + 1}" if column is None else f"line {row + 1}, column {column + 1}"
        return f"{self.sheet}!{_letters(column or 0)}{row + 1}"

    def error(self, place: str | None, found: str, expected: str) -> SourceError:
        """Return the error that names file, place, what was found, and what was expected."""
        return SourceError(self.file, place, found=found, expected=expected)

    def lines(self, most: int | None = None) -> Iterator[str]:
        """Yield each row, or the first ones, as one line of text, for titles and heads."""
        start = self.sheet == "pdf"
        for row in self.rows[:most]:
            yield " ".join(" ".join(row[start:]).split())

    def places(self, rows: Iterable[Row]) -> list[str]:
        """Return the address of every figure of some rows, in order."""
        if self.sheet == "pdf":
            return [self.rows[row.at][0] for row in rows for _ in row.columns]
        if self.sheet:
            letters = [f"{self.sheet}!{_letters(column)}" for column in range(max(map(len, self.rows), default=0))]
            return [letters[column] + number for row in rows for number in [str(row.at + 1)] for column in row.columns]
        ends = [f", column {column + 1}" for column in range(max(map(len, self.rows), default=0))]
        return [start + ends[column] for row in rows for start in [f"line {row.at + 1}"] for column in row.columns]

    def table(self) -> Iterator[Row]:
        """Yield rows that have anything, in order: labels first, then figures, which end the label."""
        start = int(self.sheet == "pdf")
        for at, row in enumerate(self.rows):
            cells = list(map(str.strip, row))
            columns = [column for column, cell in enumerate(cells) if cell][start:]
            if not columns:
                continue
            most = len(columns)
            words = int(columns[0] == start)
            while words < most and not _is_value(cells[columns[words]]):
                words += 1
            label = " ".join([" ".join(cells[column].split()) for column in columns[:words]])
            columns = columns[words:]
            revised: tuple[int, ...] = ()
            if REVISED in cells:  # in a cell of its own, it belongs to the figure after it
                after = {figure for mark, figure in pairwise(columns) if cells[mark] == REVISED}
                columns = [column for column in columns if cells[column] != REVISED]
                revised = tuple(figure for figure, column in enumerate(columns) if column in after)
            yield Row(label, [cells[column] for column in columns], columns, revised, at)

    def to_csv(self) -> str:
        """Return the grid as CSV text, without blank cells at the ends of rows."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for row in self.rows:
            last = max((at + 1 for at, cell in enumerate(row) if cell.strip()), default=0)
            writer.writerow(row[:last])
        return out.getvalue()

    @classmethod
    def from_csv(cls, text: str, file: str, sheet: str) -> Grid:
        """Return the grid that a CSV text is; the inverse of ``to_csv``."""
        return cls(file, sheet, list(csv.reader(io.StringIO(text))))


def _is_value(text: str) -> bool:
    return bool(NUMBER.fullmatch(text) or MARKER.fullmatch(text))


def numbers(texts: Sequence[str]) -> tuple[np.ndarray, int | None]:
    """Return the numbers that printed figures are.

    Parameters
    ----------
    texts : sequence of str
        Figures (``-1,234.5``) and markers (``(D)``).

    Returns
    -------
    values : array of float
        In their order, NaN for a marker.
    wrong : int or None
        Which text is the first that is neither; the values are then without meaning.
    """
    joined = "\t".join(texts)
    if not _CELLS.fullmatch(joined):
        return np.empty(0), next(at for at, text in enumerate(texts) if not _is_value(text))
    # A number ends with a digit, a marker never does.
    plain = [text if text[-1].isdigit() else "nan" for text in joined.replace(",", "").split("\t")]
    return np.array(list(map(float, plain))), None


def read_grids(path: Path, raw: bytes | None = None, pages: int | None = None) -> list[Grid]:
    """Return the visible sheets of a workbook, the lines of a text or CSV file, or the pages of a PDF.

    Parameters
    ----------
    path : Path
        The file; its name is not trusted to say what it is.
    raw : bytes, optional
        Its content, where it was read already (a file inside an archive).
    pages : int, optional
        How many pages of a PDF to read; all by default.

    Raises
    ------
    SourceError
        The file is missing, empty, damaged, or no table at all.
    """
    return list(grids_of(path, raw, pages))


def grids_of(path: Path, raw: bytes | None = None, pages: int | None = None) -> Iterator[Grid]:
    """Yield what ``read_grids`` returns, one after the other: pages of a PDF take long."""
    raw = read_raw(path) if raw is None else raw
    if is_workbook(raw):
        for name, rows in read_cells(path.name, raw):
            yield Grid(path.name, name, [[_text(cell) for cell in row] for row in rows])
    elif raw.startswith(_PDF):
        for page, text in enumerate(pdf_texts(path.name, raw, pages), 1):
            rows = [[f"page {page}, line {at}", *_split(line)] for at, line in enumerate(text.split("\n"), 1)]
            yield Grid(path.name, "pdf", rows)
    else:
        text = decode(path, raw)
        lines = [line.split("\t") for line in _LINE.split(text)] if "\t" in text else csv.reader(io.StringIO(text))
        yield Grid(path.name, "", list(lines))


def _text(cell: object) -> str:
    """Return a workbook's cell as text, a number by the shortest decimal that stands for it."""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    return str(cell)


def pdf_texts(file: str, raw: bytes, most: int | None = None) -> Iterator[str]:
    """Yield the text of each page of a PDF, of the first ones only where ``most`` says so.

    Raises
    ------
    SourceError
        It is damaged, or the library that reads PDFs is not installed.
    """
    import logging

    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ModuleNotFoundError as error:
        needed = "pypdf, which reads it: pip install 'tradelib[pdf]'"
        raise SourceError(file, None, found="a PDF", expected=needed) from error
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        for page in PdfReader(io.BytesIO(raw)).pages[:most]:
            yield page.extract_text()
    except (PyPdfError, ValueError, KeyError, OSError) as error:
        raise SourceError(file, None, found=f"a damaged PDF ({error})", expected="a PDF of the release") from error


def _split(line: str) -> list[str]:
    """Return the label of a printed line, then the figures and markers at its end."""
    words = line.replace("(R)", " (R) ").split()
    at = len(words)
    while at and _is_value(words[at - 1]):
        at -= 1
    label = " ".join(words[:at])
    return [label, *words[at:]] if label or words else [""]


def _letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
