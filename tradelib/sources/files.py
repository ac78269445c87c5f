"""Tables from official files: workbook, text, PDF, JSON, archive or folder, recognised by their content."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from tradelib.quantity.periods import day
from tradelib.sources import country, formats
from tradelib.sources.coded import read_coded
from tradelib.sources.reader import read_table
from tradelib.sources.rows import Grid
from tradelib.sources.tables import tables_of, titles

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from tradelib.sources.facts import Table

COVERS = ("Readme",)
"""Sheets without a table of their own, which list the tables of a workbook."""

FORMATS = (
    "exhibits of the FT-900, its history table or its PDF, BEA's time series, Census' tables of countries and of real "
    "goods, or files of FRED, BLS and the Census API, as .xlsx, .xls, .txt, .csv, .json, .pdf or .zip (data/README.md "
    "lists them); take a file that is not official out of the folder"
)

UNSUPPORTED = "previous presentation"
"""In the title of services by category as BEA presented them formerly, which are not read."""

_DATED = re.compile(r"last updated|release at \d", re.IGNORECASE)


def files_of(paths: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    """Yield each file, and every file in folders and archives, with its content.

    Raises
    ------
    SourceError
        A file cannot be read, or an archive is damaged or unsafe to unpack.
    """
    for path in paths:
        if path.is_dir():
            yield from files_of(sorted(child for child in path.iterdir() if not child.name.startswith(".")))
        elif formats.is_package(raw := formats.read_raw(path)):
            inside = formats.members(path.name, raw)
            yield from ((Path(name), inside[name]) for name in sorted(inside) if not name.endswith("/"))
        else:
            yield path, raw


def read_file(path: Path, raw: bytes | None = None, first_of: Sequence[str] = ()) -> list[Table]:
    """Return the tables of one official file.

    Parameters
    ----------
    path : Path
        A workbook, text, PDF or API response, alone or out of an archive.
    raw : bytes, optional
        Its content, if it has been read.
    first_of : sequence of str
        Names of tables: reading stops at the first of them in the file and returns it alone, because reading all of a
        release in PDF takes many seconds.

    Raises
    ------
    SourceError
        The file has no known table, or has one table twice.
    """
    raw = formats.unpacked(path.name, formats.read_raw(path) if raw is None else raw)
    if raw.startswith(formats.WORKBOOK):
        sheets = formats.read_cells(path.name, raw)
        rows = sheets[0][1]
        if rows and country.is_country(rows[0]):
            return [country.read_country(path.name, rows)]
        texts = ((name, [list(map(formats.text_of, row)) for row in cells]) for name, cells in sheets)
        return _tables((Grid(path.name, name, cells) for name, cells in texts), first_of)
    if not raw.startswith(formats.PDF) and (table := read_coded(path.name, formats.decode(path.name, raw))):
        return [table]
    return _tables(formats.read_grids(path, raw), first_of)


def _tables(pages: Iterator[Grid], first_of: Sequence[str]) -> list[Table]:
    first = next(pages)
    released = released_on(first)
    tables: dict[str, Table] = {}
    grids = chain([first], pages)
    for group in tables_of(grids) if first.is_pdf else ([grid] for grid in grids):
        headings = titles(group[0])
        if not headings or group[0].sheet in COVERS or UNSUPPORTED in " ".join(headings).lower():
            continue
        table = replace(read_table(group), released=released)
        if table.exhibit in first_of:
            return [table]
        if other := tables.get(table.exhibit):
            found = f"{table.title!r} in sheet {other.grids[0].sheet!r} and in sheet {group[0].sheet!r}"
            raise group[0].error(None, found, "each table once; remove the sheet that is not the official one")
        tables[table.exhibit] = table
    if not tables:
        found = f"{'a PDF' if first.is_pdf else 'a file'} that begins {' '.join(first.top[:3])[:120]!r}"
        raise first.error(None, found, FORMATS)
    return list(tables.values())


def released_on(grid: Grid) -> dt.date | None:
    """Return the day of release that the first sheet or page of a file names; None if it names none."""
    return next((day(line) for line in grid.top[:12] if _DATED.search(line)), None)
