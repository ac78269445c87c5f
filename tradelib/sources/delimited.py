"""Comma-separated official files as grids, read whole: no cell is guessed, every cell has its place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tradelib.sources.grid import Grid, decode, read_raw
from tradelib.sources.workbook import is_workbook


def read_csv_grid(path: str | Path) -> Grid:
    """Read a comma-separated text; every row has as many cells as the header.

    Raises
    ------
    SourceError
        The file is not UTF-8 text, is damaged, or a row is longer or shorter than the header.
    """
    path, raw = Path(path), read_raw(path)
    grid = Grid(path.name, [])
    if is_workbook(raw):
        raise grid.error(None, found="a workbook", expected="comma-separated text")
    text = decode(path, raw)
    try:
        # A line end that a transfer doubled (\r\r\n) leaves empty lines; they hold no value.
        found = csv.reader(io.StringIO(text.replace("\r\r\n", "\n"), newline=""), strict=True)
        rows = [[cell.strip() for cell in row] for row in found]
    except csv.Error as error:
        raise grid.error(None, found=f"text that breaks off ({error})", expected="comma-separated text") from error
    while rows and not any(rows[-1]):
        rows.pop()
    grid = Grid(path.name, [list(row) for row in rows])
    if not rows:
        raise grid.error(None, found="no row", expected="a header")
    for at, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise grid.error(at, found=f"{len(row)} cells", expected=f"{len(rows[0])}, as in the header")
    if not text.endswith(("\n", "\r")):
        raise grid.error(len(rows) - 1, found="no line end", expected="a line end; the file is cut short")
    return grid
