"""Rows of official tables: a label and the figures beside it, each with its place in the file.

Workbooks, text files and pages of a PDF are brought to the same shape. A grid keeps the text of every cell unchanged,
so it can be stored, compared with the printed table line by line, and read again with a better layout.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from string import ascii_uppercase
from typing import TypeAlias

import numpy as np

from tradelib.quantity.errors import SourceError

NUMBER = re.compile(r"-?(?:\d{1,3}+(?:,\d{3})++|\d++)(?:\.\d++)?+(?:e-?\d++)?+", re.ASCII)
MARKER = re.compile(r"\((?:R|X|D|NA|S|Z|-|\*)\)|n\.a\.|\.\.+|-", re.ASCII)
is_value = re.compile(rf"{NUMBER.pattern}|{MARKER.pattern}", re.ASCII).fullmatch
"""Match the text of a cell that is a figure or a marker in place of a figure."""

_DIGITS = str.maketrans("123456789", "0" * 9)
_LONGEST = 16
"""Whole numbers of fewer digits than this are exact as floats."""

_LETTERS = ["".join(letters) for length in (1, 2) for letters in product(ascii_uppercase, repeat=length)]
"""Names of columns, A to ZZ."""

NOTES = re.compile(r"\(\d+\)|notes?:?\b|\*|sources?:", re.IGNORECASE)
"""The beginning of lines below a table."""

REVISED = "(R)"
_TOP = 14


Row: TypeAlias = "tuple[str, list[str], Sequence[int], tuple[int, ...], int]"
"""One row of a table: its label; figures and markers as printed; their columns in the grid; positions (from 0) of the
figures with ``(R)`` before them; the row of the grid."""


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet, text or page, as text.

    Attributes
    ----------
    file : str
        Name of the official file.
    sheet : str
        Name of the sheet; empty for a text; ``pdf`` for lines of a PDF.
    cells : list of list of str, or a function that returns it
        By row; a row of a PDF begins with its page and line. A function delays the work until the cells are needed, as
        tables of series have many.
    """

    file: str
    sheet: str
    cells: list[list[str]] | Callable[[], list[list[str]]]

    @cached_property
    def rows(self) -> list[list[str]]:
        """The cells by row."""
        return self.cells() if callable(self.cells) else self.cells

    @property
    def is_pdf(self) -> bool:
        """Whether the rows are lines of a PDF, each preceded by its page and line number."""
        return self.sheet == "pdf"

    def place(self, row: int, column: int = 0) -> str:
        """Return the address of a cell as a reader would look it up; by default that of the first cell of the row."""
        return self.places([(row, [column])])[0]

    def places(self, rows: Sequence[tuple[int, Sequence[int]]]) -> list[str]:
        """Return the addresses of the cells in some rows, each given as its row and columns, in order."""
        if self.is_pdf:
            return [self.rows[at][0] for at, columns in rows for _ in columns]
        if self.sheet:
            letters = [f"{self.sheet}!{name}" for name in _LETTERS]
            return [letters[column] + number for at, columns in rows for number in [str(at + 1)] for column in columns]
        ends = [f", column {column}" for column in range(1, 1 + max(map(len, self.rows)))]
        return [start + ends[column] for at, columns in rows for start in [f"line {at + 1}"] for column in columns]

    def error(self, place: str | None, found: str, expected: str) -> SourceError:
        """Return an error that names this file, the place, what was found, and what was expected."""
        return SourceError(self.file, place, found=found, expected=expected)

    @cached_property
    def top(self) -> list[str]:
        """The lines that can belong to the title: the first 14, or all lines of a PDF page."""
        rows = self.rows if self.is_pdf else self.rows[:_TOP]
        return [" ".join(" ".join(row[self.is_pdf :]).split()) for row in rows]

    def table(self) -> Iterator[Row]:
        """Yield the non-empty rows in order; the label ends at the first figure."""
        start = int(self.is_pdf)
        for at, row in enumerate(self.rows):
            cells = list(map(str.strip, row))
            if "" not in cells and REVISED not in cells and len(cells) > start + 1 and is_value(cells[start + 1]):
                # The most common row, read fast: one label, then figures without a gap.
                yield " ".join(cells[start].split()), cells[start + 1 :], range(start + 1, len(cells)), (), at
                continue
            filled = [column for column, cell in enumerate(cells) if cell][start:]
            words = int(filled[:1] == [start])
            while words < len(filled) and not is_value(cells[filled[words]]):
                words += 1
            label = " ".join(" ".join([cells[column] for column in filled[:words]]).split())
            columns = [column for column in filled[words:] if cells[column] != REVISED]
            # A mark in a cell of its own belongs to the figure after it.
            after = {figure for mark, figure in pairwise(filled[words:]) if cells[mark] == REVISED}
            revised = tuple(number for number, column in enumerate(columns) if column in after)
            if filled:
                yield label, [cells[column] for column in columns], columns, revised, at

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
        """Return the grid of a CSV text; the inverse of ``to_csv``."""
        return cls(file, sheet, list(csv.reader(io.StringIO(text))))


def numbers(texts: Sequence[str]) -> tuple[np.ndarray, int | None]:
    """Return printed figures as numbers.

    Parameters
    ----------
    texts : sequence of str
        Figures (``-1,234.5``) and markers (``(D)``).

    Returns
    -------
    values : array of float
        In the same order, NaN for a marker; empty if a text is ``wrong``.
    wrong : int or None
        Position of the first text that is neither a figure nor a marker.
    """
    joined = "\t".join(texts)
    shapes = joined.translate(_DIGITS).split("\t")  # with all digits 0, few shapes differ: only these are matched
    different = set(shapes)
    if strange := {shape for shape in different if not is_value(shape)}:
        return np.empty(0), next(at for at, shape in enumerate(shapes) if shape in strange)
    plain = joined.replace(",", "")
    # A number ends with a digit, a marker never does. If all are whole numbers, one call converts them.
    if all(shape[-1] == "0" and shape.strip("-,0") == "" and len(shape) < _LONGEST for shape in different):
        return np.fromstring(plain, dtype=np.int64, sep="\t").astype(float), None
    pairs = zip(plain.split("\t"), shapes, strict=True)
    return np.array([float(text) if shape[-1] == "0" else np.nan for text, shape in pairs]), None
