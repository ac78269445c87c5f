"""The cells of Excel workbooks, with a bound on the memory that a damaged or careless file can ask for."""

from __future__ import annotations

import re
import zipfile
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from tradelib.quantity.errors import SourceError
from tradelib.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlrd.sheet import Cell

_NEW, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

LAST_COLUMN, LAST_ROW = "CZ", 99_999
"""Where the cells of an ``.xlsx`` sheet must end; official tables reach AC and row 8,475."""

_FAR_CELL = re.compile(rb""" r=(?!["'][A-Ca-c]?[A-Za-z]?\d{1,5}["'])["']([^"']*)["'][^/>]*>(?!</)""")
"""A cell beyond them that is not empty; styled empty cells stand far out in official workbooks too."""

_LINKED = "xl/externalLinks/"


def is_workbook(raw: bytes) -> bool:
    """Tell whether bytes start as an Excel workbook does, ``.xlsx`` or ``.xls``."""
    return raw.startswith((_NEW, _OLD))


def read_cells(file: str, raw: bytes) -> list[tuple[str, list[list[Any]]]]:
    """Return names and rows of a workbook's sheets, the cells as the workbook library gives them.

    Raises
    ------
    SourceError
        The bytes are not a workbook that can be opened, have no sheet, unpack to too much, or have a cell far out.
    """
    with _opening(file):
        sheets = _old(raw) if raw.startswith(_OLD) else _new(file, raw)
    if not sheets:
        raise SourceError(file, None, found="a workbook without sheets", expected="an official table")
    return sheets


@contextmanager
def _opening(file: str) -> Iterator[None]:
    """Turn whatever the libraries say into the error that names the file."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, ImportError, SourceError):
        raise
    except BaseException as error:  # the libraries' errors, and calamine's panics, which derive from BaseException
        found = f"a damaged workbook ({' '.join(str(error).split()) or 'a record that cannot be'})"
        raise SourceError(file, None, found=found, expected="an Excel workbook") from error


def _new(file: str, raw: bytes) -> list[tuple[str, list[list[Any]]]]:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # only workbooks need it

    workbook = CalamineWorkbook.from_filelike(_checked(file, raw))
    # A sheet that nobody sees is never data.
    shown = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    return [(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in shown]


def _checked(file: str, raw: bytes) -> BytesIO:
    """Return an ``.xlsx`` workbook unpacked once, its checksums verified and its cells near.

    The library allocates the rectangle that its cells span before anyone can look at it. What it reads is what was
    checked here, stored without compression, so that nothing is unpacked twice.
    """
    plain = BytesIO()
    with zipfile.ZipFile(plain, "w") as checked:
        for name, content in members(file, raw).items():
            if name.startswith(_LINKED):  # cells of other workbooks, which are not read
                continue
            if b"sheetData" in content and (far := _FAR_CELL.search(content)):
                found, expected = "a cell there", f"no cell beyond column {LAST_COLUMN} or row {LAST_ROW:,}"
                raise SourceError(file, f"{name}, cell {far[1].decode()}", found=found, expected=expected)
            checked.writestr(name, content)
    plain.seek(0)
    return plain


def _old(raw: bytes) -> list[tuple[str, list[list[Any]]]]:
    """Read an ``.xls`` workbook, which has no checksum, with the library that believes none of its sizes."""
    import xlrd

    with xlrd.open_workbook(file_contents=raw, logfile=StringIO(), ragged_rows=True, on_demand=True) as book:
        return [
            (sheet.name, [[_value(cell, book.datemode) for cell in row] for row in sheet.get_rows()])
            for sheet in book.sheets()
            if not sheet.visibility
        ]


def _value(cell: Cell, datemode: int) -> Any:
    """Return an old workbook's cell as calamine gives it: dates and truth values typed, errors as their text."""
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return xlrd.error_text_from_code[cell.value] if cell.ctype == xlrd.XL_CELL_ERROR else cell.value
