"""Workbooks from rows of cells, written with the standard library alone, so that a test can write thousands.

Nothing here uses tradelib. Numbers are numbers, everything else is text, as in the agencies' files.
"""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterator

Rows = list[list[str | float]]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OOXML = "http://schemas.openxmlformats.org"
_MAIN = f"{_OOXML}/spreadsheetml/2006/main"
_RELATIONS = f"{_OOXML}/package/2006/relationships"
_KINDS = f"{_OOXML}/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def xlsx(sheets: dict[str, Rows]) -> bytes:
    """Return sheets as a workbook of the current format (.xlsx), with uncompressed parts."""
    raw = io.BytesIO()
    names = [f"sheet{number}.xml" for number in range(1, len(sheets) + 1)]
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("[Content_Types].xml", _content_types(names))
        archive.writestr("_rels/.rels", _relations({"officeDocument": "xl/workbook.xml"}))
        listed = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(sheets, 1)
        )
        book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_KINDS}"><sheets>{listed}</sheets></workbook>'
        archive.writestr("xl/workbook.xml", _HEAD + book)
        archive.writestr(
            "xl/_rels/workbook.xml.rels", _relations({f"worksheets/{name}": "worksheet" for name in names})
        )
        for name, rows in zip(names, sheets.values(), strict=True):
            archive.writestr(f"xl/worksheets/{name}", _sheet(rows))
    return raw.getvalue()


def _content_types(names: list[str]) -> str:
    parts = {"/xl/workbook.xml": "sheet.main"} | {f"/xl/worksheets/{name}": "worksheet" for name in names}
    overrides = "".join(
        f'<Override PartName="{part}" ContentType="{_TYPES}.{kind}+xml"/>' for part, kind in parts.items()
    )
    defaults = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'{_HEAD}<Types xmlns="{_OOXML}/package/2006/content-types">{defaults}{overrides}</Types>'


def _relations(targets: dict[str, str]) -> str:
    """Return relations from pairs of target and kind in either order; the one with the path is the target."""
    types = ""
    for at, (one, two) in enumerate(targets.items(), 1):
        kind, target = (two, one) if "/" in one else (one, two)
        types += f'<Relationship Id="rId{at}" Type="{_KINDS}/{kind}" Target="{target}"/>'
    return f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{types}</Relationships>'


def _sheet(rows: Rows) -> str:
    rows_xml = "".join(f'<row r="{at}">{"".join(_cells(at, row))}</row>' for at, row in enumerate(rows, 1))
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{rows_xml}</sheetData></worksheet>'


def _cells(at: int, row: list[str | float]) -> Iterator[str]:
    for column, cell in enumerate(row):
        place = f"{_letters(column)}{at}"
        if isinstance(cell, str):
            if cell:
                text = escape(cell, {"\n": "&#10;"})
                yield f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        else:
            yield f'<c r="{place}"><v>{cell!r}</v></c>'


def _letters(column: int) -> str:
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)


# The format before 2007: records (BIFF8) in a stream of a small file system.

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls(sheets: dict[str, Rows]) -> bytes:
    """Return sheets as a workbook of the old format (.xls)."""
    tables = [_biff_sheet(rows) for rows in sheets.values()]
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    ends = _record(0x000A, b"")
    listed = [struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name.encode("latin-1") for name in sheets]
    offset = len(start) + sum(len(_record(0x0085, sheet)) for sheet in listed) + len(ends)
    bound = b""
    for sheet, table in zip(listed, tables, strict=True):
        bound += _record(0x0085, struct.pack("<I", offset) + sheet[4:])
        offset += len(table)
    return _compound(start + bound + ends + b"".join(tables))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _biff_sheet(rows: Rows) -> bytes:
    width = max(map(len, rows), default=0)
    records = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    records += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", at, column, 0)
            if not isinstance(cell, str):
                records += _record(0x0203, place + struct.pack("<d", cell))
            elif cell:
                records += _record(0x0204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
    return records + _record(0x000A, b"")


def _compound(stream: bytes) -> bytes:
    """Return a file system with one stream, ``Workbook``: header, allocation table, directory and stream."""
    stream = stream.ljust(4096, b"\0")  # shorter streams are stored elsewhere
    count = -(-len(stream) // _SECTOR)
    tables = -(-(count + 1) // (_SECTOR // 4 - 1))
    first = tables + 1
    chain = [_FAT] * tables + [_END] + [*range(first + 1, first + count), _END]
    chain += [_FREE] * (tables * _SECTOR // 4 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    entries = _entry("Root Entry", 5, child=1, start=_END) + _entry("Workbook", 2, start=first, size=len(stream))
    body = struct.pack(f"<{len(chain)}I", *chain) + entries.ljust(_SECTOR, b"\0")
    return header + body + stream.ljust(count * _SECTOR, b"\0")


def _entry(name: str, kind: int, *, start: int, size: int = 0, child: int = _FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    described = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return described + struct.pack("<III", _FREE, _FREE, child) + bytes(36) + struct.pack("<IQ", start, size)
