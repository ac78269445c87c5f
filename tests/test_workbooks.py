"""Workbooks of both formats are read cell by cell; the sizes that their archives state are not trusted."""

from __future__ import annotations

import io
import struct
import zipfile

import layouts_real
import pytest
from workbooks import xls, xlsx

from tradelib.quantity.errors import SourceError
from tradelib.sources.formats import read_cells

ROWS = layouts_real.long_series()[:40]


def with_cell(cell: str, linked: str = "") -> bytes:
    """Return a workbook with one more cell, and a cell of another workbook to which it links."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx({"1": ROWS}))) as old, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"</sheetData>", f"<row>{cell}</row></sheetData>".encode()))
        new.writestr("xl/externalLinks/externalLink1.xml", f"<sheetData>{linked}</sheetData>")
    return raw.getvalue()


def old_with_cell(row: int, column: int) -> bytes:
    """Return a workbook of the old format whose last number is in another place."""
    raw = bytearray(xls({"1": ROWS}))
    at = raw.rindex(struct.pack("<HH", 0x0203, 14))
    struct.pack_into("<HH", raw, at + 4, row, column)
    return bytes(raw)


@pytest.mark.parametrize(("row", "column"), [(0xFFFF, 0x1F), (0x0FFF, 0xFF)])
def test_workbooks_of_both_formats_give_the_same_cells(row, column):
    assert read_cells("book", xls({"1": ROWS})) == read_cells("book", xlsx({"1": ROWS}))
    [(_, rows)] = read_cells("book", old_with_cell(row, column))
    assert len(rows) == row + 1
    assert isinstance(rows[-1][column], float)


@pytest.mark.parametrize("cell", ['<c r="CZ40"><v>7</v></c>', "<c r='CZ40'><v>7</v></c>", '<c r="cz40"><v>7</v></c>',
                                  '<c s="1" r="B99"><v>7</v></c>', '<c r="A1234" s="555"><v>7</v></c>'])  # fmt: skip
def test_near_cells_are_read(cell):
    [(_, rows)] = read_cells("book", with_cell(cell))
    assert 7 in [value for row in rows for value in row]


@pytest.mark.parametrize("cell", ['<c r="XFD7" s="1"/>', '<c r="IV7" s="1"></c>', '<c r="A1048576"/>'])
def test_far_cells_that_are_empty_change_nothing(cell):
    """Official workbooks have styled empty cells far out."""
    assert read_cells("book", with_cell(cell)) == read_cells("book", xlsx({"1": ROWS}))


def test_cells_of_other_workbooks_do_not_count():
    got = read_cells("book", with_cell("", linked='<c r="XFD7"><v>1</v></c>'))
    assert got == read_cells("book", xlsx({"1": ROWS}))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("double", "workbook.xml' twice"), ("bomb", "times its size"), ("checksum", "Bad CRC-32")],
)
def test_the_sizes_that_an_archive_states_are_not_trusted(kind, expected):
    raw = io.BytesIO(xlsx({"1": ROWS}))
    if kind == "checksum":
        whole = raw.getvalue()
        at = whole.index(b"</worksheet>")  # after the last cell, where the library stops reading
        raw = io.BytesIO(whole[:at] + b"</workshoot>" + whole[at + 12 :])
    else:
        name = "xl/workbook.xml" if kind == "double" else "xl/theme.xml"
        with zipfile.ZipFile(raw, "a", zipfile.ZIP_DEFLATED) as archive, pytest.MonkeyPatch.context() as patch:
            patch.setattr("warnings.warn", lambda *_, **__: None)  # about the double name
            archive.writestr(name, bytes(5_000_000))
    with pytest.raises(SourceError, match=expected):
        read_cells("book", raw.getvalue())
