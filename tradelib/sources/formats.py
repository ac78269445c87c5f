"""Cells of official files: texts, workbooks, PDFs and archives, opened with precautions against damaged files.

Declared sizes are not trusted: archives are unpacked in memory, within limits; their checksums are verified, and a path
that leads out of the archive is refused.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from tradelib.quantity.errors import SourceError
from tradelib.sources.rows import Grid, is_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlrd.sheet import Cell

MOST_BYTES, MOST_FILES = 300_000_000, 2000
"""Limits for all files of an archive together: bytes after unpacking, and number of files."""

MOST_RATIO = 200
"""Largest ratio of unpacked to packed size, for files above a megabyte; official workbooks reach about 12."""

_SMALL = 1_000_000
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK, PDF, _GZIP = (b"PK\x03\x04", _OLD), b"%PDF-", b"\x1f\x8b"
"""First bytes of files: of workbooks (``.xlsx``, ``.xls``), of PDFs, and of what gzip has compressed."""

LAST_COLUMN, LAST_ROW = "CZ", 99_999
"""The last column and row that an ``.xlsx`` sheet may use; official tables reach column AC and row 8,475."""

_FAR_CELL = re.compile(rb""" r=(?!["'][A-Ca-c]?[A-Za-z]?\d{1,5}["'])["']([^"']*)["'][^/>]*>(?!</)""")
"""A cell beyond these limits that is not empty; official workbooks have styled empty cells far out."""

_LINKED = "xl/externalLinks/"
"""Folder of copies of cells from other workbooks, which are not read."""


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


def read_grids(path: Path, raw: bytes) -> Iterator[Grid]:
    """Yield the pages of a PDF, or the lines of a text or CSV file; ``read_cells`` has the sheets of a workbook.

    Parameters
    ----------
    path : Path
        The file; its type is recognised by its content, not by its name.
    raw : bytes
        Its content.

    Raises
    ------
    SourceError
        The file is damaged, or is not a table.
    """
    if raw.startswith(PDF):
        for page, text in enumerate(pdf_texts(path.name, raw), 1):
            rows = [[f"page {page}, line {at}", *_split(line)] for at, line in enumerate(text.split("\n"), 1)]
            yield Grid(path.name, "pdf", rows)
    else:
        text = decode(path.name, raw)
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if "\t" in text else []
        rows = [line.split("\t") for line in lines] or list(csv.reader(io.StringIO(text)))
        yield Grid(path.name, "", rows)


def decode(file: str, raw: bytes) -> str:
    """Return bytes decoded as text.

    Raises
    ------
    SourceError
        The bytes are not UTF-8, are an HTML or XML page, or contain a zero byte.
    """
    expected = "text in UTF-8 or ASCII; take a file that is not official out of the folder"
    line = "line {}".format
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError(file, None, found="text in UTF-16", expected=expected)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte 0x{raw[error.start]:02x} that is not UTF-8"
        place = line(raw.count(b"\n", 0, error.start) + 1)
        raise SourceError(file, place, found=found, expected=expected) from error
    if text.lstrip().startswith("<"):
        raise SourceError(file, line(1), found="an HTML or XML page", expected="an official table")
    if (at := text.find("\0")) >= 0:
        raise SourceError(file, line(text.count("\n", 0, at) + 1), found="a zero byte", expected=expected)
    return text


@contextmanager
def _opening(file: str, kind: str, expected: str) -> Iterator[None]:
    """Convert any exception that a library raises on damaged bytes to a ``SourceError`` that names the file."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, ImportError, SourceError):
        raise
    except BaseException as error:  # each library has errors of its own, and calamine's panics are not Exceptions
        found = f"a damaged {kind} ({' '.join(str(error).split()) or 'an invalid record'})"
        raise SourceError(file, None, found=found, expected=expected) from error


def unpacked(file: str, raw: bytes) -> bytes:
    """Return gzip-compressed bytes decompressed, and any other bytes unchanged.

    Raises
    ------
    SourceError
        The bytes are damaged, expand beyond the limits, or are an archive inside another archive.
    """
    if is_package(raw):
        raise SourceError(file, None, found="an archive in an archive", expected="its files; unpack it first")
    if not raw.startswith(_GZIP):
        return raw
    with _opening(file, "gzip file", "a complete file"), gzip.open(io.BytesIO(raw)) as stream:
        return _bounded(file, file, stream.read, len(raw), MOST_BYTES)


def _bounded(file: str, name: str, unpack: Callable[[int], bytes], packed: int, left: int) -> bytes:
    """Return the content that ``packed`` bytes unpack to, if it keeps to ``MOST_RATIO`` and to the bytes left."""
    most = min(left, max(_SMALL, MOST_RATIO * packed))
    content = unpack(most + 1)
    if len(content) > most:
        found = f"{name!r} unpacks to more than {MOST_RATIO} times its size, or over {MOST_BYTES:,} bytes in all"
        raise SourceError(file, None, found=found, expected="files that unpack to less")
    return content


def is_package(raw: bytes) -> bool:
    """Return whether bytes are a zip archive of files, and not an ``.xlsx`` workbook, which is a zip archive too."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return {"[Content_Types].xml", "xl/workbook.xml"}.isdisjoint(archive.namelist())
    except Exception:  # noqa: BLE001 - not an archive, or a damaged one
        return False


def members(file: str, raw: bytes) -> dict[str, bytes]:
    """Return the files of an archive by their names, with their checksums verified.

    Raises
    ------
    SourceError
        The archive is damaged or encrypted, a path leads out of it, it has a file twice or too many files, or they
        unpack to too much. Declared sizes are not trusted: bytes are counted while they are unpacked.
    """
    contents: dict[str, bytes] = {}
    left = MOST_BYTES
    with _opening(file, "archive", "a complete archive"), zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for member in archive.infolist():
            name = member.filename.replace("\\", "/")
            if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name:
                found = f"the path {member.filename!r}"
                raise SourceError(file, None, found=found, expected="paths inside the archive")
            if name in contents or len(contents) == MOST_FILES:
                found = f"{name!r} twice, or after {MOST_FILES} files"
                raise SourceError(file, None, found=found, expected=f"at most {MOST_FILES} files, each once")
            with archive.open(member) as stream:
                contents[name] = _bounded(file, name, stream.read, member.compress_size, left)
            left -= len(contents[name])
    return contents


def read_cells(file: str, raw: bytes) -> list[tuple[str, list[list[Any]]]]:
    """Return the names and rows of a workbook's visible sheets, with cells as the workbook library returns them.

    Raises
    ------
    SourceError
        The workbook cannot be opened, has no visible sheet, unpacks to too much, or has a cell beyond the limits.
    """
    with _opening(file, "workbook", "an Excel workbook"):
        sheets = _old(raw) if raw.startswith(_OLD) else _new(file, raw)
    if not sheets:
        raise SourceError(file, None, found="a workbook without sheets", expected="an official table")
    return sheets


def _new(file: str, raw: bytes) -> list[tuple[str, list[list[Any]]]]:
    """Read an ``.xlsx`` workbook, after verifying its checksums and that no cell lies beyond the limits.

    The library allocates the rectangle that the cells span, so a single cell far out would exhaust memory.
    """
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # only workbooks need it

    for name, content in members(file, raw).items():
        far = b"sheetData" in content and not name.startswith(_LINKED) and _FAR_CELL.search(content)
        if far:
            found, expected = "a cell there", f"no cell beyond column {LAST_COLUMN} or row {LAST_ROW:,}"
            raise SourceError(file, f"{name}, cell {far[1].decode()}", found=found, expected=expected)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    # A hidden sheet is never data.
    shown = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    return [(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in shown]


def _old(raw: bytes) -> list[tuple[str, list[list[Any]]]]:
    """Read an ``.xls`` workbook, which has no checksums, with xlrd, which does not trust its declared sizes."""
    import xlrd

    with xlrd.open_workbook(file_contents=raw, logfile=io.StringIO(), ragged_rows=True, on_demand=True) as book:
        return [
            (sheet.name, [[_value(cell, book.datemode) for cell in row] for row in sheet.get_rows()])
            for sheet in book.sheets()
            if not sheet.visibility
        ]


def _value(cell: Cell, datemode: int) -> Any:
    """Return a cell of an ``.xls`` workbook as calamine would: dates and booleans typed, errors as text."""
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return xlrd.error_text_from_code[cell.value] if cell.ctype == xlrd.XL_CELL_ERROR else cell.value


def text_of(cell: object) -> str:
    """Return a cell of a workbook as text; a float as the shortest decimal that gives it."""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    return str(cell)


def pdf_texts(file: str, raw: bytes) -> Iterator[str]:
    """Yield the text of each page of a PDF, one page at a time, because extraction is slow.

    Raises
    ------
    SourceError
        The PDF is damaged, or the library that reads PDFs is not installed.
    """
    import logging

    try:
        from pypdf import PdfReader
    except ModuleNotFoundError as error:
        needed = "pypdf, which reads it: pip install 'tradelib[pdf]'"
        raise SourceError(file, None, found="a PDF", expected=needed) from error
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    with _opening(file, "PDF", "a PDF of the release"):
        for page in PdfReader(io.BytesIO(raw)).pages:
            yield page.extract_text()


def _split(line: str) -> list[str]:
    """Split a printed line into its label and the figures and markers at its end."""
    words = line.replace("(R)", " (R) ").split()
    at = len(words)
    while at and is_value(words[at - 1]):
        at -= 1
    return [" ".join(words[:at]), *words[at:]]
