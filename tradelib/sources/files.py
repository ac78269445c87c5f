"""Files of a release as tables: a workbook, text, PDF, archive or folder, each told by its content."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from tradelib.sources.grid import read_raw
from tradelib.sources.reader import read_table
from tradelib.sources.rows import read_grids
from tradelib.sources.tables import tables_of, titles
from tradelib.unpack import check_archive, is_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tradelib.quantity.errors import SourceError
    from tradelib.sources.reader import Table
    from tradelib.sources.rows import Grid

COVERS = ("Readme",)
"""Sheets that list the tables of a workbook."""

UNSUPPORTED = {
    "previous presentation": "services by category as BEA presented them before, which is another vocabulary",
}
"""Words of titles that no layout takes, and why."""


def files_of(paths: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    """Yield every file of folders and archives, and each file itself, with its content.

    Raises
    ------
    SourceError
        A file cannot be read, or an archive is damaged or dangerous.
    """
    for path in paths:
        if path.is_dir():
            yield from files_of(sorted(child for child in path.iterdir() if not child.name.startswith(".")))
            continue
        raw = read_raw(path)
        if not is_package(raw):
            yield path, raw
            continue
        check_archive(path)
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith("/"):
                    yield Path(name), archive.read(name)


def read_files(paths: Iterable[Path]) -> list[Table]:
    """Return the tables of official files.

    Parameters
    ----------
    paths : iterable of Path
        Files, folders, archives (``ft900xlsx_2304.zip``) and PDFs, alone or together.

    Raises
    ------
    SourceError
        A file has no table that a layout describes; one table stands twice in a file.
    """
    return [table for path, raw in files_of(paths) for table in read_file(path, raw)]


def read_file(path: Path, raw: bytes | None = None) -> list[Table]:
    """Return the tables of one official file, as ``read_files`` does."""
    grids = read_grids(path, raw)
    groups = [pages for pages in tables_of(grids) if titles(pages[0]) and pages[0].sheet not in COVERS]
    supported = [pages for pages in groups if not _unsupported(pages[0])]
    if not supported and groups:
        raise grids[0].error(None, titles(groups[0][0])[0], f"another table; this is {_unsupported(groups[0][0])}")
    if not supported:
        raise _refusal(grids)
    tables = [read_table(pages) for pages in supported]
    seen: dict[str, str] = {}
    for table in tables:
        where = table.grids[0].sheet
        if table.exhibit in seen:
            found = f"{table.title!r} in sheet {seen[table.exhibit]!r} and in sheet {where!r}"
            raise table.grids[0].error(None, found, "each table once; remove the sheet that is not the official one")
        seen[table.exhibit] = where
    return tables


def _unsupported(grid: Grid) -> str:
    """Return why a table is not read, though it is well known; empty for any other."""
    text = " ".join(titles(grid)).lower()
    return next((why for words, why in UNSUPPORTED.items() if words in text), "")


def _refusal(grids: Sequence[Grid]) -> SourceError:
    head = " ".join(line.strip() for line in grids[0].lines()[:3])[:120]
    kind = "a PDF" if grids[0].sheet == "pdf" else "a file"
    return grids[0].error(
        None, f"{kind} that begins {head!r}", "an exhibit of the release, or a table that data/README.md lists"
    )
