"""A workbook that would need all memory is refused with little memory used, and never ends the process."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile

import layouts_real
import pytest
from workbooks import xls, xlsx

from tradelib.quantity.errors import SourceError
from tradelib.sources.formats import read_cells

ROWS = layouts_real.long_series()[:40]
LITTLE = 2_000_000_000

READ = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({LITTLE}, {LITTLE}))
from tradelib.quantity.errors import SourceError
from tradelib.sources.formats import read_cells
for path in sys.argv[1:]:
    try:
        [(_, rows)] = read_cells("book", open(path, "rb").read())
        print("rows:", len(rows))
    except SourceError as error:
        print("refused:", error)
"""
"""Run in a separate process, because the library ends the process when memory runs out, and raises no error."""


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


def test_far_cells_are_refused_in_little_memory(tmp_path):
    pytest.importorskip("resource")
    books = {
        "xlsx": with_cell('<c r="XFD1048576"><v>1</v></c>'),
        "xls": old_with_cell(0xFFFF, 0xFFFF),
        "near": with_cell('<c r="CZ99999"><v>1</v></c>'),
        "old near": old_with_cell(0xFFFF, 0xFF),
    }
    for name, raw in books.items():
        (tmp_path / name).write_bytes(raw)
    command = [sys.executable, "-c", READ, *(str(tmp_path / name) for name in books)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    far, old, *rows = done.stdout.splitlines()
    expected = "found a cell there; expected no cell beyond column CZ or row 99,999"
    assert far == f"refused: book, xl/worksheets/sheet1.xml, cell XFD1048576: {expected}"
    assert old.startswith("refused: book: found a damaged workbook (an invalid record)")
    assert rows == ["rows: 99999", "rows: 65536"]


@pytest.mark.parametrize("place", ["DA1", "AAA1", "XFD1", "A100000", "AB100000", "C1048576", "xfd1", "da7", "ZZZZ1"])
@pytest.mark.parametrize("written", ['<c r="{}"><v>1</v></c>', '<x:c s="1" r="{}" t="n"><v>1</v></x:c>',
                                     "<c r='{}'><v>1</v></c>"])  # fmt: skip
def test_every_far_cell_is_refused_with_its_place(place, written):
    with pytest.raises(SourceError) as caught:
        read_cells("book", with_cell(written.format(place)))
    assert caught.value.place == f"xl/worksheets/sheet1.xml, cell {place}"


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
